"""E-mail: what is sent, what came of it, and what the provider reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from domain.ports.outcomes import CannotTell, Found, Missing, Refused, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along. ``method`` is a calendar's own (REQUEST, CANCEL): mail programs then offer to answer it.

    One with a ``content_id`` is shown where the HTML names it as ``cid:``, instead of below the text.
    """

    filename: str
    media_type: str
    content: bytes
    method: str = ""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person's copy of an e-mail.

    ``substitutions`` replace their keys in subject, text and HTML that we wrote, verbatim; ``template_data`` fills a
    template kept at the provider. An e-mail has the one or the other.
    """

    delivery_id: UUID
    email: str
    name: str = ""
    substitutions: Mapping[str, str] = field(default_factory=dict)
    template_data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Email:
    """One text for one or many recipients (at most 1,000), each of whom sees only their own copy.

    ``send_id`` names this attempt: with it the provider can be asked whether the attempt arrived. ``template`` names a
    template kept at the provider, which then supplies subject and text. ``send_at`` lets the provider wait (at most 72
    hours), and ``batch_id``, from ``open_batch``, names what may be cancelled until then.
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
    template: str = ""
    send_at: datetime | None = None
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class EmailResult:
    """What came of one recipient's copy. ``held_back``: nothing is wrong with it, it was refused along with others."""

    to: str
    status: Literal["accepted", "rejected", "held_back"]
    message_id: str | None = None
    reason: str = ""


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
        return sum(result.status == "rejected" for result in self.results)


@dataclass(frozen=True, slots=True)
class EmailRefused(Refused):
    """The provider took none of it. ``results`` says of each recipient whether they were at fault."""

    batch_id: str | None = None
    results: Sequence[EmailResult] = ()

    @property
    def accepted(self) -> int:
        return 0

    @property
    def rejected(self) -> int:
        return sum(result.status == "rejected" for result in self.results)


@dataclass(frozen=True, slots=True)
class BatchOpened:
    """A name under which e-mails can be sent together and cancelled together; good for ten days."""

    batch_id: str
    success: bool = True


@dataclass(frozen=True, slots=True)
class BatchCancelled:
    """What waits under the name is not sent. What has left already has left."""

    batch_id: str
    success: bool = True


Outcome = Sent | Refused | Unavailable | Unknown


class EmailSender(Protocol):
    async def send(self, email: Email) -> Outcome: ...
    async def find(self, send_id: UUID) -> Found | Missing | CannotTell: ...
    async def open_batch(self) -> BatchOpened | Refused | Unavailable: ...
    async def cancel(self, batch_id: str) -> BatchCancelled | Refused | Unavailable:
        """Cancel what waits in a batch. Asking again changes nothing, so after silence it is simply asked again."""
        ...


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
class InboundFile:
    """A file that came with an e-mail, under the name its sender gave it: never a name of ours."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class InboundEmail:
    """An e-mail somebody wrote to us. Addresses are in lower case; ``recipients`` are where it was really delivered.

    ``message_id`` names the e-mail for good, also where its own is missing. ``answers`` are the ids of the e-mails it
    answers, nearest first. ``is_automatic``: a machine wrote it, to say that somebody is away or an address is gone.
    ``is_verified`` says whether the sender's domain vouches for it; None where nobody checked.
    """

    message_id: str
    sender: str
    sender_name: str
    recipients: Sequence[str]
    subject: str
    text: str
    answers: Sequence[str] = ()
    sent_at: datetime | None = None
    is_automatic: bool = False
    is_verified: bool | None = None
    spam_score: float | None = None
    files: Sequence[InboundFile] = ()
