"""What an admin sends around a class by hand: a reminder now, and the summary that goes with its recording."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.sessions.reminding import HOURS_BETWEEN, count_to_remind, remind_now
from domain.sessions.showing import find_session
from domain.sessions.summaries import LONGEST_SUMMARY, summarise
from domain.work import Work
from web.forms import Form, refuse, typed_values
from web.rendering import go, page

SUMMARY = "admin/sessions/summary.html"


class SessionMessageController(Controller):
    path = "/sessions/{session_id:uuid}"

    @get("/reminder")
    async def new_reminder(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        session, reach = await find_session(work, session_id), await count_to_remind(work, session_id)
        return page(request, "admin/sessions/reminder.html", session=session, reach=reach, hours=HOURS_BETWEEN)

    @post("/reminder")
    async def remind(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        place = f"/admin/sessions/{session_id}"
        try:
            count = await remind_now(work, session_id)
        except Conflict as refusal:
            return go(request, place, str(refusal), "warning")
        text = ngettext("{count} student is being reminded.", "{count} students are being reminded.", count)
        return go(request, place, text)

    @get("/summary")
    async def edit_summary(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        session = await find_session(work, session_id)
        return page(request, SUMMARY, form=None, session=session, most=LONGEST_SUMMARY)

    @post("/summary")
    async def update_summary(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        session, values = await find_session(work, session_id), await typed_values(request)
        summary = str(values.get("summary", "")).replace("\r\n", "\n").strip()
        try:
            await summarise(work, session_id, summary)
        except InvalidInput as error:
            raise refuse(SUMMARY, Form(values), error, session=session, most=LONGEST_SUMMARY) from None
        return go(request, f"/admin/sessions/{session_id}", _("The summary is saved."))
