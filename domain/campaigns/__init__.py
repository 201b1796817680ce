"""Campaigns: one e-mail to many leads, each written once as a delivery and sent by the outbox."""

from domain.campaigns.sent import is_to_lead, on_sent

__all__ = ["is_to_lead", "on_sent"]
