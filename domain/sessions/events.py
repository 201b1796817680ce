"""What the meeting provider reports: stored once, and applied later to the session it is about, in whatever order it came.

An event about a meeting of nobody's is kept and ends there. Secrets of it, as links and tokens of recordings, are not kept.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.language import _
from domain.messaging.webhooks.events import AT_ONCE, Event, done, store, waiting
from domain.notifications import notify_admins
from domain.ports.meetings import MeetingEvent
from domain.recordings.reporting import recorded
from domain.sessions.attending import came, left
from domain.work import Row, Signal, Work

PROVIDER = "zoom"
LONGEST_ID = 200

SESSION = """
select id, batch_id, title, starts_at, ends_at, version, cancelled_at, zoom_state, zoom_meeting_id, zoom_uuid, started_at,
  ended_at, resumed_at
from sessions where zoom_meeting_id = %(meeting)s for update
"""
STARTED = """
update sessions set started_at = least(started_at, %(at)s), resumed_at = greatest(resumed_at, %(at)s),
  zoom_uuid = coalesce(nullif(%(uuid)s, ''), zoom_uuid),
  zoom_uuids = case when %(uuid)s = '' or zoom_uuids @> array[%(uuid)s::text] then zoom_uuids
    else zoom_uuids || %(uuid)s::text end
where id = %(id)s
"""
# A meeting that is opened again after its end goes on: the last start and the last end count.
ENDED = "update sessions set ended_at = greatest(ended_at, %(at)s) where id = %(id)s"
MISSED = """
update sessions set zoom_state = 'missing', zoom_reason = '', updated_at = %(now)s
where id = %(id)s and zoom_meeting_id = %(meeting)s and cancelled_at is null and create_zoom_meeting
  and zoom_state in ('ready', 'changing', 'failed') and ends_at > %(now)s
returning title
"""

STUDENTS = """
select e.person_id from enrolments e join sessions s on s.batch_id = e.batch_id
where s.id = %(id)s and e.state <> 'withdrawn'
"""

Applier = Callable[[Work, Row, Row], Awaitable[None]]


async def started(work: Work, session: Row, event: Row) -> None:
    """Note that the meeting began; the first of several is when it was held from, the last whether it goes on."""
    await work.run(STARTED, id=session.id, at=event.occurred_at, uuid=event.payload.get("uuid", ""))
    tell(work, session.id)
    await tell_students(work, session.id)


async def ended(work: Work, session: Row, event: Row) -> None:
    """Note that the meeting ended."""
    await work.run(ENDED, id=session.id, at=event.occurred_at)
    tell(work, session.id)
    await tell_students(work, session.id)


async def deleted(work: Work, session: Row, event: Row) -> None:
    """Note that a meeting is gone that we still need."""
    await note_missing(work, session.id, session.zoom_meeting_id)


async def note_missing(work: Work, session_id: UUID, meeting_id: str) -> None:
    """Note that the provider has no such meeting any more, though the class needs it, and tell admins: once a meeting."""
    for missed in await work.rows(MISSED, id=session_id, meeting=meeting_id, now=work.now):
        tell(work, session_id)
        await tell_students(work, session_id)
        title = _("The meeting of “{title}” is gone from Zoom", title=missed.title)
        body = _("Students cannot join until it is made again.")
        await notify_admins(work, "session", title, body, f"/admin/sessions/{session_id}")


def tell(work: Work, session_id: UUID) -> None:
    """Tell open pages that a session changed."""
    work.signal("sessions")
    work.signal(f"session:{session_id}")


async def tell_students(work: Work, session_id: UUID) -> None:
    """Tell the open pages of the students of a class that it changed: call it where what they see does."""
    work.signals += [Signal("sessions", row.person_id) for row in await work.rows(STUDENTS, id=session_id)]


# Kind of event -> what it does to its session. Kinds that are not here are kept and change nothing.
APPLY: dict[str, Applier] = {
    "meeting.started": started,
    "meeting.ended": ended,
    "meeting.deleted": deleted,
    "meeting.participant_joined": came,
    "meeting.participant_left": left,
    "recording.completed": recorded,
    "recording.transcript_completed": recorded,
}


async def store_meeting_event(work: Work, event: MeetingEvent) -> int:
    """Keep the event if it is new, to be applied later; return how many were new."""
    kept = Event(event.event_id, event.kind[:100], _payload(event), event.happened_at)
    return await store(work, PROVIDER, [kept], outcome="" if event.kind in APPLY else "kept")


async def apply_meeting_events(work: Work, most: int = AT_ONCE) -> int:
    """Apply up to ``most`` waiting events, those that happened first first; return how many."""
    events = await waiting(work, PROVIDER, most)
    for event in sorted(events, key=_moment):
        session = await work.row(SESSION, meeting=event.payload.get("zoom_meeting_id", ""))
        if session is not None and event.kind in APPLY:
            await APPLY[event.kind](work, session, event)
    if events:
        await done(work, events)
    return len(events)


def _moment(event: Row) -> datetime:
    moment: datetime = event.occurred_at
    return moment


def _payload(event: MeetingEvent) -> Mapping[str, Any]:
    told: dict[str, Any] = {"zoom_meeting_id": event.zoom_meeting_id[:LONGEST_ID], "uuid": event.uuid[:LONGEST_ID]}
    told["topic"] = event.topic[:200]
    if event.attendee:
        told["attendee"] = {
            "name": event.attendee.name[:200],
            "email": event.attendee.email[:320],
            "registrant_id": event.attendee.registrant_id[:LONGEST_ID],
            "connection": event.attendee.connection[:LONGEST_ID],
        }
    return told
