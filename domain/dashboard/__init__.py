"""What the owner wants to know at nine in the morning: figures, who waits, what happened, what went wrong, what is due."""
