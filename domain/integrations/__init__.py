"""The five providers as an admin sees them: whether they answer, what was said, and trying them out."""
