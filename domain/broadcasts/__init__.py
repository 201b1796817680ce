"""Broadcasts: one message by e-mail, WhatsApp or call to students, a batch, or leads; drafted, confirmed, sent, followed."""
