"""Scheduling sessions: what an admin plans, changes and calls off. Everything around it follows by steps after the commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain.audit import record
from domain.automation.steps import plan_step
from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.following import plan_what_follows
from domain.work import Row, Work

What = Literal["scheduled", "moved", "changed", "cancelled"]

SHORTEST, LONGEST = 5, 24 * 60

BATCH = """
select b.id, b.name, b.timezone, b.archived_at is not null or c.archived_at is not null as is_archived, c.id as course_id,
  c.title as course,
  %(module_id)s::uuid is null or exists (select from modules m where m.id = %(module_id)s and m.course_id = c.id
    and (m.archived_at is null or m.id = %(had)s)) as has_module
from batches b join courses c on c.id = b.course_id where b.id = %(batch_id)s
"""
ADD = """
insert into sessions (batch_id, module_id, title, description, starts_at, duration, ends_at, host, recording,
  create_zoom_meeting, place, series_id, form_key, zoom_state, created_by, created_at, updated_at)
values (%(batch_id)s, %(module_id)s, %(title)s, %(description)s, %(starts_at)s, %(duration)s,
  %(starts_at)s + make_interval(mins => %(duration)s), %(host)s, %(recording)s, %(create_zoom_meeting)s, %(place)s,
  %(series_id)s, %(form_key)s, case when %(create_zoom_meeting)s then 'creating' else 'none' end, %(me)s, %(now)s, %(now)s)
on conflict (form_key) do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is typed about a session. ``starts_at`` is UTC, ``duration`` minutes; ``place`` counts when it is not in Zoom."""

    batch_id: UUID
    title: str
    starts_at: datetime
    duration: int = 60
    module_id: UUID | None = None
    description: str = ""
    host: str = ""
    recording: Literal["none", "local", "cloud"] = "cloud"
    create_zoom_meeting: bool = True
    place: str = ""


async def create_session(
    work: Work,
    facts: SessionFacts,
    *,
    tell: bool = True,
    series_id: UUID | None = None,
    is_first: bool = False,
    form_key: UUID | None = None,
) -> UUID | None:
    """Plan a session and all that follows it; return its id, or None when the form of ``form_key`` was sent before.

    ``tell`` writes to the students of the batch; of a series only with the first. Raises InvalidInput.
    """
    work.require_admin()
    batch = await check(work, facts)
    session_id: UUID | None = await work.value(
        ADD, series_id=series_id, form_key=form_key, me=work.identity.person_id, now=work.now, **values_of(facts)
    )
    if session_id is None:
        return None
    ends_at = facts.starts_at + timedelta(minutes=facts.duration)
    if facts.create_zoom_meeting:
        await plan_step(work, "sync_meeting", session_id, key=f"sync_meeting:{session_id}:1")
    await plan_what_follows(work, session_id, 1, ends_at, facts.starts_at)
    if tell and (series_id is None or is_first):
        await plan_telling(work, session_id, 1, "scheduled", series_id)
    await record(work, "session.created", "session", session_id, facts.title, batch=batch.name)
    work.signal("sessions")
    return session_id


async def session_of_form(work: Work, form_key: UUID) -> UUID | None:
    """Return the session that a form sent before has made."""
    session_id: UUID | None = await work.value("select id from sessions where form_key = %(key)s", key=form_key)
    return session_id


async def plan_telling(work: Work, session_id: UUID, version: int, what: What, series_id: UUID | None = None) -> None:
    """Plan to write to the students of the session's batch that this version of it stands so.

    With ``series_id`` the session is the first of a series that was made at once, which is told of in one message.
    """
    key = f"tell_session:{session_id}:{version}" + (f":{series_id}" if series_id else "")
    payload = {"what": what} | ({"series_id": str(series_id)} if series_id else {})
    await plan_step(work, "tell_session", session_id, key=key, version=version, payload=payload)


async def check(work: Work, facts: SessionFacts, *, before: Row | None = None) -> Row:
    """Return the batch with its course; raise InvalidInput naming what is wrong with the facts.

    With ``before``, a session as it is: what it has already may stay.
    """
    had = before.module_id if before else None
    batch = await work.row(BATCH, batch_id=facts.batch_id, module_id=facts.module_id, had=had)
    errors = {}
    if batch is None or (batch.is_archived and before is None):
        errors["batch"] = _("Choose a batch.")
    elif not batch.has_module:
        errors["module"] = _("Choose a module of this course.")
    if not facts.title:
        errors["title"] = _("Give the class a title.")
    if facts.starts_at <= work.now and (before is None or before.starts_at != facts.starts_at):
        errors["starts_at"] = _("This moment has passed. Choose a start in the future.")
    if not SHORTEST <= facts.duration <= LONGEST:
        errors["duration"] = _("A class lasts from 5 minutes to 24 hours.")
    if batch is None or errors:
        raise InvalidInput(errors)
    return batch


def values_of(facts: SessionFacts) -> dict[str, object]:
    """Return the facts as columns."""
    return {name: getattr(facts, name) for name in SessionFacts.__slots__}
