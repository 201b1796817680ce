"""Admissions: people apply, admins decide, and who is approved becomes a student."""
