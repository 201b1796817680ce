"""Changing a batch's time zone while classes are ahead: either the moments stay, or the times on the clocks do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.audit import record
from domain.errors import InvalidInput
from domain.language import _, ngettext
from domain.sessions.automations import move_with_batch
from domain.sessions.changing import update_session
from domain.sessions.local_times import moment_of
from domain.sessions.planning_meetings import plan_sync
from domain.sessions.scheduling import SessionFacts
from domain.work import Row, Work

Keep = Literal["", "moments", "local"]

AHEAD = """
select id, batch_id, module_id, title, description, starts_at, duration, host, recording, create_zoom_meeting, place, version,
  zoom_state
from sessions where batch_id = %(batch_id)s and cancelled_at is null and starts_at > %(now)s order by starts_at, id for update
"""
SET = "update batches set timezone = %(zone)s where id = %(batch_id)s returning name"
RESYNC = "update sessions set zoom_state = 'changing', updated_at = %(now)s where id = %(id)s"


async def change_zone(
    work: Work, batch_id: UUID, before: str, zone: str, *, keep: Keep = "", tell: bool = False
) -> int:
    """Change the zone of a batch, whose row the caller holds; return how many classes were ahead.

    With classes ahead ``keep`` says what stays: the moments, or the times on the clocks, by which each is moved and with
    ``tell`` told. Raises InvalidInput under ``keep`` when it says neither, or a class cannot be moved so.
    """
    ahead = await work.rows(AHEAD, batch_id=batch_id, now=work.now)
    if ahead and not keep:
        raise InvalidInput({"keep": _asks(len(ahead))})
    name = await work.value(SET, zone=zone, batch_id=batch_id)
    if keep == "local":
        await _move(work, ahead, before, zone, tell)
    else:
        for session in ahead:
            if session.zoom_state == "ready":  # Zoom shows the batch's zone, too
                await work.run(RESYNC, id=session.id, now=work.now)
                await plan_sync(work, session.id, session.version, work.now)
    await move_with_batch(work, batch_id)
    details = {"before": before, "after": zone, "keep": keep}
    await record(work, "batch.zone_changed", "batch", batch_id, str(name), ahead=len(ahead), **details)
    work.signal("sessions")
    return len(ahead)


async def _move(work: Work, ahead: Sequence[Row], before: str, zone: str, tell: bool) -> None:
    for session in ahead:
        local = session.starts_at.astimezone(ZoneInfo(before)).replace(tzinfo=None)
        try:
            starts_at = moment_of(local, zone, "first")
        except InvalidInput as error:
            raise InvalidInput({"keep": f"“{session.title}”: {error.fields['starts_at']}"}) from None
        if starts_at <= work.now + timedelta(minutes=1):
            text = _(
                "“{title}” would be in the past by then. Keep the moments, or move that class first.",
                title=session.title,
            )
            raise InvalidInput({"keep": text})
        facts = {name: getattr(session, name) for name in SessionFacts.__slots__} | {"starts_at": starts_at}
        await update_session(work, session.id, session.version, SessionFacts(**facts), tell=tell)


def _asks(count: int) -> str:
    ahead = ngettext("{count} class is still to come.", "{count} classes are still to come.", count)
    return f"{ahead} {_('Choose what stays: the moments, or the times on the clocks.')}"
