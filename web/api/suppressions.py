"""Addresses that get no more campaign e-mail."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from pydantic import Field

from domain.messaging.suppressions import list_suppressions
from domain.work import Work
from web.api.describing import reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.shapes import Page, Shape

Reason = Literal["bounced", "unsubscribed", "spam", "invalid"]


class Suppression(Shape):
    """An address that gets no more campaign e-mail."""

    email: Annotated[str, Field(examples=["ravi@example.com"])]
    reason: Reason
    detail: str
    delivery_id: Annotated[UUID | None, Field(description="The e-mail that told us, if one did.")]
    created_at: datetime


class SuppressionList(Page):
    items: list[Suppression]


class SuppressionApi(Controller):
    path = "/suppressions"
    tags = ["Deliveries"]

    @reads(scope="suppressions:read", summary="List suppressed addresses", description="The last first.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        reason: Annotated[Reason | None, QueryParameter(description="Only those for this reason.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> SuppressionList:
        paging = Paging(page, per_page, request.url)
        rows, total = await list_suppressions(work, reason or "", paging.page, paging.per_page)
        items = [Suppression.model_validate(row) for row in rows]
        return SuppressionList(items=items, **paging.of(items, total))
