"""What the business needs from outside, in its own words. Adapters implement these."""

from domain.ports.email import (
    Attachment,
    BatchCancelled,
    BatchOpened,
    Email,
    EmailEvent,
    EmailRefused,
    EmailResult,
    EmailSender,
    InboundEmail,
    InboundFile,
    Outcome,
    Recipient,
    Sent,
)
from domain.ports.house import (
    Allowance,
    FileStore,
    LiveSignals,
    MessageRenderer,
    PasswordHasher,
    RateLimiter,
    RenderedEmail,
    StoreAway,
)
from domain.ports.meetings import MeetingProvider
from domain.ports.outcomes import CannotTell, Found, Missing, Refused, Unavailable, Unknown
from domain.ports.payments import PaymentGateway
from domain.ports.voice import VoiceCaller
from domain.ports.whatsapp import WhatsAppSender

__all__ = [
    "Allowance",
    "Attachment",
    "BatchCancelled",
    "BatchOpened",
    "CannotTell",
    "Email",
    "EmailEvent",
    "EmailRefused",
    "EmailResult",
    "EmailSender",
    "FileStore",
    "Found",
    "InboundEmail",
    "InboundFile",
    "LiveSignals",
    "MeetingProvider",
    "MessageRenderer",
    "Missing",
    "Outcome",
    "PasswordHasher",
    "PaymentGateway",
    "RateLimiter",
    "Recipient",
    "Refused",
    "RenderedEmail",
    "Sent",
    "StoreAway",
    "Unavailable",
    "Unknown",
    "VoiceCaller",
    "WhatsAppSender",
]
