"""The meeting's own report of who was there, read after the end and again while it may be incomplete."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from domain.automation.running import Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.language import _
from domain.ports import CannotTell, Missing
from domain.ports.meetings import Participant
from domain.sessions.attending import keep_stays
from domain.sessions.events import tell
from domain.work import Row, Work

# After the end. Just then some stays may be lacking, and a class that runs over has no report yet.
LOOKS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
ASK_AGAIN = 600.0  # seconds until a provider that could not tell is asked again
SESSION = """
select id, version, ends_at, cancelled_at, started_at, ended_at, zoom_meeting_id, zoom_uuid, zoom_uuids, create_zoom_meeting,
  (select count(*) from session_stays y where y.session_id = s.id and y.source = 'report') as known
from sessions s where id = %(id)s
"""


async def read_attendance(run: StepRun) -> None:
    """Handle the step: read the report, keep what is new, and plan another look while one may find more."""
    look = int(run.step.payload.get("look", 0))
    async with run.work() as work:
        session = await _true(work, run)
    stays, is_missing = await _reports(run, session)
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        await keep_stays(work, session.id, "report", [_stay(one) for one in stays])
        tell(work, session.id)
        if look + 1 < len(LOOKS) and _may_lack(session, stays, look):
            key = f"read_attendance:{session.id}:{session.version}:{look + 1}"
            due_at = max(session.ends_at, session.ended_at or session.ends_at) + LOOKS[look + 1]
            payload = {"look": look + 1}
            await plan_step(
                work, "read_attendance", session.id, key=key, version=session.version, payload=payload, due_at=due_at
            )
    if is_missing:
        raise Skip(_("Zoom has no report of it, or none yet."))


async def _reports(run: StepRun, session: Row) -> tuple[list[Participant], bool]:
    """Return everybody of each time the meeting was held, the number alone standing for the last; and whether none is known.

    Raises Later when the provider cannot tell of one: what comes twice is kept once.
    """
    stays: dict[str, Participant] = {}
    is_missing = True
    for meeting in dict.fromkeys((session.zoom_meeting_id, session.zoom_uuid, *session.zoom_uuids)):
        if not meeting:
            continue
        report = await run.ports.meetings.participants(meeting)
        if isinstance(report, CannotTell):
            raise Later(report.reason, ASK_AGAIN)
        if not isinstance(report, Missing):
            is_missing = False
            stays |= {str(_stay(one)["stay_key"]): one for one in report}
    return list(stays.values()), is_missing


async def _true(work: Work, run: StepRun) -> Row:
    session = await work.row(SESSION, id=run.step.subject_id)
    if session is None or session.cancelled_at is not None:
        raise Skip(_("The class does not take place."))
    if session.version != run.step.subject_version and session.ends_at > work.now:
        raise Skip(_("The class was changed, and is still to come."))
    if not session.zoom_meeting_id:
        raise Skip(_("The class was not in Zoom."))
    return session


def _may_lack(session: Row, stays: Sequence[Participant], look: int) -> bool:
    """Say whether another look may find more: after the first it may, and as long as something is open or was new."""
    return look == 0 or len(stays) > session.known or not stays or any(stay.left_at is None for stay in stays)


def _stay(one: Participant) -> dict[str, object]:
    # The report has no name for a stay; the moment and the person make one that stays the same.
    about = f"{one.registrant_id}|{one.email}|{one.name}|{one.joined_at.isoformat()}"
    return {
        "stay_key": hashlib.sha256(about.encode()).hexdigest()[:40],
        "name": one.name[:200],
        "email": one.email[:320],
        "registrant_id": one.registrant_id[:200],
        "joined_at": one.joined_at.isoformat(),
        "left_at": one.left_at.isoformat() if one.left_at else None,
    }
