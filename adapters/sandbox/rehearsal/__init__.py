"""A rehearsal: one made-up person, walked through their time moment by moment, with every message as they get it."""
