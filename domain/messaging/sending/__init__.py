"""Sending: claim what is due and commit it as `sending`, call the provider, write down what came of it.

Claiming and `sending` are one commit: a crash before it leaves the rows pending, a crash after it leaves them `sending` with a
lease that lapses, and then the provider is asked before anything is sent again. WhatsApp cannot be asked: what is in doubt
there is parked as `unknown`, shown, and settled by what is reported later.
"""

from domain.messaging.sending.batches import Batch, Doubtful, Message
from domain.messaging.sending.claiming import claim_batch
from domain.messaging.sending.doubts import FOUND_WITHIN, claim_doubtful, park_doubtful, settle_doubt
from domain.messaging.sending.settling import settle

__all__ = [
    "FOUND_WITHIN",
    "Batch",
    "Doubtful",
    "Message",
    "claim_batch",
    "claim_doubtful",
    "park_doubtful",
    "settle",
    "settle_doubt",
]
