"""Campaigns: the list, and how far one is."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from domain.campaigns.progress import count_progress, find_campaign, list_campaigns
from domain.work import Work
from web.api.describing import reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.shapes import Page, Shape


class Campaign(Shape):
    """An e-mail to many leads."""

    id: UUID
    name: Annotated[str, Field(examples=["Python, 28 Nov 2026"])]
    state: Literal["planned", "sending", "done", "cancelled"]
    course_id: UUID
    course: str
    import_id: UUID | None
    recipient_count: int
    planned_count: Annotated[int, Field(description="For how many the e-mail is written down already.")]
    creator: str | None
    created_at: datetime
    finished_at: datetime | None


class ListedCampaign(Campaign):
    sent: int
    waiting: int


class CampaignList(Page):
    items: list[ListedCampaign]


class Progress(Shape):
    """How many of the e-mails stand where."""

    waiting: int
    sending: int
    sent: int
    failed: int
    unknown: Annotated[int, Field(description="May have left or not; nobody can tell.")]
    cancelled: int
    delivered: int
    opened: int
    clicked: int
    bounced: int
    unsubscribed: int
    applied: Annotated[int, Field(description="People who applied through it.")]


class CampaignDetail(Campaign):
    progress: Progress
    left_out: Annotated[dict[str, int], Field(description="How many were left out, by reason.")]


class CampaignApi(Controller):
    path = "/campaigns"
    tags = ["Campaigns"]

    @reads(scope="campaigns:read", summary="List campaigns", description="The newest first.")
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], page: PageNumber = 1, per_page: PerPage = 20
    ) -> CampaignList:
        paging = Paging(page, per_page, request.url)
        found = await list_campaigns(work, paging.page, paging.per_page)
        items = [ListedCampaign.model_validate(row) for row in found.rows]
        return CampaignList(items=items, **paging.of(items, found.total))

    @reads("/{campaign_id:uuid}", scope="campaigns:read", summary="Get a campaign")
    async def show(self, work: NamedDependency[Work], campaign_id: FromPath[UUID]) -> CampaignDetail:
        row = await find_campaign(work, campaign_id)
        facts: dict[str, Any] = {name: getattr(row, name) for name in Campaign.model_fields}
        progress = Progress.model_validate(await count_progress(work, campaign_id))
        return CampaignDetail(**facts, progress=progress, left_out=dict(row.left_out))
