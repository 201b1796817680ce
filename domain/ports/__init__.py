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
    Allowance,
    FileStore,
    LiveSignals,
    MessageRenderer,
    PasswordHasher,
    RateLimiter,
    RenderedEmail,
)
from domain.ports.outcomes import CannotTell, Found, Missing, Refused, Unavailable, Unknown

__all__ = [
    "Allowance",
    "Attachment",
    "CannotTell",
    "Email",
    "EmailEvent",
    "EmailResult",
    "EmailSender",
    "FileStore",
    "Found",
    "LiveSignals",
    "MessageRenderer",
    "Missing",
    "Outcome",
    "PasswordHasher",
    "RateLimiter",
    "Recipient",
    "Refused",
    "RenderedEmail",
    "Sent",
    "Unavailable",
    "Unknown",
]
