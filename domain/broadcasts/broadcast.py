"""A broadcast: what is said, by which channel, to whom, and where it stands."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.language import _
from domain.leads.filters import LeadFilter, read_filter
from domain.work import Row, Work

Channel = Literal["email", "whatsapp", "call"]
AudienceKind = Literal["students", "batch", "leads"]
CHANNELS: tuple[Channel, ...] = ("email", "whatsapp", "call")
MOST_TEXT = 10_000
MOST_SCRIPT = 2_000  # an agent that is told more than this reads it out for minutes

FIND = """
select b.*, p.name as creator from broadcasts b left join people p on p.id = b.created_by
 where b.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a broadcast is for, before anybody is left out."""

    kind: AudienceKind = "students"
    batch_id: UUID | None = None
    leads: LeadFilter = field(default_factory=LeadFilter)

    def as_json(self) -> dict[str, Any]:
        """Return it as the broadcast keeps it."""
        found: dict[str, Any] = {"kind": self.kind}
        if self.kind == "batch":
            found["batch"] = str(self.batch_id)
        if self.kind == "leads":
            found["filter"] = self.leads.as_values()
        return found


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: a subject and text, an agent's script, or a WhatsApp template with what fills it.

    ``params`` fill the template's {{1}}, {{2}} …; ``links`` are the ends of its links, in order.
    """

    subject: str = ""
    body: str = ""
    whatsapp_template_id: UUID | None = None
    params: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media_url: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as it is. ``send_at`` is the moment it is planned for, None for at once or not yet said."""

    id: UUID
    name: str
    channel: Channel
    audience: Audience
    is_marketing: bool
    message: Message
    deselected: tuple[UUID, ...]
    state: str
    version: int
    send_at: datetime | None
    recipient_count: int
    planned_count: int
    creator: str
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def has_message(self) -> bool:
        """Whether there is anything to send yet."""
        match self.channel:
            case "email":
                return bool(self.message.subject and self.message.body)
            case "whatsapp":
                return self.message.whatsapp_template_id is not None
            case "call":
                return bool(self.message.body)


async def find_broadcast(work: Work, broadcast_id: UUID, *, lock: bool = False) -> Broadcast:
    """Return a broadcast, or raise NotFound; ``lock`` keeps others from changing it until the commit."""
    row = await work.row(FIND + (" for update of b" if lock else ""), id=broadcast_id)
    if row is None:
        raise NotFound(_("This broadcast does not exist, or it has been deleted."))
    return as_broadcast(row)


async def find_draft(work: Work, broadcast_id: UUID) -> Broadcast:
    """Return a draft to change, locked; raise Conflict when it was confirmed meanwhile."""
    broadcast = await find_broadcast(work, broadcast_id, lock=True)
    if not broadcast.is_draft:
        raise Conflict(_("This broadcast has been confirmed. Take it back first to change it."))
    return broadcast


def as_broadcast(row: Row) -> Broadcast:
    return Broadcast(
        id=row.id,
        name=row.name,
        channel=row.channel,
        audience=read_audience(row.audience),
        is_marketing=row.is_marketing,
        message=Message(
            row.subject, row.body, row.whatsapp_template_id, tuple(row.params), tuple(row.links), row.media_url
        ),
        deselected=tuple(row.deselected),
        state=row.state,
        version=row.version,
        send_at=row.send_at,
        recipient_count=row.recipient_count,
        planned_count=row.planned_count,
        creator=row.creator or "",
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        finished_at=row.finished_at,
    )


def read_audience(kept: dict[str, Any]) -> Audience:
    """Return the audience that ``as_json`` gave."""
    audience = Audience(kind=kept["kind"])
    if audience.kind == "batch":
        return replace(audience, batch_id=UUID(kept["batch"]))
    if audience.kind == "leads":
        return replace(audience, leads=read_filter(kept.get("filter", {})))
    return audience
