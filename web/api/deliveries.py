"""Deliveries: what was sent, and what became of it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from domain.messaging.filtering import states_of
from domain.messaging.listing import list_deliveries, read_delivery_filter
from domain.messaging.results import find_result, list_reports
from domain.work import Work
from web.api.asking import Search, Since, Until
from web.api.describing import reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.results import CallResult, EmailResult, WhatsAppResult, result_of
from web.api.shapes import Page, Shape

Channel = Literal["email", "whatsapp", "call"]
State = Literal["pending", "sending", "sent", "retry", "failed", "unknown", "cancelled"]
Asked = Literal[
    "pending", "sending", "retry", "sent", "failed", "unknown", "cancelled",
    "delivered", "opened", "clicked", "bounced", "dropped", "blocked", "spam", "unsubscribed",
    "read", "undelivered",
    "completed", "voicemail", "no_answer", "busy", "stopped", "call_failed",
]  # fmt: skip
assert set(states_of("")) == set(Asked.__args__)


class Delivery(Shape):
    """One e-mail, WhatsApp message or call."""

    id: UUID
    channel: Channel
    kind: Annotated[str, Field(description="What it is about.", examples=["welcome"])]
    person_id: UUID | None
    campaign_id: UUID | None
    to_address: Annotated[str, Field(examples=["ravi@example.com"])]
    to_name: str
    subject: str | None
    state: Annotated[State, Field(description="Where it stands with us.")]
    reported: Annotated[str | None, Field(description="What the provider reports of it.", examples=["delivered"])]
    reason: Annotated[str, Field(description="Why it stands so, in words.")]
    created_at: datetime
    sent_at: datetime | None


class DeliveryList(Page):
    items: list[Delivery]


class DeliveryEvent(Shape):
    kind: str
    occurred_at: datetime


class DeliveryDetail(Delivery):
    due_at: datetime
    attempt: int
    opens: int | None
    clicks: int | None
    delivered_at: datetime | None
    opened_at: Annotated[datetime | None, Field(description="Or read, on WhatsApp.")]
    clicked_at: datetime | None
    result: Annotated[EmailResult | WhatsAppResult | CallResult, Field(description="By its channel.")]
    events: Annotated[list[DeliveryEvent], Field(description="What the provider has reported, in order.")]


class DeliveryApi(Controller):
    path = "/deliveries"
    tags = ["Deliveries"]

    @reads(scope="deliveries:read", summary="List deliveries", description="The newest first.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        channel: Annotated[Channel | None, QueryParameter(description="Only those by this channel.")] = None,
        q: Search = None,
        stands: Annotated[
            Asked | None, QueryParameter(name="state", description="With us or with the provider.")
        ] = None,
        kind: Annotated[str | None, QueryParameter(max_length=60, description="Only those of this kind.")] = None,
        campaign_id: Annotated[UUID | None, QueryParameter(description="Only those of this campaign.")] = None,
        since: Since = None,
        until: Until = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> DeliveryList:
        paging = Paging(page, per_page, request.url)
        asked = {
            "channel": channel,
            "q": q,
            "state": stands,
            "kind": kind,
            "campaign": campaign_id,
            "since": since,
            "until": until,
        }
        found = await list_deliveries(work, read_delivery_filter(asked), paging.page, paging.per_page)
        items = [Delivery(**facts(row, Delivery)) for row in found.rows]
        return DeliveryList(items=items, **paging.of(items, found.total, found.is_more))

    @reads("/{delivery_id:uuid}", scope="deliveries:read", summary="Get a delivery")
    async def show(self, work: NamedDependency[Work], delivery_id: FromPath[UUID]) -> DeliveryDetail:
        return await detail(work, delivery_id)


async def detail(work: Work, delivery_id: UUID) -> DeliveryDetail:
    row = await find_result(work, delivery_id)
    events = [DeliveryEvent(kind=kind, occurred_at=at) for kind, at in await list_reports(work, row)]
    return DeliveryDetail(**facts(row, DeliveryDetail), result=result_of(row), events=events)


def facts(row: Any, shape: type[Shape]) -> dict[str, Any]:
    """Return those fields of a shape that a delivery's row has, under their names there."""
    names = set(shape.model_fields) - {"reported", "result", "events"}
    return {name: getattr(row, name) for name in names} | {"reported": row.log_state}
