"""What the business needs from outside, in its own words. Adapters implement these."""

from domain.ports.email import (
    Attachment,
    Email,
    EmailEvent,
    EmailResult,
    EmailSender,
    Outcome,
    Recipient,
    Sent,
)
from domain.ports.house import (
    FileStore,
    LiveSignals,
    MessageRenderer,
    PasswordHasher,
    RateLimiter,
    RenderedEmail,
)
from domain.ports.meetings import MeetingProvider
from domain.ports.outcomes import CannotTell, Found, Missing, Refused, Unavailable, Unknown
from domain.ports.payments import PaymentGateway
from domain.ports.voice import VoiceCaller
from domain.ports.whatsapp import WhatsAppSender

__all__ = [
    "Attachment",
    "CannotTell",
    "Email",
    "EmailEvent",
    "EmailResult",
    "EmailSender",
    "FileStore",
    "Found",
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
    "Unavailable",
    "Unknown",
    "VoiceCaller",
    "WhatsAppSender",
]
