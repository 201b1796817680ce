"""Changing a session and calling it off. Whoever saves says which version they saw, and whether students are told."""

from datetime import timedelta
from uuid import UUID

from domain.audit import record
from domain.automation.steps import cancel_steps
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.sessions.attending import count
from domain.sessions.events import tell as tell_pages
from domain.sessions.events import tell_students
from domain.sessions.following import plan_what_follows, void_what_follows
from domain.sessions.planning_meetings import plan_sync
from domain.sessions.scheduling import SessionFacts, What, check, plan_telling, values_of
from domain.sessions.session import has_ended
from domain.work import Row, Work

LONGEST_REASON = 500
# What students see, and what calendars show them: a change of it is a new version.
SEEN = ("title", "description", "module_id", "starts_at", "duration", "create_zoom_meeting", "place")
# What the meeting is made of.
OF_MEETING = ("title", "description", "starts_at", "duration", "host", "recording", "create_zoom_meeting")
# What cannot be otherwise any more once it is over.
LIVED = ("starts_at", "duration", "host", "recording", "create_zoom_meeting", "place")

LOCK = """
select s.id, s.batch_id, s.module_id, s.title, s.description, s.starts_at, s.duration, s.ends_at, s.host, s.recording,
  s.create_zoom_meeting, s.place, s.version, s.told_version, s.cancelled_at, s.ended_at, s.resumed_at, s.zoom_state,
  s.zoom_meeting_id, s.zoom_asked, b.name as batch
from sessions s join batches b on b.id = s.batch_id where s.id = %(id)s for update of s
"""
UPDATE = """
update sessions set title = %(title)s, module_id = %(module_id)s, description = %(description)s, starts_at = %(starts_at)s,
  duration = %(duration)s, ends_at = %(starts_at)s + make_interval(mins => %(duration)s), host = %(host)s,
  recording = %(recording)s, create_zoom_meeting = %(create_zoom_meeting)s, place = %(place)s, version = %(version)s,
  moved_from = case when starts_at <> %(starts_at)s then starts_at else moved_from end,
  zoom_state = %(zoom_state)s, zoom_reason = case when zoom_state = %(zoom_state)s then zoom_reason else '' end,
  updated_at = %(now)s
where id = %(id)s
"""
CANCEL = """
update sessions set cancelled_at = %(now)s, cancel_reason = %(reason)s, version = %(version)s, zoom_state = %(zoom_state)s,
  zoom_reason = '', updated_at = %(now)s
where id = %(id)s
"""
# What was to be told of an earlier version and has not been: it is told of this one instead, and not lost.
UNTOLD = """
select payload ->> 'what' as what, payload ->> 'series_id' as series_id, state = 'running' as is_running from automation_steps
where subject_id = %(id)s and kind = 'tell_session' and state = any(%(states)s) order by created_at, id limit 1
"""
# One of which nobody has heard by itself goes before: who has heard of the class that tells is told nothing.
NEXT_OF_SERIES = """
select id, version from sessions where series_id = %(series)s and cancelled_at is null and ends_at > %(now)s
order by told_version > 0, starts_at, id limit 1
"""


async def update_session(work: Work, session_id: UUID, version: int, facts: SessionFacts, *, tell: bool) -> list[str]:
    """Change a session, and all that follows from it; return the names of what changed.

    The batch stays. A change that students see raises the version; ``tell`` then writes to them. Raises Conflict when it is
    not the version that was seen, or is cancelled; InvalidInput.
    """
    before = await _locked(work, session_id, version)
    changed = [
        name for name in values_of(facts) if name != "batch_id" and getattr(before, name) != getattr(facts, name)
    ]
    if has_ended(before, work.now) and set(changed) & set(LIVED):
        text = _("This class is over: its title, module and description can still be changed, nothing else.")
        raise InvalidInput({"": text})
    await check(work, facts, before=before)
    if not changed:
        return []
    seen = bool(set(changed) & set(SEEN)) or ("host" in changed and before.zoom_meeting_id is not None)
    version = before.version + seen
    state = (
        before.zoom_state if has_ended(before, work.now) else _zoom_state(before, facts, set(changed) & set(OF_MEETING))
    )
    await work.run(UPDATE, id=session_id, version=version, zoom_state=state, now=work.now, **values_of(facts))
    if state != before.zoom_state or state in ("creating", "changing", "deleting"):
        await plan_sync(work, session_id, version, None if seen else work.now)
    if "starts_at" in changed:
        await count(work, session_id)
    if seen:
        ends_at = facts.starts_at + timedelta(minutes=facts.duration)
        await plan_what_follows(work, session_id, version, ends_at, facts.starts_at)
        if not has_ended(before, work.now):
            await _plan_telling(work, before, version, "moved" if "starts_at" in changed else "changed", tell)
    await record(
        work, "session.updated", "session", session_id, facts.title, changed=sorted(changed), told=tell and seen
    )
    tell_pages(work, session_id)
    await tell_students(work, session_id)
    return changed


async def cancel_session(work: Work, session_id: UUID, version: int, *, reason: str = "", tell: bool) -> None:
    """Call a session off: its meeting is deleted, what was planned for it is void, and with ``tell`` students hear of it.

    Raises Conflict when it is not the version that was seen, or is over or cancelled.
    """
    before = await _locked(work, session_id, version)
    if has_ended(before, work.now):
        raise Conflict(_("This class is over. What has been held cannot be cancelled."))
    if len(reason) > LONGEST_REASON:
        raise InvalidInput({"reason": _("At most {count} characters, please.", count=LONGEST_REASON)})
    has_meeting = before.zoom_meeting_id is not None or bool(before.zoom_asked)
    state = "deleting" if has_meeting else "none"
    version = before.version + 1
    await work.run(CANCEL, id=session_id, reason=reason, version=version, zoom_state=state, now=work.now)
    await void_what_follows(work, session_id)
    untold = await work.row(UNTOLD, id=session_id, states=["planned", "running"])
    for kind in ("tell_session", "register_students", "sync_meeting"):
        await cancel_steps(work, session_id, _("The class was cancelled."), kind)
    if has_meeting or before.zoom_state == "creating":  # a worker may be making it at this moment
        await work.run("update sessions set zoom_state = 'deleting' where id = %(id)s", id=session_id)
        await plan_sync(work, session_id, version)
    # A series that nobody has heard of yet is told of without it.
    is_unheard = untold is not None and bool(untold.series_id) and not untold.is_running
    if tell and not is_unheard:
        await plan_telling(work, session_id, version, "cancelled")
    if untold is not None and untold.series_id:
        await _tell_series_by_the_next(work, UUID(untold.series_id))
    await record(work, "session.cancelled", "session", session_id, before.title, reason=reason, told=tell)
    tell_pages(work, session_id)
    await tell_students(work, session_id)


async def _tell_series_by_the_next(work: Work, series_id: UUID) -> None:
    """Plan what the first class of a series was to tell on the next one: the others still take place."""
    following = await work.row(NEXT_OF_SERIES, series=series_id, now=work.now)
    if following is not None:
        await cancel_steps(work, following.id, _("They are told of the whole series instead."), "tell_session")
        await plan_telling(work, following.id, following.version, "scheduled", series_id)


async def _plan_telling(work: Work, before: Row, version: int, what: What, tell: bool) -> None:
    untold = await work.row(UNTOLD, id=before.id, states=["planned"])
    await cancel_steps(work, before.id, _("The class was changed."), "tell_session")
    if untold is not None:
        series_id = UUID(untold.series_id) if untold.series_id else None
        await plan_telling(work, before.id, version, untold.what, series_id)
    elif tell:
        # Who never heard of it hears of a class, and not of a change.
        await plan_telling(work, before.id, version, what if before.told_version else "scheduled")


def _zoom_state(before: Row, facts: SessionFacts, changed: set[str]) -> str:
    """Return what there is to do for the meeting after a change."""
    state: str = before.zoom_state
    made = before.zoom_meeting_id is not None
    if not facts.create_zoom_meeting:
        return "deleting" if made or before.zoom_asked or state == "creating" else "none"
    if state in ("none", "deleted") or (state == "deleting" and not made):
        return "creating"
    if not changed or state == "missing":
        return state
    return "changing" if made else "creating"


async def _locked(work: Work, session_id: UUID, version: int) -> Row:
    work.require_admin()
    session = await work.row(LOCK, id=session_id)
    if session is None:
        raise NotFound(_("There is no such class."))
    if session.cancelled_at is not None:
        raise Conflict(_("This class is cancelled."))
    if session.version != version:
        raise Conflict(_("Somebody has changed this class meanwhile. Look at it as it is now, and change it again."))
    return session
