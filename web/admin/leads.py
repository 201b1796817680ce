"""Leads: the list, one lead, adding and changing one by hand, and the CSV of what the list shows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template
from pydantic import Field

from domain.errors import DomainError
from domain.language import _
from domain.leads.editing import NewLead, add_lead, change_lead
from domain.leads.export import export_leads
from domain.leads.filters import NO_SOURCE, LeadFilter, read_filter
from domain.leads.listing import LeadPage, find_lead, list_applications, list_emails, list_leads
from domain.leads.rows import MAX_NAME, MAX_NOTES, MAX_SHORT
from domain.leads.tagging import read_tags
from domain.messaging.inbox import messages_of
from domain.work import Work
from web.downloads import csv_download
from web.fields import OneLine, Paragraphs
from web.filters import day
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page, page_or_fragment


class LeadForm(FormModel):
    name: OneLine = Field(default="", max_length=MAX_NAME)
    city: OneLine = Field(default="", max_length=MAX_SHORT)
    notes: Paragraphs = Field(default="", max_length=MAX_NOTES)
    tags: OneLine = Field(default="", max_length=1000)


class NewLeadForm(LeadForm):
    email: OneLine = Field(default="", max_length=254)
    phone: OneLine = Field(default="", max_length=40)
    source: OneLine = Field(default="", max_length=MAX_SHORT)


class LeadController(Controller):
    path = "/leads"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_filter(request.query_params)
        sort = request.query_params.get("sort", "")
        found = await list_leads(work, wanted, sort, page_number(request))
        context = list_context(request, wanted, found, sort)
        return page_or_fragment(request, "admin/leads/index.html", "admin/leads/_results.html", now=work.now, **context)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "admin/leads/new.html", form=None)

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, form = await read_form(request, NewLeadForm, "admin/leads/new.html")
        values = data.model_dump() | {"tags": read_tags(data.tags)}
        try:
            lead_id = await add_lead(work, NewLead(**values))
        except DomainError as error:
            raise refuse("admin/leads/new.html", form, error) from None
        return go(request, f"/admin/leads/{lead_id}", _("The lead was added."))

    @get("/{lead_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], lead_id: FromPath[UUID]
    ) -> Template:
        lead = await find_lead(work, lead_id)
        emails = await list_emails(work, lead.person_id)
        applications = await list_applications(work, lead.person_id)
        messages = await messages_of(work, lead.person_id)
        context = {"lead": lead, "emails": emails, "applications": applications, "messages": messages, "now": work.now}
        return page_or_fragment(request, "admin/leads/show.html", "admin/leads/_lead.html", **context)

    @get("/{lead_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], lead_id: FromPath[UUID]
    ) -> Template:
        return page(request, "admin/leads/edit.html", form=None, lead=await find_lead(work, lead_id))

    @post("/{lead_id:uuid}")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], lead_id: FromPath[UUID]
    ) -> Response[Any]:
        lead = await find_lead(work, lead_id)
        data, _form = await read_form(request, LeadForm, "admin/leads/edit.html", lead=lead)
        await change_lead(work, lead_id, name=data.name, city=data.city, notes=data.notes, tags=read_tags(data.tags))
        return go(request, f"/admin/leads/{lead_id}", _("Saved."))

    @get("/export", opt={"no_shell": True})
    async def export(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Stream:
        wanted, sort = read_filter(request.query_params), request.query_params.get("sort", "")
        return await csv_download("leads", work.now, lambda file: export_leads(work, wanted, sort, file))


def page_number(request: Request[Any, Any, Any]) -> int:
    """Return the page in the address, 1 when there is none that makes sense."""
    text = request.query_params.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def asked_values(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return what stands in the address; leads named one by one are a list."""
    values = request.query_params.dict()
    return {name: value if name == "id" else value[0] for name, value in values.items()}


def list_context(request: Request[Any, Any, Any], wanted: LeadFilter, found: LeadPage, sort: str) -> dict[str, Any]:
    """Return what the list's templates need. ``query`` is the filter and the order, without the page."""
    query = wanted.as_values() | ({"sort": sort} if sort else {})
    return {
        "leads": found,
        "wanted": wanted,
        "query": query,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "chips": chips(wanted, dict(found.imports)),
        "no_source": NO_SOURCE,
        "status_names": status_names(),
    }


def chips(wanted: LeadFilter, files: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Return what is filtered by, in words, for the chips that take it back."""
    statuses = status_names()
    source = _("without a source") if wanted.source == NO_SOURCE else wanted.source
    import_name = (files or {}).get(str(wanted.import_id), _("one file"))
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "status": _("Status: {what}", what=statuses.get(wanted.status, "")),
        "source": _("Source: {what}", what=source),
        "import": _("Import: {what}", what=import_name),
        "tag": _("Tag: {what}", what=wanted.tag),
        "since": _("From {day}", day=day(wanted.since)),
        "until": _("Until {day}", day=day(wanted.until)),
        "id": _("Ticked: {count}", count=len(wanted.ids or ())),
    }
    return [(name, words[name]) for name in wanted.as_values()]


def status_names() -> dict[str, str]:
    return {"new": _("New"), "emailed": _("E-mailed"), "applied": _("Applied"), "enrolled": _("Enrolled")}
