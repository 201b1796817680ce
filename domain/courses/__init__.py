"""Courses, their modules and their batches."""
