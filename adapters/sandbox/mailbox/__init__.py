"""The mailbox: every e-mail as its recipient would see it, with what became of it."""
