"""The business: its nouns, its rules, and the ports it needs from outside."""
