"""Campaigns: the question that shows who would be written to, the answer, and how far each one is."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.campaigns.audience import Audience, find_audience
from domain.campaigns.left_out import REASONS, list_left_out
from domain.campaigns.previewing import preview_email
from domain.campaigns.progress import count_progress, find_campaign, list_campaigns
from domain.campaigns.starting import NewCampaign, cancel_campaign, list_courses, start_campaign
from domain.errors import DomainError, NotFound
from domain.language import _, ngettext
from domain.leads.filters import read_filter
from domain.leads.listing import file_names
from domain.work import Row, Work
from web.addresses import uuid_or_none
from web.admin.leads import asked_values, chips, page_number
from web.fields import OneLine
from web.filters import day
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.work import services_of

NEW = "admin/campaigns/new.html"
# What an e-mail may do inside our pages: show its own styles, and nothing else.
PREVIEW_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


class CampaignForm(FormModel):
    name: OneLine = Field(min_length=1, max_length=120)
    course: UUID
    form_token: UUID
    expected: int = Field(ge=0)


class CampaignController(Controller):
    path = "/campaigns"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        campaigns = await list_campaigns(work, page_number(request))
        return page_or_fragment(
            request, "admin/campaigns/index.html", "admin/campaigns/_list.html", campaigns=campaigns, now=work.now
        )

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        values = asked_values(request)
        return page(request, NEW, form=None, form_token=uuid4(), **await question(request, work, values))

    @get("/left-out")
    async def left_out(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        """Show which leads are behind a number of those left out."""
        values = asked_values(request)
        wanted, reason = read_filter(values), str(values.get("reason", ""))
        course_id = uuid_or_none(str(values.get("course", ""))) or UUID(int=0)
        people = await list_left_out(work, wanted, course_id, reason, page_number(request))
        query = wanted.as_values() | {"course": str(course_id), "reason": reason if reason in REASONS else ""}
        files = {str(wanted.import_id): people.file_name} if people.file_name else {}
        return page(request, "admin/campaigns/left_out.html", people=people, query=query, chips=chips(wanted, files))

    @get("/preview", opt={"no_shell": True})
    async def preview(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[str]:
        asked = await question(request, work, asked_values(request))
        if asked["email"] is None:
            raise NotFound(_("Nobody is left to write to."))
        return Response(asked["email"].html, media_type="text/html; charset=utf-8", headers=PREVIEW_HEADERS)

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = await typed_values(request)
        context = await question(request, work, typed)
        context["form_token"] = typed.get("form_token", uuid4())
        data, form = await read_form(request, CampaignForm, NEW, **context)
        new = NewCampaign(data.form_token, data.name, data.course, context["wanted"], data.expected)
        try:
            await start_campaign(work, new)
        except DomainError as error:
            raise refuse(NEW, form, error, **context) from None
        return go(request, f"/admin/campaigns/{data.form_token}")

    @get("/{campaign_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], campaign_id: FromPath[UUID]
    ) -> Template:
        campaign = await find_campaign(work, campaign_id)
        wanted = read_filter(campaign.filter)
        context = {
            "campaign": campaign,
            "progress": await count_progress(work, campaign_id),
            "chips": chips(wanted, {str(campaign.import_id): campaign.file_name}),
        }
        return page_or_fragment(request, "admin/campaigns/show.html", "admin/campaigns/_progress.html", **context)

    @post("/{campaign_id:uuid}/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], campaign_id: FromPath[UUID]
    ) -> Response[Any]:
        count = await cancel_campaign(work, campaign_id)
        message = ngettext("{count} e-mail was cancelled.", "{count} e-mails were cancelled.", count)
        return go(request, f"/admin/campaigns/{campaign_id}", message)


async def question(request: Request[Any, Any, Any], work: Work, values: dict[str, Any]) -> dict[str, Any]:
    """Return what must be seen before anything is sent: the course, who gets the e-mail, who does not, and the e-mail."""
    wanted = read_filter(values)
    courses = await list_courses(work)
    course = chosen(courses, str(values.get("course", "")))
    audience = await find_audience(work, wanted, UUID(int=0), course.id) if course else Audience(0)
    services = services_of(request)
    email = None
    if course and audience.first:
        email = await preview_email(work, services.renderer, audience.first, course, services.settings.base_url)
    return {
        "wanted": wanted,
        "query": wanted.as_values(),
        "chips": chips(wanted, await file_names(work, wanted)),
        "courses": courses,
        "course": course,
        "audience": audience,
        "email": email,
        "suggested": _("{course}, {day}", course=course.title, day=day(work.now)) if course else "",
    }


def chosen(courses: list[Row], course_id: str) -> Row | None:
    """Return the course that was chosen, else the first."""
    return next((course for course in courses if str(course.id) == course_id), courses[0] if courses else None)
