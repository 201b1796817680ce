"""Meetings from the admin's side: brought in line after a change, asked for again after a failure, made again when gone."""

from datetime import datetime
from uuid import UUID

from domain.audit import record
from domain.automation.steps import cancel_steps, plan_step
from domain.errors import Conflict, NotFound
from domain.language import _
from domain.sessions.events import tell
from domain.work import Row, Work

LOCK = """
select id, title, version, cancelled_at, create_zoom_meeting, ends_at, zoom_state, zoom_meeting_id, zoom_asked
from sessions where id = %(id)s for update
"""
MOVE = "update sessions set zoom_state = %(state)s, zoom_reason = '', updated_at = %(now)s where id = %(id)s"
FORGET = """
update sessions set zoom_state = 'creating', zoom_reason = '', zoom_meeting_id = null, zoom_uuid = null, zoom_join_url = '',
  zoom_passcode = '', zoom_start_url = '', zoom_has_registration = false, zoom_asked_at = null, zoom_asked = '{}',
  updated_at = %(now)s
where id = %(id)s
"""
KEEP_START_URL = "update sessions set zoom_start_url = %(url)s where id = %(id)s and zoom_meeting_id = %(meeting)s"


async def plan_sync(work: Work, session_id: UUID, version: int, at: datetime | None = None) -> None:
    """Plan that the meeting is brought in line with the session; ``at`` tells apart what happens twice to one version."""
    await cancel_steps(work, session_id, _("The class was changed again."), "sync_meeting")
    key = f"sync_meeting:{session_id}:{version}" + (f":{at.isoformat()}" if at else "")
    await plan_step(work, "sync_meeting", session_id, key=key, version=version)


async def retry_meeting(work: Work, session_id: UUID) -> None:
    """Ask the provider again, now. Raises Conflict when there is nothing to try again."""
    session = await _locked(work, session_id)
    if session.zoom_state not in ("failed", "creating", "changing", "deleting"):
        raise Conflict(_("There is nothing to try again: somebody was first."))
    await work.run(MOVE, id=session_id, state=state_for(session), now=work.now)
    await plan_sync(work, session_id, session.version, work.now)
    await record(work, "session.meeting_retried", "session", session_id, session.title)
    tell(work, session_id)


async def make_meeting_again(work: Work, session_id: UUID) -> None:
    """Make a new meeting in place of one that is gone from the provider. Raises Conflict when it is not gone."""
    session = await _locked(work, session_id)
    if session.zoom_state != "missing":
        raise Conflict(_("The meeting is not missing any more: somebody was first."))
    if session.cancelled_at is not None or session.ends_at <= work.now:
        raise Conflict(_("This class is over or cancelled: it needs no meeting."))
    await work.run(FORGET, id=session_id, now=work.now)
    await plan_sync(work, session_id, session.version, work.now)
    await record(work, "session.meeting_remade", "session", session_id, session.title)
    tell(work, session_id)


async def hosts_meeting(work: Work, session_id: UUID) -> Row:
    """Return the meeting's number and the host's link as last known. Raises NotFound, and Conflict when there is none."""
    work.require_admin()
    session = await work.row(
        "select id, zoom_meeting_id, zoom_state, session_start_url(id) as start_url from sessions where id = %(id)s",
        id=session_id,
    )
    if session is None:
        raise NotFound(_("There is no such class."))
    if session.zoom_meeting_id is None or session.zoom_state not in ("ready", "changing", "failed"):
        raise Conflict(_("There is no meeting to start yet."))
    return session


async def keep_start_url(work: Work, session_id: UUID, meeting_id: str, url: str) -> None:
    """Keep the host's link as the provider has just given it: an older one lapses after two hours."""
    await work.run(KEEP_START_URL, id=session_id, meeting=meeting_id, url=url)


def state_for(session: Row) -> str:
    """Return what there is to do at the provider, for a session that is not in line with it."""
    if session.cancelled_at is not None or not session.create_zoom_meeting:
        return "deleting"
    return "changing" if session.zoom_meeting_id else "creating"


async def _locked(work: Work, session_id: UUID) -> Row:
    work.require_admin()
    session = await work.row(LOCK, id=session_id)
    if session is None:
        raise NotFound(_("There is no such class."))
    return session
