"""What follows a session by itself: planned when it is made or moved, void when it is cancelled or moved on.

Each step carries the session's version. A handler skips when the session has another one by now.
"""

from datetime import datetime, timedelta
from uuid import UUID

from domain.automation.steps import cancel_steps, plan_step
from domain.language import _
from domain.sessions.automations import plan_class, plan_class_again, void_class
from domain.sessions.looking import BEFORE_THE_START
from domain.sessions.reporting import LOOKS
from domain.work import Work

# What looks whether the meeting is there.
BEFORE = "look_at_meeting"
# kind -> how long after the end. Zoom takes about a quarter of an hour for the report and one or two for the recording.
AFTER_THE_END: dict[str, timedelta] = {
    "read_attendance": LOOKS[0],
    "check_recordings": timedelta(hours=1),
}


async def plan_what_follows(
    work: Work, session_id: UUID, version: int, ends_at: datetime, starts_at: datetime | None = None
) -> None:
    """Plan what comes after this version of the session, and cancel what an earlier one had planned.

    With ``starts_at`` its meeting is looked at before, too, unless that moment has passed.
    """
    await cancel_steps(work, session_id, _("The class was changed."), BEFORE)
    if starts_at and starts_at - BEFORE_THE_START > work.now:
        key = f"{BEFORE}:{session_id}:{version}"
        due_at = starts_at - BEFORE_THE_START
        await plan_step(work, BEFORE, session_id, key=key, version=version, due_at=due_at)
    for kind, after in AFTER_THE_END.items():
        await cancel_steps(work, session_id, _("The class was changed."), kind)
        key = f"{kind}:{session_id}:{version}"
        await plan_step(work, kind, session_id, key=key, version=version, due_at=ends_at + after)
    if ends_at > work.now:
        await (plan_class if version == 1 else plan_class_again)(work, session_id)


async def void_what_follows(work: Work, session_id: UUID) -> None:
    """Cancel what a session had planned: it does not take place."""
    for kind in (BEFORE, *AFTER_THE_END):
        await cancel_steps(work, session_id, _("The class was cancelled."), kind)
    await void_class(work, session_id)
