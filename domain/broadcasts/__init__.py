"""Broadcasts: one message by e-mail, WhatsApp or call to students, a batch, or leads; drafted, confirmed, sent, followed."""

from domain.broadcasts.sent import end_broadcasts

__all__ = ["end_broadcasts"]
