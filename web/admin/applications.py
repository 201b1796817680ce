"""The review queue: the list, one application with its history, and the decision on it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.admissions.application import show_application
from domain.admissions.approving import Approval, BatchFull, approve
from domain.admissions.following import what_follows
from domain.admissions.queue import Filters, list_applications, neighbours, news_since, read_moment
from domain.admissions.rejecting import Rejection, reject, undo_rejections, undoable
from domain.errors import DomainError
from domain.language import _, ngettext
from domain.work import Work
from web.addresses import page_number, uuid_or_none
from web.forms import Form, FormModel, FormRefused, read_form, refuse
from web.rendering import go, is_fragment, page, with_query

INDEX = "/admin/applications"
STATES = ("new", "approved", "rejected")
NextApplication = Annotated[UUID | None, BeforeValidator(uuid_or_none)]  # there is none after the last


class ApprovalForm(FormModel):
    version: int
    batch: UUID
    beyond_capacity: bool = False
    next: NextApplication = None


class RejectionForm(FormModel):
    version: int
    reason: str = Field(default="", max_length=1000)
    with_email: bool = False
    next: NextApplication = None


class ApplicationController(Controller):
    path = "/applications"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        filters = read_filters(request.query_params)
        queue = await list_applications(work, filters, page_number(request.query_params))
        context = {
            "queue": queue,
            "query": query_of(filters),
            "undo": await undo_of(work, request.query_params.get("undo", "")),
        }
        return page(request, "admin/applications/index.html", since=work.now.isoformat(), **context)

    @get("/news", opt={"no_shell": True})
    async def news(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], since: FromQuery[str] = ""
    ) -> Template:
        filters = read_filters(request.query_params)
        news = await news_since(work, read_moment(since), filters)
        return page(request, "admin/applications/_news.html", news=news, query=query_of(filters), now=work.now)

    @get("/{application_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], application_id: FromPath[UUID]
    ) -> Template:
        filters = read_filters(request.query_params)
        context = await shown(work, application_id, filters)
        return page(
            request,
            template_of(request),
            undo=await undo_of(work, request.query_params.get("undo", "")),
            form=None,
            full=False,
            **context,
        )

    @post("/{application_id:uuid}/approval")
    async def approve(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], application_id: FromPath[UUID]
    ) -> Response[Any] | Template:
        filters = read_filters(request.query_params)
        data, form = await self._read(request, work, ApprovalForm, application_id)
        try:
            approval = Approval(application_id, data.version, data.batch)
            name = await approve(work, approval, beyond_capacity=data.beyond_capacity)
        except BatchFull as full:
            context = await shown(work, application_id, filters)
            refused = Form(form.values, {"batch": str(full)})
            raise FormRefused(template_of(request), refused, {**context, "full": True, "undo": None}) from None
        except DomainError as error:
            context = await shown(work, application_id, filters)
            raise refuse(template_of(request), form, error, full=False, undo=None, **context) from None
        message = _("{name} is approved. What follows is on its way.", name=name)
        return await onwards(request, work, data.next, filters, message)

    @post("/{application_id:uuid}/rejection")
    async def reject(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], application_id: FromPath[UUID]
    ) -> Response[Any] | Template:
        filters = read_filters(request.query_params)
        data, form = await self._read(request, work, RejectionForm, application_id)
        try:
            rejection = Rejection(application_id, data.version)
            name = await reject(work, rejection, reason=data.reason, with_email=data.with_email)
        except DomainError as error:
            context = await shown(work, application_id, filters)
            raise refuse(template_of(request), form, error, full=False, undo=None, **context) from None
        message = _("The application of {name} is rejected.", name=name)
        return await onwards(request, work, data.next, filters, message, rejected_at=work.now)

    @post("/rejections/undo")
    async def undo(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], at: FromQuery[str] = ""
    ) -> Response[Any]:
        undone = await undo_rejections(work, read_moment(at))
        count = len(undone.applications)
        text = ngettext("{count} application is open again.", "{count} applications are open again.", count)
        if undone.emails_gone:
            text += " " + ngettext(
                "{count} e-mail had left already.", "{count} e-mails had left already.", undone.emails_gone
            )
        only = f"/{undone.applications[0].id}" if count == 1 else ""
        return go(request, f"{INDEX}{only}", text, "warning" if undone.emails_gone else "success")

    async def _read(
        self, request: Request[Any, Any, Any], work: Work, model: Any, application_id: UUID
    ) -> tuple[Any, Form[Any]]:
        try:
            return await read_form(request, model, template_of(request))
        except FormRefused as refused:
            context = await shown(work, application_id, read_filters(request.query_params))
            refused.context |= {**context, "full": False, "undo": None}
            raise


async def shown(work: Work, application_id: UUID, filters: Filters) -> dict[str, Any]:
    """Read what the page of an application shows."""
    application = await show_application(work, application_id)
    before, after = await neighbours(work, application_id, filters)
    query = query_of(filters)
    me = work.identity.person_id
    follows = await what_follows(work, application) if application.is_open else None
    context = {"application": application, "before": before, "after": after, "query": query, "me": me}
    return context | {"consequences": follows}


async def onwards(
    request: Request[Any, Any, Any],
    work: Work,
    next_id: UUID | None,
    filters: Filters,
    message: str,
    rejected_at: datetime | None = None,
) -> Response[Any] | Template:
    """Answer a decision with the next application, or with the list when there is none."""
    undo = rejected_at.isoformat() if rejected_at else ""
    query = query_of(filters)
    if not is_fragment(request):
        path = f"{INDEX}/{next_id}" if next_id else INDEX
        return go(request, with_query(path, undo=undo, **query), "" if undo else message)
    # What lies under an open panel cannot be pressed, so the way back is shown inside it.
    context = {"undo": await undo_of(work, undo), "query": query}
    if next_id:
        context |= await shown(work, next_id, filters)
        answer = page(request, "admin/applications/_application.html", form=None, full=False, **context)
    else:
        answer = page(request, "admin/applications/_done.html", **context)
    events: dict[str, Any] = {"applications:decided": True}
    if not undo:
        events["toast"] = {"kind": "success", "text": message}
    answer.headers["HX-Trigger"] = json.dumps(events)
    return answer


async def undo_of(work: Work, text: str) -> Mapping[str, Any] | None:
    """Return what the undo bar says, when ``text`` is the moment of a rejection that who asks can undo."""
    if not text:
        return None
    row = await undoable(work, read_moment(text))
    return {"count": row.count, "name": row.name, "at": text} if row else None


def template_of(request: Request[Any, Any, Any]) -> str:
    return "admin/applications/_application.html" if is_fragment(request) else "admin/applications/show.html"


def read_filters(values: Mapping[str, Any]) -> Filters:
    """Read the filters of an address or a form; what makes no sense filters nothing."""
    state, sort = str(values.get("state", "")), str(values.get("sort", ""))
    return Filters(
        state=state if state in STATES else "",
        q=str(values.get("q", ""))[:200],
        course=uuid_or_none(str(values.get("course", ""))),
        sort=sort or "-submitted",
    )


def query_of(filters: Filters) -> dict[str, str]:
    """Return the filters as an address carries them."""
    course = str(filters.course) if filters.course else ""
    sort = "" if filters.sort == "-submitted" else filters.sort
    query = {"state": filters.state, "q": filters.q, "course": course, "sort": sort}
    return {name: value for name, value in query.items() if value}
