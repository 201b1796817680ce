"""Calls: made by an agent that speaks, read again until they have ended, their sound kept by us."""
