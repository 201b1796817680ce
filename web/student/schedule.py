"""The student's classes: coming and past ones, one of them, the way in, and what brings them into a calendar."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.sessions.calendar import calendar_file, google_link
from domain.sessions.feedback import find_mine as feedback_on
from domain.sessions.feedback import give_feedback
from domain.sessions.feeds import close_feed, feed_path, my_feed, open_feed
from domain.sessions.joining import join
from domain.sessions.schedule import find_mine, first_of, list_mine
from domain.work import Work
from web.addresses import page_number
from web.forms import Form, refuse, typed_values
from web.public.feedback import said
from web.rendering import go, page, page_or_fragment
from web.work import services_of

SCHEDULE = "/student/schedule"
SHOW = "student/sessions/show.html"


class ScheduleController(Controller):
    path = "/schedule"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        is_past = request.query_params.get("show") == "past"
        schedule = await list_mine(work, is_past=is_past, page=page_number(request.query_params))
        feed = await my_feed(work)
        return page_or_fragment(
            request,
            "student/schedule/index.html",
            "student/schedule/_list.html",
            schedule=schedule,
            upcoming=[] if is_past or schedule.page > 1 else first_of(schedule.sessions),
            is_past=is_past,
            query={"show": "past" if is_past else ""},
            feed=feed,
            feed_url=_feed_url(request, work, feed.key) if feed else "",
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        )

    @post("/calendar")
    async def open_calendar(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await open_feed(work)
        return go(request, f"{SCHEDULE}#calendar", _("This is your calendar's address. An earlier one has ended."))

    @post("/calendar/end")
    async def close_calendar(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await close_feed(work)
        return go(request, f"{SCHEDULE}#calendar", _("The address of your calendar has ended."))


class StudentSessionController(Controller):
    path = "/sessions/{session_id:uuid}"

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        return page_or_fragment(
            request, SHOW, "student/sessions/_session.html", form=None, **await _shown(request, work, session_id)
        )

    @post("/feedback")
    async def say(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        feedback, values = await feedback_on(work, session_id), await typed_values(request)
        try:
            await give_feedback(work, feedback, *said(values))
        except (InvalidInput, Conflict) as error:
            raise refuse(SHOW, Form(values), error, **await _shown(request, work, session_id)) from None
        return go(request, f"/student/sessions/{session_id}", _("Thank you! That helps us."))

    @get("/join")
    async def enter(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        """Lead into the class: what links in messages point at, and what the button opens in a tab of its own."""
        return await _led(request, work, session_id)

    @post("/join")
    async def join(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        return await _led(request, work, session_id)

    @get("/calendar", opt={"no_shell": True})
    async def calendar(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[bytes]:
        mine = await find_mine(work, session_id)
        base_url = services_of(request).settings.base_url
        file = calendar_file([mine.facts], method="PUBLISH", base_url=base_url, now=work.now)
        headers = {"Content-Disposition": 'attachment; filename="class.ics"', "Cache-Control": "no-store"}
        return Response(file, media_type="text/calendar; charset=utf-8", headers=headers)


async def _shown(request: Request[Any, Any, Any], work: Work, session_id: UUID) -> dict[str, Any]:
    mine = await find_mine(work, session_id)
    is_over = work.now >= mine.facts.ends_at and mine.state != "cancelled"
    feedback = await feedback_on(work, session_id) if is_over else None
    google = google_link(mine.facts, services_of(request).settings.base_url)
    return {"one": mine, "google": google, "feedback": feedback}


async def _led(request: Request[Any, Any, Any], work: Work, session_id: UUID) -> Response[Any]:
    way = await join(work, session_id)
    if way.url:
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Redirect(way.url, status_code=303, headers=headers)
    return page(request, "student/sessions/join.html", one=way.session)


def _feed_url(request: Request[Any, Any, Any], work: Work, key: UUID) -> str:
    settings = services_of(request).settings
    assert work.identity.person_id is not None
    return f"{settings.base_url}{feed_path(settings.secret, work.identity.person_id, key)}"
