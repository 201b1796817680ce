"""Confirming a broadcast, after a person has seen exactly how many it goes to; taking it back; stopping what has not left."""

from datetime import datetime
from uuid import UUID

from domain import audit
from domain.automation.steps import cancel_steps, plan_step
from domain.broadcasts.audience import judge, judged
from domain.broadcasts.broadcast import Broadcast, find_broadcast, find_draft
from domain.broadcasts.drafting import check_moment
from domain.broadcasts.progress import AGAIN
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.messaging.interventions import AFRESH
from domain.work import Work

# Who was confirmed is written down in the statement that counts them: whoever comes later is not written to.
CONFIRM = """
with judged as ({judged}), placed as (
  select person_id, coalesce(reason, '') as reason,
    case when reason is null then row_number() over (partition by reason is null order by since desc, person_id)
      else 0 end as place
    from judged
), counted as (select count(*) filter (where reason = '') as chosen from placed),
written as (
  insert into broadcast_recipients (broadcast_id, person_id, place, reason)
  select %(broadcast_id)s, person_id, place, reason from placed, counted where chosen = %(expected)s
)
update broadcasts set state = case when %(send_at)s::timestamptz is null then 'sending' else 'scheduled' end,
  send_at = %(send_at)s, recipient_count = chosen, planned_count = 0, deselected = '{{}}', confirmed_at = %(now)s,
  version = version + 1
  from counted where id = %(broadcast_id)s and chosen = %(expected)s
returning id
"""
TAKE_BACK = """
with taken as (delete from broadcast_recipients where broadcast_id = %(id)s returning person_id, reason)
update broadcasts set state = 'draft', confirmed_at = null, recipient_count = 0, version = version + 1,
  deselected = array(select person_id from taken where reason = 'deselected')
 where id = %(id)s
"""
STOP = "update broadcasts set state = 'cancelled', finished_at = %(now)s where id = %(id)s"
CANCEL_WAITING = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where broadcast_id = %(id)s and state in ('pending', 'retry')
"""
RETRY = f"{AFRESH} where broadcast_id = %(id)s and {AGAIN}"


class CountChanged(Conflict):
    """There are by now more or fewer recipients than a person confirmed: ``count``."""

    def __init__(self, message: str, count: int) -> None:
        super().__init__(message)
        self.count = count


async def confirm_broadcast(work: Work, broadcast_id: UUID, expected: int, send_at: datetime | None = None) -> None:
    """Send a draft to the ``expected`` people, now or ``send_at``.

    Raises CountChanged when there are others by now, InvalidInput when nothing is written or nobody is left, Conflict when it
    was confirmed before.
    """
    broadcast = await find_draft(work, broadcast_id)
    check_moment(work, send_at)
    if not broadcast.has_message:
        raise InvalidInput({"": _("Write the message first.")})
    if expected < 1:
        raise InvalidInput({"": _("Nobody is left to write to.")})
    await _confirm(work, broadcast, expected, send_at)
    await plan_step(
        work,
        "plan_broadcast",
        broadcast_id,
        key=f"plan_broadcast:{broadcast_id}:{broadcast.version}",
        version=broadcast.version + 1,
        due_at=send_at,
    )
    moment = send_at.isoformat() if send_at else ""
    await audit.record(
        work, "broadcast.confirmed", "broadcast", broadcast_id, broadcast.name, recipients=expected, send_at=moment
    )
    _changed(work, broadcast_id)


async def _confirm(work: Work, broadcast: Broadcast, expected: int, send_at: datetime | None) -> None:
    sql, values = judged(broadcast, send_at or work.now)
    values |= {"expected": expected, "send_at": send_at, "now": work.now}
    if await work.value(CONFIRM.format(judged=sql), **values):
        return
    found = await judge(work, broadcast, send_at)
    raise CountChanged(
        ngettext("It would go to {count} person now", "It would go to {count} people now", found.count)
        + " "
        + _("and not to {expected} any more. Nothing was sent; please look again.", expected=expected),
        found.count,
    )


async def take_back(work: Work, broadcast_id: UUID) -> None:
    """Make a scheduled broadcast a draft again. Raises Conflict when it has begun to leave."""
    broadcast = await find_broadcast(work, broadcast_id, lock=True)
    if broadcast.state != "scheduled":
        raise Conflict(_("This broadcast is not waiting for its time any more."))
    await cancel_steps(work, broadcast_id, _("The broadcast was taken back."))
    await work.run(TAKE_BACK, id=broadcast_id)
    await audit.record(work, "broadcast.taken_back", "broadcast", broadcast_id, broadcast.name)
    _changed(work, broadcast_id)


async def cancel_broadcast(work: Work, broadcast_id: UUID) -> int:
    """Cancel what has not left and return how many; what is leaving right now leaves. Raises Conflict when it has ended."""
    broadcast = await find_broadcast(work, broadcast_id, lock=True)
    if broadcast.state not in ("scheduled", "sending"):
        raise Conflict(_("This broadcast has ended already."))
    reason = _("The broadcast was cancelled.")
    await cancel_steps(work, broadcast_id, reason)
    await work.run(STOP, id=broadcast_id, now=work.now)
    written = await work.run(CANCEL_WAITING, id=broadcast_id, reason=reason)
    cancelled = written + broadcast.recipient_count - broadcast.planned_count
    await audit.record(work, "broadcast.cancelled", "broadcast", broadcast_id, broadcast.name, deliveries=cancelled)
    _changed(work, broadcast_id)
    return cancelled


async def retry_failed(work: Work, broadcast_id: UUID) -> int:
    """Send what failed, or reached nobody, once more and return how many; dead numbers are spared.

    Raises Conflict when the broadcast was cancelled or nothing failed.
    """
    broadcast = await find_broadcast(work, broadcast_id, lock=True)
    if broadcast.state == "cancelled":
        raise Conflict(_("This broadcast was cancelled."))
    count = await work.run(RETRY, id=broadcast_id, now=work.now)
    if not count:
        raise Conflict(_("Nothing of this broadcast has failed."))
    await work.run("update broadcasts set state = 'sending', finished_at = null where id = %(id)s", id=broadcast_id)
    await audit.record(work, "broadcast.retried", "broadcast", broadcast_id, broadcast.name, deliveries=count)
    work.nudge()
    _changed(work, broadcast_id)
    return count


def _changed(work: Work, broadcast_id: UUID) -> None:
    for topic in (f"broadcast:{broadcast_id}", "broadcasts", "deliveries"):
        work.signal(topic)
