"""WhatsApp: template messages at any time, free text while the customer's 24-hour window is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from domain.ports.outcomes import Refused, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class WhatsAppMedia:
    """A file the provider fetches from a public address. ``kind`` follows from its type: image, document or video."""

    url: str
    filename: str
    kind: Literal["image", "document", "video"]


@dataclass(frozen=True, slots=True)
class WhatsAppButton:
    """What fills the variable part of the button at ``index`` (from 0): the end of its address."""

    index: int
    value: str


@dataclass(frozen=True, slots=True)
class WhatsAppMessage:
    """A template message. ``campaign`` names the provider's live campaign; ``destination`` is E.164."""

    delivery_id: UUID
    campaign: str
    destination: str
    name: str
    params: Sequence[str] = ()
    media: WhatsAppMedia | None = None
    buttons: Sequence[WhatsAppButton] = ()
    tags: Sequence[str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhatsAppText:
    """Free text inside the window. ``destination`` is E.164, ``text`` at most 4,096 characters."""

    delivery_id: UUID
    destination: str
    text: str


@dataclass(frozen=True, slots=True)
class WhatsAppSent:
    """The provider took it. ``message_id`` is the provider's and may be empty; ``campaign_id`` is the campaign's name."""

    campaign_id: str
    message_id: str
    destination: str
    timestamp: datetime
    status: str = "submitted"
    success: bool = True


WhatsAppOutcome = WhatsAppSent | Refused | Unavailable | Unknown


class WhatsAppSender(Protocol):
    """Sends one message a call. There is no look-up: what is unknown stays so until a webhook tells."""

    async def send(self, message: WhatsAppMessage) -> WhatsAppOutcome: ...
    async def send_text(self, text: WhatsAppText) -> WhatsAppOutcome: ...


# account: somebody must mend the account. later: try again. recipient: this number will never get it. withheld: the
# provider keeps marketing from this person for a day or more. opt_out: the person wants no marketing from us.
# window: free text was refused, a template would not be. setup: the campaign, template or media is wrong.
WhatsAppFault = Literal["account", "later", "recipient", "withheld", "opt_out", "window", "setup"]

WhatsAppStatusName = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class WhatsAppStatus:
    """What became of a message of ours. A failed one has a ``fault``, a ``reason`` in our words, and mostly a ``code``.

    ``submitted_id`` is the id a send returned and ``message_id`` WhatsApp's own; either may be empty.
    """

    event_id: str
    status: WhatsAppStatusName
    destination: str
    occurred_at: datetime
    submitted_id: str = ""
    message_id: str = ""
    campaign: str = ""
    code: int | None = None
    fault: WhatsAppFault | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WhatsAppIncoming:
    """What a customer wrote. ``message_id`` is the customer's message, by which doubles are known: one message may
    come as several events.

    ``kind`` is text, button, image, video, document, audio, sticker, location, contact, reaction, or other; ``text`` is
    what there is to read of any of them. ``reply_to`` is the id of the message of ours that it answers.
    """

    event_id: str
    message_id: str
    sender: str
    name: str
    kind: str
    text: str
    received_at: datetime
    media_url: str = ""
    media_type: str = ""
    reply_to: str = ""


WhatsAppEvent = WhatsAppStatus | WhatsAppIncoming
