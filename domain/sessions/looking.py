"""A look at the meeting before its class: what was deleted in Zoom is noticed while there is time to make it again."""

from datetime import timedelta

from domain.automation.running import Later, Skip, StepRun, hold
from domain.language import _
from domain.ports import CannotTell, Missing
from domain.sessions.events import note_missing
from domain.work import Row, Work

BEFORE_THE_START = timedelta(hours=1)
ASK_AGAIN = 300.0  # seconds until a provider that could not tell is asked again
SESSION = """
select id, version, cancelled_at, starts_at, ends_at, zoom_meeting_id, create_zoom_meeting
from sessions where id = %(id)s
"""


async def look_at_meeting(run: StepRun) -> None:
    """Handle the step: ask whether the meeting is there, and tell admins if it is not."""
    async with run.work() as work:
        session = await _true(work, run)
    found = await run.ports.meetings.get(session.zoom_meeting_id)
    if isinstance(found, CannotTell):
        raise Later(found.reason, ASK_AGAIN)
    if isinstance(found, Missing):
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            await note_missing(work, session.id, session.zoom_meeting_id)


async def _true(work: Work, run: StepRun) -> Row:
    session = await work.row(SESSION, id=run.step.subject_id)
    if session is None or session.cancelled_at is not None:
        raise Skip(_("The class does not take place."))
    if session.version != run.step.subject_version and session.starts_at - BEFORE_THE_START > work.now:
        raise Skip(_("The class was changed, and is still to come."))
    if session.ends_at <= work.now:
        raise Skip(_("The class is over."))
    if not session.create_zoom_meeting or not session.zoom_meeting_id:
        raise Skip(_("The class has no meeting in Zoom, or none yet."))
    return session
