"""The people of a broadcast: in a draft, who gets it and who not, taken off or put back; later, what each one got."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.broadcasts.audience import list_people
from domain.broadcasts.broadcast import find_broadcast
from domain.broadcasts.drafting import deselect, select
from domain.broadcasts.progress import list_results
from domain.work import Row, Work
from web.api.asking import Search
from web.api.broadcast_shapes import BroadcastDetail, detail
from web.api.describing import changes, reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape

Result = Literal["chosen", "waiting", "sent", "failed", "unknown", "cancelled"]
Reason = Literal[
    "deselected",
    "no_email",
    "no_phone",
    "unsubscribed",
    "bounced",
    "spam",
    "opted_out",
    "invalid",
    "withheld",
    "no_consent",
    "capped",
]
Which = Annotated[
    Result | Reason | None,
    QueryParameter(
        description="Only those who get a draft (`chosen`), those with this result, or left out for this reason."
    ),
]


class BroadcastRecipient(Shape):
    """One of the people a broadcast is for."""

    person_id: UUID
    name: str
    email: str | None
    phone: str | None
    left_out: Annotated[Reason | None, Field(description="Why they do not get it, if they do not.")]
    result: Annotated[
        Result | None, Field(description="`chosen` in a draft, then what became of their message; null when left out.")
    ]
    reason: Annotated[str, Field(description="Why their message stands so, in words.")]
    delivery_id: UUID | None
    reported: Annotated[str | None, Field(description="What the provider has told of it since.")]
    due_at: datetime | None
    sent_at: datetime | None


class BroadcastRecipientList(Page):
    items: list[BroadcastRecipient]


class People(Body):
    people: Annotated[list[UUID], Field(min_length=1, max_length=1000, description="Their ids.")]


class BroadcastRecipientApi(Controller):
    path = "/broadcasts"
    tags = ["Broadcasts"]

    @reads(
        "/{broadcast_id:uuid}/recipients",
        scope="broadcasts:read",
        summary="List the people of a broadcast",
        description="Those of a draft as they are judged now; those of a confirmed one as they were, with what they got.",
    )
    async def recipients(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        q: Search = None,
        which: Which = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> BroadcastRecipientList:
        paging = Paging(page, per_page, request.url)
        broadcast = await find_broadcast(work, broadcast_id)
        if broadcast.is_draft:
            found = await list_people(work, broadcast, q or "", which or "", page, per_page)
            items = [_of_draft(row) for row in found.rows]
        else:
            found = await list_results(work, broadcast_id, q or "", which or "", page, per_page)
            items = [_with_result(row) for row in found.rows]
        return BroadcastRecipientList(items=items, **paging.of(items, found.total))

    @changes(
        "/{broadcast_id:uuid}/deselection", scope="broadcasts:write", summary="Take people off a draft", status=200
    )
    async def deselect(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        data: JSONBody[People],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        return await _ticked(request, work, Once(key, request.url.path), broadcast_id, data, deselect)

    @changes(
        "/{broadcast_id:uuid}/selection", scope="broadcasts:write", summary="Put people back on a draft", status=200
    )
    async def select(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        data: JSONBody[People],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        return await _ticked(request, work, Once(key, request.url.path), broadcast_id, data, select)


async def _ticked(
    request: Request[Any, Any, Any],
    work: Work,
    once: Once,
    broadcast_id: UUID,
    data: People,
    act: Callable[[Work, UUID, Sequence[UUID]], Awaitable[None]],
) -> Response[Any]:
    async def make() -> tuple[int, BroadcastDetail]:
        await act(work, broadcast_id, data.people)
        return 200, await detail(request, work, broadcast_id)

    return await once.answer(work, data, make)


def _of_draft(row: Row) -> BroadcastRecipient:
    return BroadcastRecipient(
        **_person(row),
        left_out=row.reason,
        result=None if row.reason else "chosen",
        reason="",
        delivery_id=None,
        reported=None,
        due_at=None,
        sent_at=None,
    )


def _with_result(row: Row) -> BroadcastRecipient:
    return BroadcastRecipient(
        **_person(row),
        left_out=row.left_out or None,
        result=None if row.left_out else row.result,
        reason=row.reason or "",
        delivery_id=row.delivery_id,
        reported=row.log_state,
        due_at=row.due_at,
        sent_at=row.sent_at,
    )


def _person(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("person_id", "name", "email", "phone")}
