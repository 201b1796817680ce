"""Accounts: who may sign in, how they prove it, and how one becomes an admin."""
