"""Sessions: scheduling a class with its meeting, seeing, changing and cancelling it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.listing import SessionFilter, list_sessions
from domain.sessions.local_times import moment_of
from domain.sessions.scheduling import SessionFacts, create_session
from domain.sessions.session import state_of
from domain.sessions.showing import find_session, zone_of_batch
from domain.work import Row, Work
from web.api.describing import changes, deletes, patches, reads
from web.api.following import Prefer, follow, followed, plan_once
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape
from web.fields import OneLine, Paragraphs

ZoomState = Literal["none", "creating", "ready", "changing", "deleting", "deleted", "failed", "missing"]
State = Literal["upcoming", "starting", "live", "ended", "cancelled"]
Recording = Literal["none", "local", "cloud"]
SETTLED = ("none", "ready", "failed", "missing", "deleted")
SessionDate = Annotated[
    str,
    Field(
        max_length=40,
        description="When it starts: ISO 8601 with an offset, or without one on the clocks of the batch's time zone.",
        examples=["2030-01-14T19:00", "2030-01-14T13:30:00Z"],
    ),
]
Title = Annotated[OneLine, Field(min_length=1, max_length=120, examples=["Joins"])]
Minutes = Annotated[int, Field(description="In minutes, from 5 to 1440.", examples=[90])]
Described = Annotated[Paragraphs, Field(max_length=5_000, description="Students read it.")]
Host = Annotated[
    OneLine, Field(max_length=254, description="A user of the Zoom account; the one of the settings, unless given.")
]
Place = Annotated[OneLine, Field(max_length=500, description="A link or a place, when it is not in Zoom.")]
Tell = Annotated[bool, Field(description="Whether the students of the batch are told.")]
NAMES = {"starts_at": "session_date", "which": "session_date", "batch": "batch_id", "module": "module_id"}


class Session(Shape):
    """A class."""

    id: UUID
    title: str
    batch_id: UUID
    batch: str
    course: str
    module_id: UUID | None
    session_date: Annotated[datetime, Field(description="When it starts.")]
    ends_at: datetime
    timezone: Annotated[str, Field(description="The batch's.", examples=["Asia/Kolkata"])]
    duration: Annotated[int, Field(description="In minutes.")]
    state: State
    create_zoom_meeting: bool
    place: str
    zoom_state: Annotated[ZoomState, Field(description="How its meeting stands.")]
    reason: Annotated[str, Field(description="Why the meeting stands so, if it is not as it should be.")]


class SessionList(Page):
    items: list[Session]


class SessionDetail(Session):
    unkept: ClassVar[frozenset[str]] = frozenset({"start_url"})

    description: str
    host: str
    recording: Recording
    version: Annotated[int, Field(description="Rises with each change that students see.")]
    moved_from: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    students: Annotated[int, Field(description="How many are in its batch.")]
    zoom_meeting_id: str | None
    join_url: str
    passcode: str
    start_url: Annotated[
        str | None,
        Field(description="For the host alone; null without the scope `sessions:write`, and in an answer given again."),
    ]


class ScheduledSession(Shape):
    """What scheduling a class returns."""

    session_id: UUID
    zoom_meeting_id: Annotated[
        str | None, Field(description="Null until Zoom has made it, and where it is not in Zoom.")
    ]
    join_url: str
    passcode: str
    start_url: Annotated[str, Field(description="Opens the meeting as its host: never for students.")]
    session_url: Annotated[str, Field(examples=["/api/admin/sessions/…"])]
    zoom_state: ZoomState
    reason: Annotated[str, Field(description="Why there is no meeting, if there is none.")]


class NewSession(Body):
    batch_id: UUID
    title: Title
    session_date: SessionDate
    duration: Minutes = 60
    description: Described = ""
    create_zoom_meeting: bool = True
    module_id: UUID | None = None
    host: Host = ""
    recording: Recording = "cloud"
    place: Place = ""
    tell: Tell = True


class ChangedSession(Body):
    """What is to be otherwise; what is left out stays."""

    title: Title | None = None
    session_date: SessionDate | None = None
    duration: Minutes | None = None
    description: Described | None = None
    create_zoom_meeting: bool | None = None
    module_id: UUID | None = None
    host: Host | None = None
    recording: Recording | None = None
    place: Place | None = None
    tell: Tell = True
    version: Annotated[
        int | None, Field(description="The version you saw: with another one by now nothing is changed.")
    ] = None


class SessionApi(Controller):
    path = "/admin/sessions"
    tags = ["Sessions"]

    @reads(
        scope="sessions:read", summary="List sessions", description="What comes next first; of what is past the last."
    )
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        q: Annotated[str | None, QueryParameter(max_length=100, description="A part of the title.")] = None,
        batch_id: Annotated[UUID | None, QueryParameter(description="Only classes of this batch.")] = None,
        module_id: Annotated[UUID | None, QueryParameter(description="Only classes of this module.")] = None,
        stands: Annotated[
            Literal["upcoming", "ended", "cancelled", "trouble"] | None,
            QueryParameter(name="state", description="Only those that stand so; `trouble`: the meeting needs a look."),
        ] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> SessionList:
        paging = Paging(page, per_page, request.url)
        wanted = SessionFilter((q or "").strip(), batch_id, module_id, stands or "")
        found = await list_sessions(work, wanted, page, per_page)
        items = [Session(**facts_of(row, work, found.totals.join_opens)) for row in found.rows]
        return SessionList(items=items, **paging.of(items, found.totals.total))

    @reads("/{session_id:uuid}", scope="sessions:read", summary="Get a session")
    async def show(self, work: NamedDependency[Work], session_id: FromPath[UUID]) -> SessionDetail:
        return await detail_of(work, session_id)

    @changes(
        scope="sessions:write",
        summary="Schedule a session",
        description="Its Zoom meeting is made right after, and waited for.",
        also={202: (ScheduledSession, "Zoom has not answered yet: look at the session.")},
        opt={"checked_first": True},
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewSession],
        key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[ScheduledSession]:
        async def plan(work: Work) -> UUID:
            try:
                facts = data.model_dump(exclude={"session_date", "tell"})
                starts_at = start_of(data.session_date, await zone_of_batch(work, data.batch_id))
                made = await create_session(work, SessionFacts(**facts, starts_at=starts_at), tell=data.tell)
            except InvalidInput as error:
                raise named(error) from None
            assert made is not None  # only a form that came twice makes none
            return made

        session_id = await plan_once(request, Once(key, request.url.path), data, plan)

        async def look(work: Work) -> ScheduledSession:
            return await scheduled_of(work, session_id)

        seen = await follow(request, look, lambda found, _work: found.zoom_state in SETTLED, prefer)
        return followed(seen, seen.session_url, done=seen.zoom_state in SETTLED)

    @patches(
        "/{session_id:uuid}",
        scope="sessions:write",
        summary="Change a session",
        description="Its meeting follows right after.",
    )
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        session_id: FromPath[UUID],
        data: JSONBody[ChangedSession],
        key: IdempotencyKey = None,
    ) -> Response[SessionDetail]:
        async def make() -> tuple[int, SessionDetail]:
            before = await find_session(work, session_id)
            try:
                version = before.version if data.version is None else data.version
                await update_session(work, session_id, version, changed(before, data), tell=data.tell)
            except InvalidInput as error:
                raise named(error) from None
            return 200, await detail_of(work, session_id)

        return await Once(key, request.url.path).answer(work, data, make)

    @deletes(
        "/{session_id:uuid}",
        scope="sessions:write",
        summary="Cancel a session",
        description="It stays in the list as cancelled; its meeting is deleted right after.",
    )
    async def destroy(
        self,
        work: NamedDependency[Work],
        session_id: FromPath[UUID],
        reason: Annotated[str | None, QueryParameter(max_length=500, description="Students read it.")] = None,
        tell: Annotated[bool, QueryParameter(description="Whether the students of the batch are told.")] = True,
    ) -> SessionDetail:
        before = await find_session(work, session_id)
        await cancel_session(work, session_id, before.version, reason=(reason or "").strip(), tell=tell)
        return await detail_of(work, session_id)


def start_of(text: str, zone: str) -> datetime:
    """Return the moment that a date means; without an offset it is one on the clocks of ``zone``. Raises InvalidInput."""
    moment = _read(text)
    if moment is None or not 2000 <= moment.year < 2200 or len(text) <= len("2030-01-14"):
        raise InvalidInput({"starts_at": _("Write a day and a time, as 2030-01-14T19:00.")})
    return moment_of(moment, zone) if moment.tzinfo is None else moment


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def changed(before: Row, data: ChangedSession) -> SessionFacts:
    """Return the facts of a session with what is to be otherwise."""
    facts = {name: getattr(before, name) for name in SessionFacts.__slots__}
    sent = {name: value for name, value in data.model_dump(exclude_unset=True).items() if name in facts}
    # Nothing but the module can be taken away: an empty one of the others stays as it is.
    facts |= {name: value for name, value in sent.items() if value is not None or name == "module_id"}
    if data.session_date is not None:
        facts["starts_at"] = start_of(data.session_date, before.timezone)
    return SessionFacts(**facts)


def named(error: InvalidInput) -> InvalidInput:
    """Return the error with the names of the body's fields."""
    return InvalidInput({NAMES.get(name, name): text for name, text in error.fields.items()}, str(error))


def facts_of(row: Row, work: Work, join_opens: int) -> dict[str, Any]:
    """Return the fields of a session."""
    ours = {
        "session_date": row.starts_at,
        "state": state_of(row, work.now, join_opens),
        "reason": row.zoom_reason,
    }
    return ours | {name: getattr(row, name) for name in set(Session.model_fields) - set(ours)}


async def detail_of(work: Work, session_id: UUID) -> SessionDetail:
    row = await find_session(work, session_id)
    may_host = work.identity.token is not None and "sessions:write" in work.identity.token.scopes
    start_url = await work.value("select session_start_url(%(id)s)", id=session_id) if may_host else None
    rest = ("description", "host", "recording", "version", "moved_from", "cancelled_at", "cancel_reason", "students")
    return SessionDetail(
        **facts_of(row, work, row.join_opens),
        **{name: getattr(row, name) for name in rest},
        zoom_meeting_id=row.zoom_meeting_id,
        join_url=row.zoom_join_url,
        passcode=row.zoom_passcode,
        start_url=start_url,
    )


async def scheduled_of(work: Work, session_id: UUID) -> ScheduledSession:
    row = await find_session(work, session_id)
    return ScheduledSession(
        session_id=session_id,
        zoom_meeting_id=row.zoom_meeting_id,
        join_url=row.zoom_join_url,
        passcode=row.zoom_passcode,
        start_url=await work.value("select session_start_url(%(id)s)", id=session_id),
        session_url=f"/api/admin/sessions/{session_id}",
        zoom_state=row.zoom_state,
        reason=row.zoom_reason,
    )
