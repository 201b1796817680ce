"""Leads: people who may become applicants, and the files they arrive in."""
