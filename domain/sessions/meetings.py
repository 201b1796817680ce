"""The step `sync_meeting`: brings the meeting in line with its session, however often it is tried and whatever was answered.

A session has one meeting. Another host needs another one: it is made first, put in place of the old, and then the old is
deleted, so that there is a way in at every moment. What may have been made is looked up, as it was asked for, before
anything is asked for again; and of two steps of one session only one talks to the provider.
"""

from datetime import datetime
from typing import Any

from domain.audit import record
from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.language import _
from domain.notifications import notify_admins
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.meetings import Failure, Meeting, MeetingPlan
from domain.sessions.events import note_missing, tell, tell_students
from domain.sessions.planning_meetings import state_for
from domain.work import Row, Work

DEMO = "Demo classes never reach the real Zoom."
TURN = 1.0  # seconds until it is looked again whether the other step has ended
# The states in which there is something to do.
OPEN = ("creating", "changing", "deleting", "failed")
# From here on only people can help, or the next day: said aloud, and tried again all the same.
LONG_WAIT = 120.0

LOCK = """
select s.id, s.title, s.description, s.starts_at, s.ends_at, s.duration, s.host, s.recording, s.create_zoom_meeting, s.version,
  s.cancelled_at, s.is_demo, s.zoom_state, s.zoom_reason, s.zoom_meeting_id, s.zoom_host, s.zoom_asked, s.zoom_replaced,
  b.timezone, b.name as batch, c.title as course,
  exists (select from automation_steps a where a.id = s.zoom_step_id and a.id <> %(step)s and a.state = 'running'
    and a.leased_until > now()) as is_taken
from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
where s.id = %(id)s for update of s
"""
TAKE = "update sessions set zoom_step_id = %(step)s where id = %(id)s"
ASK = """
update sessions set zoom_asked = %(asked)s, zoom_asked_at = coalesce(zoom_asked_at, %(now)s), updated_at = %(now)s
where id = %(id)s
"""
MOVE = "update sessions set zoom_state = %(state)s, zoom_reason = %(reason)s, updated_at = %(now)s where id = %(id)s"
REFUSE = """
update sessions set zoom_state = 'failed', zoom_reason = %(reason)s, zoom_asked = '{}', updated_at = %(now)s where id = %(id)s
"""
MADE = """
update sessions set zoom_state = %(state)s, zoom_reason = '', zoom_meeting_id = %(meeting_id)s, zoom_uuid = %(uuid)s,
  zoom_join_url = %(join_url)s, zoom_passcode = %(passcode)s, zoom_start_url = %(start_url)s, zoom_host = %(host)s,
  zoom_host_email = lower(%(host_email)s),
  zoom_has_registration = %(has_registration)s, zoom_version = %(version)s, zoom_asked = '{}', updated_at = %(now)s,
  zoom_replaced = case when zoom_meeting_id <> %(meeting_id)s then zoom_replaced || zoom_meeting_id else zoom_replaced end
where id = %(id)s
"""
DELETED = """
update sessions set zoom_state = 'deleted', zoom_reason = '', zoom_meeting_id = null, zoom_uuid = null, zoom_join_url = '',
  zoom_passcode = '', zoom_start_url = '', zoom_has_registration = false, zoom_asked = '{}', zoom_asked_at = null,
  updated_at = %(now)s
where id = %(id)s
"""
REMOVED = "update sessions set zoom_replaced = array_remove(zoom_replaced, %(meeting)s) where id = %(id)s"
IS_OTHERS = "select true from sessions where zoom_meeting_id = %(meeting_id)s and id <> %(id)s"


async def sync_meeting(run: StepRun) -> None:
    """Handle the step: make, change or delete the meeting, as the session stands now. A second run changes nothing."""
    session = await _begin(run)
    if session.zoom_state in OPEN:
        await _bring_in_line(run, session)
    await _remove_replaced(run)


async def _bring_in_line(run: StepRun, session: Row) -> None:
    if session.zoom_asked:
        session = await _resolve_doubt(run, session)
    if session.cancelled_at is not None or not session.create_zoom_meeting:
        await _delete(run, session)
    elif session.zoom_meeting_id and session.zoom_host == session.host:
        await _change(run, session)
    else:
        await _create(run, session)


def plan_of(session: Row) -> MeetingPlan:
    """Return the meeting that a session wants. Its name tells hosts, and our look-ups, which batch it is for."""
    return MeetingPlan(
        topic=f"{session.title} · {session.course}, {session.batch}",
        starts_at=session.starts_at,
        duration=session.duration,
        timezone=session.timezone,
        agenda=session.description,
        host=session.host,
        recording=session.recording,
    )


async def _begin(run: StepRun) -> Row:
    """Commit that this step talks to the provider; return the session as it stands."""
    async with run.work() as work:
        session = await _locked(work, run)
        if session.zoom_state not in OPEN and not session.zoom_replaced:
            raise Skip(_("The meeting is as it should be."))
        if session.is_taken:
            raise Later(_("Another change of this meeting is under way."), TURN)
        await work.run(TAKE, id=session.id, step=run.step.id)
        is_wanted = session.zoom_state in OPEN and _is_wanted(session)
        over = session.ends_at <= work.now and is_wanted
    if session.is_demo and run.ports.meetings_are_live:
        await _park(run, session, "failed", _(DEMO))
        raise Skip(_(DEMO))
    if over:
        await _park(run, session, "failed", _("The class is over."))
        raise Skip(_("The class is over."))
    return session


async def _resolve_doubt(run: StepRun, session: Row) -> Row:
    """Find out whether what was asked for was made; return the session as it stands then."""
    asked = _asked_plan(session)
    found = await run.ports.meetings.find(asked)
    if isinstance(found, CannotTell):
        await _park(run, session, session.zoom_state, found.reason)
        raise Later(found.reason, run.ports.lookup_delay)
    async with run.work() as work:
        session = await _locked(work, run)
        is_ours = isinstance(found, Meeting) and not await work.value(
            IS_OTHERS, meeting_id=found.zoom_meeting_id, id=session.id
        )
        if isinstance(found, Meeting) and is_ours:
            await _keep(work, session, found, asked, int(session.zoom_asked.get("version", 0)))
            return await _locked(work, run)
    return session


async def _create(run: StepRun, session: Row) -> None:
    await run.still_mine()
    plan = plan_of(session)
    async with run.work() as work:
        await _locked(work, run)
        await work.run(ASK, id=session.id, asked=_as_asked(plan, session.version), now=work.now)
    await _settle(run, session, plan, await run.ports.meetings.create(plan))


async def _change(run: StepRun, session: Row) -> None:
    plan = plan_of(session)
    if session.zoom_state == "ready":  # found, and as it should be
        return
    await run.still_mine()
    await _settle(run, session, plan, await run.ports.meetings.update(session.zoom_meeting_id, plan))


async def _settle(run: StepRun, session: Row, plan: MeetingPlan, outcome: Meeting | Missing | Failure) -> None:
    """Write down what came of making or changing the meeting."""
    if isinstance(outcome, Meeting):
        async with run.work() as work:
            await _keep(work, await _locked(work, run), outcome, plan, session.version)
    elif isinstance(outcome, Missing):
        await _miss(run)
    else:
        await _fail(run, session, outcome)


async def _delete(run: StepRun, session: Row) -> None:
    if session.zoom_meeting_id:
        await _remove(run, session)
    async with run.work() as work:
        session = await _locked(work, run)
        await work.run(DELETED, id=session.id, now=work.now)
        if session.cancelled_at is None and session.create_zoom_meeting:
            # Wanted again meanwhile: the step of that change goes on from here.
            await work.run(MOVE, id=session.id, state="creating", reason="", now=work.now)
        tell(work, session.id)


async def _remove_replaced(run: StepRun) -> None:
    """Delete the meetings in whose place there is another now. What Zoom refuses is said, and left to people."""
    async with run.work() as work:
        session = await _locked(work, run)
    for meeting in session.zoom_replaced:
        await run.still_mine()
        failure = await run.ports.meetings.delete(meeting)
        if isinstance(failure, Refused):
            text = _("Its former meeting {number} is still in Zoom: {reason}", number=meeting, reason=failure.reason)
            await _say(run, session, _("Delete a meeting of “{title}” in Zoom", title=session.title), text)
        elif failure is not None:
            raise Later(failure.reason, getattr(failure, "retry_after", None) or run.ports.lookup_delay)
        async with run.work() as work:
            await _locked(work, run)
            await work.run(REMOVED, id=session.id, meeting=meeting)


async def _remove(run: StepRun, session: Row) -> None:
    await run.still_mine()
    failure = await run.ports.meetings.delete(session.zoom_meeting_id)
    if failure is not None:
        await _fail(run, session, failure)


async def _keep(work: Work, session: Row, meeting: Meeting, plan: MeetingPlan, version: int) -> None:
    """Write the meeting down; the session may have changed while it was being made."""
    in_line = _is_wanted(session) and plan_of(session) == plan
    state = "ready" if in_line else "changing" if _is_wanted(session) else "deleting"
    await work.run(
        MADE,
        id=session.id,
        state=state,
        meeting_id=meeting.zoom_meeting_id,
        uuid=meeting.uuid or None,
        join_url=meeting.join_url,
        passcode=meeting.passcode,
        start_url=meeting.start_url,
        has_registration=meeting.has_registration,
        host=plan.host,
        host_email=meeting.host_email,
        version=version,
        now=work.now,
    )
    if in_line and meeting.has_registration:
        key = f"register_students:{session.id}:{meeting.zoom_meeting_id}"
        await plan_step(work, "register_students", session.id, key=key, version=session.version)
    tell(work, session.id)
    await tell_students(work, session.id)


async def _fail(run: StepRun, session: Row, failure: Failure) -> None:
    """Write down why it did not work, and raise what becomes of the step."""
    match failure:
        case Refused():
            await _refuse(run, session, failure.reason)
            raise Failed(failure.reason)
        case Unavailable():
            wait = failure.retry_after or 0.0
            if failure.is_attempt and wait >= LONG_WAIT:
                await _refuse(run, session, failure.reason)
            else:
                await _park(run, session, None, failure.reason)
            raise Later(failure.reason, wait)
        case Unknown():
            await _park(run, session, None, failure.reason)
            raise Later(failure.reason, run.ports.lookup_delay)


async def _refuse(run: StepRun, session: Row, reason: str) -> None:
    async with run.work() as work:
        now = await _locked(work, run)
        await work.run(REFUSE, id=session.id, reason=reason, now=work.now)
        if (now.zoom_state, now.zoom_reason) != ("failed", reason):
            await record(work, "session.meeting_refused", "session", session.id, session.title, reason=reason)
        tell(work, session.id)
    if (now.zoom_state, now.zoom_reason) != ("failed", reason):
        await _say(run, session, _("Zoom has not taken the meeting of “{title}”", title=session.title), reason)


async def _miss(run: StepRun) -> None:
    async with run.work() as work:
        session = await _locked(work, run)
        if _is_wanted(session):
            await note_missing(work, session.id, session.zoom_meeting_id)
        else:
            await work.run(MOVE, id=session.id, state="deleting", reason="", now=work.now)
            tell(work, session.id)


async def _say(run: StepRun, session: Row, title: str, body: str) -> None:
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        await notify_admins(work, "session", title, body, f"/admin/sessions/{session.id}")


async def _park(run: StepRun, session: Row, state: str | None, reason: str) -> None:
    """Show where it stands; without a state, what there is to do."""
    async with run.work() as work:
        now = await _locked(work, run)
        await work.run(MOVE, id=session.id, state=state or state_for(now), reason=reason, now=work.now)
        tell(work, session.id)


async def _locked(work: Work, run: StepRun) -> Row:
    await hold(work, run.step, run.lease_seconds)
    session = await work.row(LOCK, id=run.step.subject_id, step=run.step.id)
    if session is None:
        raise Skip(_("The class is gone."))
    return session


def _is_wanted(session: Row) -> bool:
    return session.cancelled_at is None and bool(session.create_zoom_meeting)


def _as_asked(plan: MeetingPlan, version: int) -> dict[str, Any]:
    return {
        "topic": plan.topic,
        "starts_at": plan.starts_at.isoformat(),
        "duration": plan.duration,
        "timezone": plan.timezone,
        "agenda": plan.agenda,
        "host": plan.host,
        "recording": plan.recording,
        "version": version,
    }


def _asked_plan(session: Row) -> MeetingPlan:
    asked = {name: value for name, value in session.zoom_asked.items() if name != "version"}
    return MeetingPlan(**asked | {"starts_at": datetime.fromisoformat(asked["starts_at"])})
