"""What is in the middle of leaving: claimed for one attempt, or in doubt after one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.messaging.outbox import Channel
from domain.ports import Email
from domain.ports.voice import Call
from domain.ports.whatsapp import WhatsAppMessage, WhatsAppText

Message = Email | WhatsAppMessage | WhatsAppText | Call


@dataclass(frozen=True, slots=True)
class Batch:
    """What is committed as `sending` and may now leave, once. ``send_id`` is its lease."""

    send_id: UUID
    channel: Channel
    message: Message
    attempt: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An attempt that may have left or not, made ``age`` seconds of real time ago.

    For a call: its delivery, its agent, and when it was handed over.
    """

    send_id: UUID
    channel: Channel
    attempt: int
    delivery_id: UUID
    agent_id: str
    since: datetime
    age: float
