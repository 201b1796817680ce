"""E-mail: what is sent, what came of it, and what the provider reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from domain.ports.outcomes import CannotTell, Found, Missing, Refused, Unavailable, Unknown


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


Outcome = Sent | Refused | Unavailable | Unknown


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
