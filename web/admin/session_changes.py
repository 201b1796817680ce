"""What admins do with one session: call it off, mend its meeting, start it as its host."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from domain.accounts.tokens import token_hash
from domain.audit import record
from domain.errors import Conflict, DomainError
from domain.language import _
from domain.ports import Missing
from domain.ports.meetings import Meeting
from domain.sessions.changing import cancel_session
from domain.sessions.events import note_missing
from domain.sessions.planning_meetings import (
    hosts_meeting,
    keep_start_url,
    make_meeting_again,
    retry_meeting,
)
from domain.sessions.reach import Reach, count_being_told, count_reached
from domain.sessions.showing import find_session
from domain.work import Row, Work
from web.admin.session_words import told
from web.cookies import Cookies
from web.forms import Form, refuse, typed_values
from web.rendering import go, page
from web.work import check_audience, services_of

INDEX = "/admin/sessions"
CANCEL = "admin/sessions/cancel.html"


class SessionChangeController(Controller):
    path = "/sessions/{session_id:uuid}"

    @get("/cancellation")
    async def new_cancellation(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        session = await find_session(work, session_id)
        return page(request, CANCEL, form=None, session=session, reached=await _reached(work, session))

    @post("/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        session = await find_session(work, session_id)
        values = await typed_values(request)
        version, tell = str(values.get("version", "")), values.get("action") == "tell"
        try:
            await cancel_session(
                work,
                session_id,
                int(version) if version.isdecimal() and len(version) < 9 else 0,
                reason=str(values.get("reason", "")).strip(),
                tell=tell,
            )
        except DomainError as error:
            raise refuse(CANCEL, Form(values), error, session=session, reached=await _reached(work, session)) from None
        news = told(session.students, await count_being_told(work, session_id))
        return go(request, f"{INDEX}/{session_id}", f"{_('The class is cancelled.')} {news}")

    @post("/meeting/retry")
    async def retry(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        await retry_meeting(work, session_id)
        return go(request, f"{INDEX}/{session_id}", _("Zoom is being asked again."))

    @post("/meeting/again")
    async def make_again(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        await make_meeting_again(work, session_id)
        return go(request, f"{INDEX}/{session_id}", _("A new meeting is being made."))

    @post("/start")
    async def start(self, request: Request[Any, Any, Any], session_id: FromPath[UUID]) -> Response[Any]:
        """Lead into the meeting as its host, by a link asked for at this moment: an older one may have lapsed."""
        services = services_of(request)
        token = token_hash(Cookies(services.settings).sign_in(request))
        # Closed before the provider is asked: no transaction waits for anybody outside.
        async with services.database.work_of(token) as work:
            request.scope["state"]["identity"] = work.identity
            check_audience(request, work.identity)
            session = await hosts_meeting(work, session_id)
        found = await services.meetings.get(session.zoom_meeting_id)
        async with services.database.work_of(token) as work:
            url = await _link(work, session_id, session, found)
        if not url:
            return go(request, f"{INDEX}/{session_id}", _("The meeting is gone from Zoom. Make it again."), "error")
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Redirect(url, status_code=303, headers=headers)


async def _reached(work: Work, session: Row) -> Reach:
    return await count_reached(work, session.batch_id, session.id, is_cancelled=True)


async def _link(work: Work, session_id: UUID, session: Any, found: Any) -> str:
    """Return the host's link, or nothing when the meeting is gone. Raises Conflict when none is known."""
    if isinstance(found, Missing):
        await note_missing(work, session_id, session.zoom_meeting_id)
        return ""
    url = session.start_url
    if isinstance(found, Meeting) and found.start_url:
        url = found.start_url
        await keep_start_url(work, session_id, session.zoom_meeting_id, url)
    if not url:
        raise Conflict(_("Zoom does not answer just now. Try again, or start the meeting in Zoom."))
    await record(work, "session.meeting_started", "session", session_id)
    return str(url)
