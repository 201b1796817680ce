"""Recordings: what a class left, how it is found, kept and watched, and who has watched how much of it."""
