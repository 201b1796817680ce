"""Broadcasts: the list, a draft step by step (who, what, to whom exactly), and how a confirmed one is going."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.broadcasts.audience import Judged, judge, reason_names
from domain.broadcasts.broadcast import Audience, Broadcast, Channel, Message, find_broadcast
from domain.broadcasts.content import content_of
from domain.broadcasts.drafting import (
    change_draft,
    create_draft,
    delete_draft,
    list_batches,
    list_templates,
    write_message,
)
from domain.broadcasts.previewing import preview
from domain.broadcasts.progress import SORTS, count_progress, list_broadcasts
from domain.broadcasts.variables import names_for
from domain.errors import DomainError, InvalidInput, NotFound
from domain.language import _
from domain.leads.filters import LeadFilter, read_filter
from domain.leads.listing import file_names
from domain.leads.saved_filters import find_saved_filter, list_saved_filters
from domain.messaging.whatsapp.filling import template_of
from domain.work import Work
from web.addresses import page_number, uuid_or_none
from web.admin.campaigns import PREVIEW_HEADERS
from web.admin.leads import asked_values, chips
from web.fields import OneLine, Paragraphs
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.work import services_of

INDEX = "/admin/broadcasts"
NEW = "admin/broadcasts/new.html"
EDIT = "admin/broadcasts/edit.html"
MESSAGE = "admin/broadcasts/message.html"
MOST_PARAMS = 20


class AudienceForm(FormModel):
    name: OneLine = Field(min_length=1, max_length=120)
    audience: str = "students"
    batch: str = ""
    saved_filter: str = ""
    purpose: str = "course"


class NewForm(AudienceForm):
    channel: Channel
    form_token: UUID


class MessageForm(FormModel):
    subject: OneLine = Field(default="", max_length=200)
    body: Paragraphs = Field(default="", max_length=20_000)
    template: str = ""
    media_url: OneLine = Field(default="", max_length=1000)


class BroadcastController(Controller):
    path = "/broadcasts"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        state, sort = request.query_params.get("state", ""), request.query_params.get("sort", "")
        found = await list_broadcasts(work, state, page_number(request.query_params), sort=sort)
        query = {"state": state} | ({"sort": sort} if sort in SORTS and sort else {})
        return page_or_fragment(
            request, "admin/broadcasts/index.html", "admin/broadcasts/_list.html", broadcasts=found, query=query
        )

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        asked = asked_values(request)
        return page(request, NEW, form=None, form_token=uuid4(), **await audience_choices(work, asked))

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = await typed_values(request)
        context = await audience_choices(work, typed) | {"form_token": typed.get("form_token") or uuid4()}
        data, form = await read_form(request, NewForm, NEW, **context)
        try:
            audience = await chosen_audience(work, data, context["wanted"])
            marketing = data.purpose == "marketing"
            await create_draft(work, data.form_token, data.name, data.channel, audience, is_marketing=marketing)
        except DomainError as error:
            raise refuse(NEW, form, error, **context) from None
        return go(request, f"{INDEX}/{data.form_token}/message")

    @get("/{broadcast_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Template:
        broadcast = await find_broadcast(work, broadcast_id)
        if broadcast.is_draft:
            context = await draft_context(request, work, broadcast)
            return page(request, "admin/broadcasts/draft.html", form=None, **context)
        context = await shared_context(work, broadcast) | {"progress": await count_progress(work, broadcast)}
        return page_or_fragment(request, "admin/broadcasts/show.html", "admin/broadcasts/_progress.html", **context)

    @get("/{broadcast_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Template:
        broadcast = await find_broadcast(work, broadcast_id)
        context = await audience_choices(work, broadcast.audience.leads.as_values())
        return page(request, EDIT, form=None, broadcast=broadcast, **context)

    @post("/{broadcast_id:uuid}")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await audience_choices(work, await typed_values(request))
        context["broadcast"] = await find_broadcast(work, broadcast_id)
        data, form = await read_form(request, AudienceForm, EDIT, **context)
        try:
            audience = await chosen_audience(work, data, context["wanted"])
            await change_draft(work, broadcast_id, data.name, audience, is_marketing=data.purpose == "marketing")
        except InvalidInput as error:
            raise refuse(EDIT, form, error, **context) from None
        return go(request, f"{INDEX}/{broadcast_id}", _("Saved."))

    @post("/{broadcast_id:uuid}/deletion")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        name = await delete_draft(work, broadcast_id)
        return go(request, INDEX, _("“{name}” was deleted.", name=name))

    @get("/{broadcast_id:uuid}/message")
    async def message(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Template:
        broadcast = await find_broadcast(work, broadcast_id)
        chosen = request.query_params.get("template", "")
        return page(request, MESSAGE, form=None, **await message_context(work, broadcast, chosen))

    @post("/{broadcast_id:uuid}/message")
    async def write(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        typed = await typed_values(request)
        broadcast = await find_broadcast(work, broadcast_id)
        context = await message_context(work, broadcast, str(typed.get("template", "")))
        data, form = await read_form(request, MessageForm, MESSAGE, **context)
        try:
            await write_message(work, broadcast_id, read_message(data, typed))
        except InvalidInput as error:
            raise refuse(MESSAGE, form, error, **context) from None
        return go(request, f"{INDEX}/{broadcast_id}")

    @get("/{broadcast_id:uuid}/preview", opt={"no_shell": True})
    async def preview(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[str]:
        context = await draft_context(request, work, await find_broadcast(work, broadcast_id))
        seen = context["preview"]
        if seen is None or seen.email is None:
            raise NotFound(_("There is no e-mail to look at."))
        return Response(seen.email.html, media_type="text/html; charset=utf-8", headers=PREVIEW_HEADERS)


async def audience_choices(work: Work, values: dict[str, Any]) -> dict[str, Any]:
    """Return what the first step offers. ``wanted`` are the leads that the address or the form names."""
    wanted = read_filter(values)
    return {
        "wanted": wanted,
        "query": wanted.as_values(),
        "chips": chips(wanted, await file_names(work, wanted)),
        "batches": await list_batches(work),
        "saved_filters": await list_saved_filters(work),
        "asked": str(values.get("audience", "")),
        "asked_batch": str(values.get("batch", "")),
    }


async def chosen_audience(work: Work, data: AudienceForm, wanted: LeadFilter) -> Audience:
    """Return who was chosen; raise InvalidInput beside the field that says too little."""
    match data.audience:
        case "students":
            return Audience()
        case "batch":
            return Audience(kind="batch", batch_id=uuid_or_none(data.batch))
        case "leads":
            return Audience(kind="leads", leads=wanted)
        case "saved":
            filter_id = uuid_or_none(data.saved_filter)
            if filter_id is None:
                raise InvalidInput({"saved_filter": _("Please choose a filter.")})
            return Audience(kind="leads", leads=await find_saved_filter(work, filter_id))
        case _:
            raise InvalidInput({"audience": _("Please choose who gets it.")})


def read_message(data: MessageForm, typed: dict[str, Any]) -> Message:
    """Return the message a form holds; parameters and links come as numbered fields."""
    return Message(
        subject=data.subject,
        body=data.body.replace("\r\n", "\n"),
        whatsapp_template_id=uuid_or_none(data.template),
        params=numbered(typed, "param"),
        links=numbered(typed, "link"),
        media_url=data.media_url,
    )


def numbered(typed: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return the values of the fields ``name``_1, ``name``_2 … up to the last that is there."""
    found = []
    for place in range(1, MOST_PARAMS + 1):
        if (value := typed.get(f"{name}_{place}")) is None:
            break
        found.append(str(value).replace("\0", "").replace("\r\n", "\n").strip()[:1000])
    return tuple(found)


async def message_context(work: Work, broadcast: Broadcast, chosen: str = "") -> dict[str, Any]:
    """Return what the second step shows; ``chosen`` is the template picked just now."""
    template_id = uuid_or_none(chosen) or broadcast.message.whatsapp_template_id
    templates = await list_templates(work, template_id) if broadcast.channel == "whatsapp" else []
    template = next((row for row in templates if row.id == template_id), None)
    return {
        "broadcast": broadcast,
        "templates": templates,
        "whatsapp_template": template,
        "param_labels": template_of(template).labels() if template else [],
        "variables": [f"{{{{{name}}}}}" for name in names_for(broadcast.audience.kind)],
    }


async def draft_context(request: Request[Any, Any, Any], work: Work, broadcast: Broadcast) -> dict[str, Any]:
    """Return what must be seen before anything is sent: who gets it, who does not, the message, and about the cost."""
    judged: Judged = await judge(work, broadcast)
    services = services_of(request)
    seen = await preview(work, services.renderer, broadcast, judged, services.settings.base_url)
    return await shared_context(work, broadcast) | {"judged": judged, "preview": seen}


async def shared_context(work: Work, broadcast: Broadcast) -> dict[str, Any]:
    """Return what every page of a broadcast says about it."""
    leads = broadcast.audience.leads
    batch = next((row.name for row in await list_batches(work) if row.id == broadcast.audience.batch_id), None)
    return {
        "broadcast": broadcast,
        "batch_name": batch,
        "chips": chips(leads, await file_names(work, leads)) if broadcast.audience.kind == "leads" else [],
        "reasons": reason_names(),
        "content": await content_of(work, broadcast),
    }
