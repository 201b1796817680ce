"""What a program is told of a broadcast: what it is, whom it is for, what it says, and who would get it now."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request
from pydantic import Field

from domain.broadcasts.audience import judge
from domain.broadcasts.broadcast import Audience, Broadcast, find_broadcast
from domain.broadcasts.content import Content, content_of
from domain.broadcasts.previewing import Preview, preview
from domain.broadcasts.progress import count_progress
from domain.work import Work
from web.api.shapes import Shape
from web.work import services_of

State = Literal["draft", "scheduled", "sending", "done", "cancelled"]
LeftOut = Annotated[
    dict[str, int], Field(description="How many are left out, by reason.", examples=[{"no_email": 2, "deselected": 1}])
]


class BroadcastFacts(Shape):
    """A message to many."""

    id: UUID
    name: str
    channel: Literal["email", "whatsapp", "call"]
    state: State
    send_at: Annotated[datetime | None, Field(description="When it is to leave; null for at once or not yet said.")]
    recipient_count: Annotated[int, Field(description="How many were confirmed; 0 in a draft.")]
    creator: str | None
    created_at: datetime


class BroadcastProgress(Shape):
    """How many of its messages stand where."""

    written: int
    waiting: int
    sending: int
    sent: int
    failed: int
    unknown: int
    cancelled: int
    delivered: int
    seen: int
    clicked: int
    undelivered: int
    again: Annotated[int, Field(description="What `retry` would send again: it failed, or reached nobody.")]
    talked: int


class LeadChoiceKept(Shape):
    """Which leads a broadcast is for."""

    q: str
    status: str
    source: str
    tag: str
    import_id: UUID | None
    since: date | None
    until: date | None
    lead_ids: list[UUID] | None


class BroadcastAudience(Shape):
    """Whom a broadcast is for, before anybody is left out."""

    kind: Literal["students", "batch", "leads"]
    batch_id: UUID | None
    filter: LeadChoiceKept | None


class BroadcastMessage(Shape):
    """What a broadcast says."""

    subject: str
    text: str
    template: str
    params: list[str]
    links: list[str]
    media_url: str


class BroadcastPreview(Shape):
    """The message as the first of its people would get it."""

    subject: str
    text: str


class BroadcastEstimate(Shape):
    """What would happen if the draft left now: everybody judged, one by one."""

    recipients: Annotated[int, Field(description="Who gets it: send this number with the confirmation.")]
    left_out: LeftOut
    cost_paise: Annotated[
        int | None, Field(description="About; null where nothing is paid for each message, or nothing is written yet.")
    ]
    waits_until: Annotated[datetime | None, Field(description="The end of India's quiet hours, if it is in them.")]
    preview: BroadcastPreview | None


class BroadcastDetail(BroadcastFacts):
    is_marketing: bool
    audience: BroadcastAudience
    message: BroadcastMessage
    deselected: Annotated[list[UUID], Field(description="Who was taken off a draft by hand.")]
    planned_count: int
    confirmed_at: datetime | None
    finished_at: datetime | None
    estimate: Annotated[BroadcastEstimate | None, Field(description="In a draft only.")]
    progress: BroadcastProgress
    left_out: LeftOut


async def detail(request: Request[Any, Any, Any], work: Work, broadcast_id: UUID) -> BroadcastDetail:
    """Return all that is known of a broadcast; raise NotFound."""
    found = await find_broadcast(work, broadcast_id)
    content = await content_of(work, found)
    progress = await count_progress(work, found)
    estimate = await _estimate(request, work, found) if found.is_draft else None
    made = {"audience", "message", "estimate", "progress", "left_out", "deselected"}
    facts: dict[str, Any] = {name: getattr(found, name) for name in set(BroadcastDetail.model_fields) - made}
    return BroadcastDetail(
        **facts,
        audience=_audience(found.audience),
        message=_message(content),
        deselected=list(found.deselected),
        estimate=estimate,
        progress=BroadcastProgress.model_validate(progress.counts),
        left_out=dict(estimate.left_out if estimate else progress.left_out),
    )


async def _estimate(request: Request[Any, Any, Any], work: Work, broadcast: Broadcast) -> BroadcastEstimate:
    services = services_of(request)
    judged = await judge(work, broadcast)
    seen = await preview(work, services.renderer, broadcast, judged, services.settings.base_url)
    return BroadcastEstimate(
        recipients=judged.count,
        left_out=dict(judged.left_out),
        cost_paise=seen.cost_paise if seen else None,
        waits_until=seen.leaves_at if seen and seen.leaves_at > work.now else None,
        preview=_preview(seen) if seen else None,
    )


def _preview(seen: Preview) -> BroadcastPreview:
    if seen.email:
        return BroadcastPreview(subject=seen.email.subject, text=seen.email.text)
    return BroadcastPreview(subject="", text=seen.whatsapp or seen.script)


def _audience(audience: Audience) -> BroadcastAudience:
    leads = audience.leads
    kept = None
    if audience.kind == "leads":
        names = set(LeadChoiceKept.model_fields) - {"lead_ids"}
        facts: dict[str, Any] = {name: getattr(leads, name) for name in names}
        kept = LeadChoiceKept(**facts, lead_ids=None if leads.ids is None else list(leads.ids))
    return BroadcastAudience(kind=audience.kind, batch_id=audience.batch_id, filter=kept)


def _message(content: Content) -> BroadcastMessage:
    message = content.broadcast.message
    return BroadcastMessage(
        subject=message.subject,
        text=message.body,
        template=content.template.campaign if content.template else "",
        params=list(message.params),
        links=list(message.links),
        media_url=message.media_url,
    )
