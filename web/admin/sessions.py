"""Sessions: the list, the calendar, and one session with its meeting."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from domain.audit_words import sentence
from domain.sessions.listing import SessionFilter, list_sessions, read_day, read_session_filter, show_calendar
from domain.sessions.session import state_of
from domain.sessions.showing import show_session
from domain.work import Work
from web.addresses import page_number
from web.admin.session_words import chips, state_names
from web.headers import policy_with_forms_to
from web.rendering import page_or_fragment
from web.work import services_of

VIEWS = ("month", "week")


class SessionController(Controller):
    path = "/sessions"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        view = request.query_params.get("view", "")
        state = request.query_params.get("state", "")
        # A list without a word shows what is to come, a calendar all there is; "all" is said in the address.
        is_plain = not state and view not in VIEWS
        wanted = read_session_filter({**request.query_params} | ({"state": "upcoming"} if is_plain else {}))
        shown = {name: value for name, value in wanted.as_query().items() if not (is_plain and name == "state")}
        context = {
            "query": shown | ({"state": "all"} if state == "all" else {}),
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "states": state_names(),
            "state_of": lambda row, join_opens: state_of(row, work.now, join_opens),
        }
        found = await (_calendar if view in VIEWS else _list)(request, work, wanted)
        return page_or_fragment(request, "admin/sessions/index.html", "admin/sessions/_results.html", **context | found)

    @get("/{session_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        view = await show_session(work, session_id)
        answer = page_or_fragment(
            request,
            "admin/sessions/show.html",
            "admin/sessions/_session.html",
            session=view,
            states=state_names(),
            sentence=sentence,
        )
        answer.headers["Content-Security-Policy"] = policy_with_forms_to(services_of(request).settings)
        return answer


async def _list(request: Request[Any, Any, Any], work: Work, wanted: SessionFilter) -> dict[str, Any]:
    found = await list_sessions(work, wanted, page_number(request.query_params))
    return {"view": "", "sessions": found, "choices": found.totals, "chips": chips(wanted, found.totals)}


async def _calendar(request: Request[Any, Any, Any], work: Work, wanted: SessionFilter) -> dict[str, Any]:
    view = request.query_params["view"]
    calendar = await show_calendar(work, wanted, view, read_day(request.query_params.get("day", "")))
    query = wanted.as_query() | {"view": view, "day": calendar.first.isoformat()}
    words = chips(wanted, calendar.choices)
    return {"view": view, "calendar": calendar, "choices": calendar.choices, "chips": words, "query": query}
