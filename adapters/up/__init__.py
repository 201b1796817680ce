"""Starts everything, watches it, and stops it in order: `gurudesk up`."""
