"""Broadcasts: the list, one with who would get it or how far it is, and a draft that is written, changed and deleted."""

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.broadcasts.broadcast import Broadcast, find_draft
from domain.broadcasts.drafting import (
    change_draft,
    create_draft,
    delete_draft,
    list_batches,
    list_templates,
    write_message,
)
from domain.broadcasts.progress import list_broadcasts
from domain.broadcasts.variables import names_for
from domain.leads.saved_filters import list_saved_filters
from domain.messaging.whatsapp.filling import template_of
from domain.work import Row, Work
from web.api.broadcast_bodies import AudienceBody, MessageBody, Name, Purpose, named_as_sent
from web.api.broadcast_shapes import BroadcastDetail, BroadcastFacts, State, detail
from web.api.describing import changes, reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape


class ListedBroadcast(BroadcastFacts):
    sent: int
    waiting: int
    failed: int


class BroadcastList(Page):
    items: list[ListedBroadcast]


class BatchToWriteTo(Shape):
    id: UUID
    name: str
    students: int


class SavedFilter(Shape):
    id: UUID
    name: str


class TemplateToFill(Shape):
    """A WhatsApp template in use."""

    template: Annotated[str, Field(validation_alias="campaign", description="Its name.")]
    title: str
    category: str
    body: str
    param_labels: Annotated[list[str], Field(description="A name for each parameter of the text, in order.")]
    links: Annotated[int, Field(description="How many ends of links it wants.")]
    media: Annotated[str, Field(description="The kind of file it wants, if it wants one.")]
    price_paise: Annotated[
        float, Field(description="What one costs about, in paise; it may be a part of one.", examples=[86.31])
    ]


def to_fill(row: Row) -> TemplateToFill:
    """Return a template with a name for each parameter, its number where none was typed."""
    return TemplateToFill.model_validate({**row._asdict(), "param_labels": template_of(row).labels()})


class BroadcastChoices(Shape):
    """What a draft can be made of."""

    batches: list[BatchToWriteTo]
    saved_filters: list[SavedFilter]
    templates: list[TemplateToFill]
    variables: Annotated[list[str], Field(description="What is filled for each student; for leads not all of it is.")]
    variables_of_leads: list[str]


class NewBroadcast(Body):
    """A draft: nothing leaves before it is confirmed."""

    name: Name
    channel: Literal["email", "whatsapp", "call"]
    audience: AudienceBody
    purpose: Purpose = "course"
    message: Annotated[MessageBody | None, Field(description="May be written later.")] = None


class BroadcastChange(Body):
    """What is not given stays. For another audience, nobody is taken off by hand any more."""

    name: Name | None = None
    audience: AudienceBody | None = None
    purpose: Purpose | None = None
    message: Annotated[MessageBody | None, Field(description="Given, it is written anew as a whole.")] = None

    def is_marketing(self, found: Broadcast) -> bool:
        return self.purpose == "marketing" if self.purpose else found.is_marketing


class DeletedBroadcast(Shape):
    id: UUID
    name: str


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

    @reads("/choices", scope="broadcasts:read", summary="List what a draft can be made of")
    async def choices(self, work: NamedDependency[Work]) -> BroadcastChoices:
        return BroadcastChoices(
            batches=[BatchToWriteTo.model_validate(row) for row in await list_batches(work)],
            saved_filters=[SavedFilter.model_validate(row) for row in await list_saved_filters(work)],
            templates=[to_fill(row) for row in await list_templates(work)],
            variables=names_for("students"),
            variables_of_leads=names_for("leads"),
        )

    @reads(
        "/{broadcast_id:uuid}",
        scope="broadcasts:read",
        summary="Get a broadcast",
        description="A draft with who would get it now, who not and why, and about what it costs.",
    )
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> BroadcastDetail:
        return await detail(request, work, broadcast_id)

    @changes(
        scope="broadcasts:write",
        summary="Draft a broadcast",
        description="Nothing leaves before it is confirmed.",
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        data: JSONBody[NewBroadcast],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        async def draft() -> tuple[int, BroadcastDetail]:
            broadcast_id, is_marketing = uuid4(), data.purpose == "marketing"
            with named_as_sent():
                audience = await data.audience.chosen(work)
                await create_draft(work, broadcast_id, data.name, data.channel, audience, is_marketing=is_marketing)
                if data.message:
                    await write_message(work, broadcast_id, await data.message.written(work, data.channel))
            return 201, await detail(request, work, broadcast_id)

        return await Once(key, request.url.path).answer(work, data, draft)

    @changes(
        "/{broadcast_id:uuid}",
        scope="broadcasts:write",
        summary="Change a draft",
        description="What is confirmed must be taken back first.",
        status=200,
    )
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        data: JSONBody[BroadcastChange],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        async def change() -> tuple[int, BroadcastDetail]:
            found = await find_draft(work, broadcast_id)
            with named_as_sent():
                await change_draft(
                    work,
                    broadcast_id,
                    data.name or found.name,
                    await data.audience.chosen(work) if data.audience else found.audience,
                    is_marketing=data.is_marketing(found),
                    message=await data.message.written(work, found.channel) if data.message else None,
                )
            return 200, await detail(request, work, broadcast_id)

        return await Once(key, request.url.path).answer(work, data, change)

    @changes("/{broadcast_id:uuid}/deletion", scope="broadcasts:write", summary="Delete a draft", status=200)
    async def destroy(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[DeletedBroadcast]:
        async def delete() -> tuple[int, DeletedBroadcast]:
            return 200, DeletedBroadcast(id=broadcast_id, name=await delete_draft(work, broadcast_id))

        return await Once(key, request.url.path).answer(work, None, delete)
