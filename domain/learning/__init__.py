"""Learning: what a student has done of what was due."""
