"""Pages for students: their own, and nothing else."""
