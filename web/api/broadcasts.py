"""Broadcasts: the list, and how far one is."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from domain.broadcasts.broadcast import find_broadcast
from domain.broadcasts.progress import count_progress, list_broadcasts
from domain.work import Work
from web.api.describing import reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.shapes import Page, Shape

State = Literal["draft", "scheduled", "sending", "done", "cancelled"]


class Broadcast(Shape):
    """A message to many."""

    id: UUID
    name: str
    channel: Literal["email", "whatsapp", "call"]
    state: State
    send_at: Annotated[datetime | None, Field(description="When it is to leave; null for at once or not yet said.")]
    recipient_count: int
    creator: str | None
    created_at: datetime


class ListedBroadcast(Broadcast):
    sent: int
    waiting: int
    failed: int


class BroadcastList(Page):
    items: list[ListedBroadcast]


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
    talked: int


class BroadcastDetail(Broadcast):
    is_marketing: bool
    planned_count: int
    confirmed_at: datetime | None
    finished_at: datetime | None
    progress: BroadcastProgress
    left_out: Annotated[dict[str, int], Field(description="How many were left out, by reason.")]


class BroadcastApi(Controller):
    path = "/broadcasts"
    tags = ["Broadcasts"]

    @reads(scope="broadcasts:read", summary="List broadcasts", description="The newest first.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        stands: Annotated[State | None, QueryParameter(name="state", description="Only those that stand so.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> BroadcastList:
        paging = Paging(page, per_page, request.url)
        found = await list_broadcasts(work, stands or "", page, per_page)
        items = [ListedBroadcast.model_validate(row) for row in found.rows]
        return BroadcastList(items=items, **paging.of(items, found.total))

    @reads("/{broadcast_id:uuid}", scope="broadcasts:read", summary="Get a broadcast")
    async def show(self, work: NamedDependency[Work], broadcast_id: FromPath[UUID]) -> BroadcastDetail:
        found = await find_broadcast(work, broadcast_id)
        progress = await count_progress(work, found)
        names = set(BroadcastDetail.model_fields) - {"progress", "left_out"}
        facts: dict[str, Any] = {name: getattr(found, name) for name in names}
        counts = BroadcastProgress.model_validate(progress.counts)
        return BroadcastDetail(**facts, progress=counts, left_out=dict(progress.left_out))
