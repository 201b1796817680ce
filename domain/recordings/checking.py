"""The step that looks for what a class left: an hour after its end, then hourly for two days, daily for a week.

A webhook, or an admin, has it look at once. What the provider cannot tell changes nothing but the reason that is shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.audit import record
from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.language import _, ngettext
from domain.notifications import notify_admins
from domain.ports import CannotTell
from domain.ports.meetings import MeetingRecording
from domain.recordings.contents import read_contents
from domain.recordings.copying import plan_copies
from domain.recordings.filing import file_recordings
from domain.recordings.telling import tell, tell_students
from domain.sessions.automations import wake_recordings
from domain.work import Row, Work

HOURLY, HOURLY_FOR = timedelta(hours=1), timedelta(hours=48)
DAILY, DAILY_FOR = timedelta(days=1), timedelta(days=9)
# Zoom works on a recording for a day at most: what it has not by then never was, and transcripts come no later.
LONGEST_PROCESSING = timedelta(hours=24)
# So often a look that gets no answer is repeated at once; the next planned one goes on from there.
PATIENCE = 5

SESSION = """
select id, batch_id, title, starts_at, ends_at, version, cancelled_at, recording, zoom_meeting_id, zoom_uuid, zoom_uuids,
  zoom_recording_status, recordings_told_at
from sessions where id = %(id)s for update
"""
LEFT = """
select count(*) filter (where kind in ('video', 'audio') and state = 'ready') as films,
  count(*) filter (where kind = 'transcript') as transcripts,
  count(distinct recording_start) filter (where kind in ('video', 'audio')) as parts,
  count(*) filter (where read_at is null and read_attempts < 5 and state = 'ready'
    and kind in ('video', 'audio', 'transcript', 'chapters')) as unread
from recordings where session_id = %(id)s and source = 'zoom'
"""
SETTLE = """
update sessions set zoom_recording_status = %(status)s, zoom_recording_reason = %(reason)s, recordings_checked_at = %(now)s,
  zoom_uuids = (select coalesce(array_agg(distinct one), '{}') from unnest(zoom_uuids || %(uuids)s::text[]) one)
where id = %(id)s
"""


@dataclass
class Look:
    """What one look brought: recordings, meetings that left nothing so far, and why it could not see everything."""

    found: dict[str, MeetingRecording]
    missing: int = 0
    trouble: str = ""


async def check_recordings(run: StepRun) -> None:
    """Handle the step: ask the provider, file what it has, and plan the next look while something may still come."""
    async with run.work() as work:
        session = await _locked(work, run)
    look = await _look(run, session)
    async with run.work() as work:
        session = await _locked(work, run)
        processing = await file_recordings(work, session, list(look.found.values()))
        await _settle(work, session, look, processing)
    await read_contents(run, session.id, {one.uuid: one.download_token for one in look.found.values()})
    async with run.work() as work:
        session = await _locked(work, run)
        await tell_students(work, session)
        if run.ports.copies_recordings:
            await plan_copies(work, session.id)
        repeats = bool(look.trouble) and run.step.attempt < PATIENCE
        if not repeats:
            await _plan_next(work, run, session)
    if repeats:
        raise Later(look.trouble)
    if look.trouble:
        raise Skip(look.trouble) if _is_regular(run) else Failed(look.trouble)


def next_look(ends_at: datetime, now: datetime) -> datetime | None:
    """Return when to look again for what a class that ended at ``ends_at`` left; None when there is no more hope."""
    if now < ends_at + HOURLY_FOR:
        return now + HOURLY
    return now + DAILY if now < ends_at + DAILY_FOR else None


async def plan_look(work: Work, session_id: UUID, version: int, cause: str) -> None:
    """Plan a look now; ``cause`` is what it is for, and is planned once."""
    key = f"check_recordings:{session_id}:{cause}"
    await plan_step(work, "check_recordings", session_id, key=key, version=version, payload={"cause": cause})


async def _locked(work: Work, run: StepRun) -> Row:
    await hold(work, run.step, run.lease_seconds)
    session = await work.row(SESSION, id=run.step.subject_id)
    if session is None:
        raise Skip(_("The class is gone."))
    if session.zoom_meeting_id is None:
        raise Skip(_("The class was not in Zoom."))
    if not _is_regular(run):
        return session
    if session.cancelled_at is not None:
        raise Skip(_("The class was cancelled."))
    if session.version != run.step.subject_version:
        raise Skip(_("The class was changed."))
    if session.recording != "cloud" and not session.zoom_recording_status:
        raise Skip(_("The class is not recorded in the cloud."))
    return session


async def _look(run: StepRun, session: Row) -> Look:
    """Ask for each time the meeting was held; the number alone stands for the last."""
    look, asked = Look({}), set[str]()
    for meeting in (session.zoom_meeting_id, *session.zoom_uuids):
        if meeting in asked:
            continue
        answer = await run.ports.meetings.recording(meeting)
        asked.add(meeting)
        if isinstance(answer, CannotTell):
            look.trouble = answer.reason
        elif isinstance(answer, MeetingRecording):
            asked.add(answer.uuid)
            look.found[answer.uuid] = answer
        elif meeting != session.zoom_meeting_id:
            look.missing += 1
    return look


async def _settle(work: Work, session: Row, look: Look, processing: int) -> None:
    """Write down where the recording of the session stands, in words."""
    left = await work.row(LEFT, id=session.id)
    assert left is not None
    may_come = work.now < session.ends_at + LONGEST_PROCESSING
    is_partial = processing > 0 or (look.missing > 0 and may_come)
    status, reason = _standing(work.now, session, left.films, is_partial, processing, look.trouble)
    uuids = [uuid for uuid in look.found if uuid]
    await work.run(SETTLE, id=session.id, status=status, reason=reason, uuids=uuids, now=work.now)
    if status == "missing" and session.zoom_recording_status != "missing":
        title = _("There is no recording of {title}", title=session.title)
        await notify_admins(work, "recording", title, reason, f"/admin/sessions/{session.id}/recordings")
        await record(work, "recordings.missing", "session", session.id, session.title)
        await wake_recordings(work, session_id=session.id)
    elif status == "synced" and session.zoom_recording_status != "synced":
        await record(work, "recordings.synced", "session", session.id, session.title, files=left.films)
    tell(work, session.id)


def _standing(
    now: datetime, session: Row, films: int, is_partial: bool, processing: int, trouble: str
) -> tuple[str, str]:
    if films:
        words = ngettext(
            "{count} file is still being processed.", "{count} files are still being processed.", processing
        )
        partial = words if processing else _("Zoom is still working on another part.")
        return ("partial" if is_partial else "synced"), trouble or (partial if is_partial else "")
    if trouble:
        return "failed", trouble
    if is_partial:
        return "waiting", _("Zoom is working on the recording.")
    if now >= session.ends_at + DAILY_FOR:
        return "missing", _("Zoom has had no recording for nine days.")
    return "waiting", _("Zoom has no recording yet.")


async def _plan_next(work: Work, run: StepRun, session: Row) -> None:
    if not _is_regular(run) or await _is_whole(work, session):
        return
    at = next_look(session.ends_at, work.now)
    if at is None:
        return
    number = int(run.step.payload.get("number", 0)) + 1
    key = f"check_recordings:{session.id}:{session.version}:{number}"
    payload = {"number": number}
    await plan_step(work, "check_recordings", session.id, key=key, version=session.version, payload=payload, due_at=at)


async def _is_whole(work: Work, session: Row) -> bool:
    """Say whether nothing more is to come: all is there, and a transcript for each part or no hope of one."""
    left = await work.row(LEFT, id=session.id)
    if left is None or session.zoom_recording_status != "synced" or left.unread:
        return False
    return bool(left.transcripts >= left.parts or work.now >= session.ends_at + LONGEST_PROCESSING)


def _is_regular(run: StepRun) -> bool:
    return "cause" not in run.step.payload
