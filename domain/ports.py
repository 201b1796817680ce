"""What the business needs from outside, in its own words. Adapters implement these."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

from domain.work import Signal


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person's copy of an e-mail. ``substitutions`` replace their keys in subject, text and HTML, verbatim."""

    delivery_id: UUID
    email: str
    name: str = ""
    substitutions: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Email:
    """One text for one or many recipients (at most 1,000), each of whom sees only their own copy.

    ``send_id`` names this attempt: with it the provider can be asked whether the attempt arrived.
    """

    send_id: UUID
    recipients: Sequence[Recipient]
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    categories: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class EmailResult:
    to: str
    status: Literal["accepted", "rejected"]
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it: every recipient in ``accepted`` will be tried."""

    message_id: str
    batch_id: str | None = None
    results: Sequence[EmailResult] = ()
    success: bool = True

    @property
    def accepted(self) -> int:
        return sum(result.status == "accepted" for result in self.results)

    @property
    def rejected(self) -> int:
        return len(self.results) - self.accepted


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no, and would again. ``reason`` is fit for an admin.

    ``recipients`` names the indexes of the recipients at fault, where the provider says so; empty means the whole.
    """

    reason: str
    recipients: Sequence[int] = ()
    success: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nothing left the house, or the provider asked to come back. ``retry_after`` is in seconds."""

    reason: str
    retry_after: float | None = None
    success: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left, or not: look it up before sending again."""

    reason: str
    success: bool = False


Outcome = Sent | Refused | Unavailable | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """The attempt arrived at the provider, under this message id."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The provider says for certain that no such attempt arrived."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The provider could not be asked, or does not offer the look-up."""

    reason: str


class EmailSender(Protocol):
    async def send(self, email: Email) -> Outcome: ...
    async def find(self, send_id: UUID) -> Found | Missing | CannotTell: ...


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """Something the provider reports about one recipient's copy. ``delivery_id`` may be missing."""

    event_id: str
    kind: str
    email: str
    occurred_at: datetime
    delivery_id: UUID | None
    message_id: str | None
    reason: str = ""
    url: str = ""
    bounce_type: str = ""
    machine_open: bool = False


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


class MessageRenderer(Protocol):
    """Renders templates/email/. Synchronous and quick; many recipients share one rendering through substitutions."""

    def email(self, template: str, values: Mapping[str, object]) -> RenderedEmail: ...


class FileStore(Protocol):
    """Keeps files under names of ours. Names are relative, made by us, never by a visitor."""

    async def put(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        """Store the chunks and return the size in bytes; past ``limit`` bytes, raise FileTooLarge and keep nothing."""
        ...

    def path(self, name: str) -> Path:
        """Return where the file lies on this machine; raise FileNotFoundError when it is gone."""
        ...

    async def delete(self, name: str) -> None:
        """Remove the file; one that is gone already is fine."""
        ...


class LiveSignals(Protocol):
    async def announce(self, signals: Sequence[Signal]) -> None:
        """Tell every open page of these topics. Never raises: a page that misses a hint re-syncs."""
        ...

    async def nudge(self) -> None:
        """Wake a worker now. Never raises: the sweep comes anyway."""
        ...


class PasswordHasher(Protocol):
    """Argon2id off the event loop, a few at a time."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether the password fits. No hash takes as long as a hash and fits nothing."""
        ...


class RateLimiter(Protocol):
    """Counts attempts atomically across processes."""

    async def hit(self, bucket: str, *, limit: int, seconds: int) -> int:
        """Count one attempt; return 0 when allowed, else the seconds until the next is."""
        ...
