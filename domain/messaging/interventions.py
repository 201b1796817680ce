"""What an admin may do to one delivery that did not go as planned. Each act is guarded by the state it was seen in."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.errors import Conflict
from domain.language import _
from domain.messaging.progress import settle_reported, tell
from domain.messaging.showing import find_delivery
from domain.work import Work

# A fresh attempt: no lease, no send id, so that a late answer to the old one finds nothing to settle.
AFRESH = """
update deliveries d set state = 'pending', attempt = 0, due_at = %(now)s, retry_at = null, reason = '', send_id = null,
  lease_token = null, leased_until = null, sent_at = null
"""
AGAIN = f"{AFRESH} where id = %(id)s and {{which}}"
# What was taken may still have failed: a message that did not arrive, a call that reached nobody.
FAILED = """(d.state = 'failed' or (d.state = 'sent' and (
  exists (select from whatsapp_logs w where w.delivery_id = d.id and w.state = 'failed')
  or exists (select from call_logs c where c.delivery_id = d.id
    and c.state in ('no_answer', 'busy', 'voicemail', 'stopped', 'failed')))))"""
UNKNOWN = "state = 'unknown'"
# All e-mails that left in the same call are looked up together. WhatsApp messages cannot be.
LOOK_UP = """
update deliveries set leased_until = now() - interval '1 second'
 where state = 'unknown' and channel <> 'whatsapp'
   and send_id = (select send_id from deliveries where id = %(id)s and state = 'unknown')
"""
# What leaves once more belongs to a broadcast that is under way, and can be cancelled with it.
REOPEN = """
update broadcasts set state = 'sending', finished_at = null
 where id = (select broadcast_id from deliveries where id = %(id)s) and state = 'done'
"""
ALL_AGAIN = f"""
{AFRESH} where d.id = any(%(ids)s) and d.state = 'failed'
returning d.id, d.campaign_id, d.broadcast_id
"""
REOPEN_ALL = """
update broadcasts set state = 'sending', finished_at = null
 where id in (select broadcast_id from deliveries where id = any(%(ids)s)) and state = 'done'
"""
CANCEL = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where id = %(id)s and state in ('pending', 'retry')
"""
# What was held back for a later moment. Quiet hours are asked for once more when it is claimed.
HURRY = """
update deliveries set due_at = %(now)s, retry_at = null
 where id = %(id)s and state in ('pending', 'retry') and (due_at > %(now)s or retry_at is not null)
"""


async def retry_delivery(work: Work, delivery_id: UUID) -> None:
    """Send again what failed, or did not reach anybody; raise Conflict when that is not so any more."""
    await _again(work, delivery_id, FAILED, "delivery.retried")


async def retry_deliveries(work: Work, delivery_ids: Sequence[UUID], reason: str) -> int:
    """Send again those of these messages that have failed, as they have for ``reason``; return how many: each once."""
    again = await work.rows(ALL_AGAIN, ids=list(delivery_ids), now=work.now)
    if not again:
        return 0
    if await work.run(REOPEN_ALL, ids=[row.id for row in again]):
        work.signal("broadcasts")
    await audit.record(work, "deliveries.retried", "delivery", None, reason, count=len(again))
    work.nudge()
    tell(work, again)
    return len(again)


async def send_anyway(work: Work, delivery_id: UUID) -> None:
    """Send again of what nobody knows whether it left: it may arrive twice. Raises Conflict like `retry_delivery`."""
    await _again(work, delivery_id, UNKNOWN, "delivery.sent_anyway")


async def look_up_again(work: Work, delivery_id: UUID) -> None:
    """Ask the provider now whether it has what is unknown; raise Conflict when that is known by now, or cannot be asked."""
    if not await work.run(LOOK_UP, id=delivery_id):
        raise _changed()
    await _note(work, delivery_id, "delivery.looked_up")


async def mark_arrived(work: Work, delivery_id: UUID) -> None:
    """Believe an admin that what is unknown has left and arrived; raise Conflict when that is known by now."""
    settled = await work.value("select state <> 'unknown' from deliveries where id = %(id)s for update", id=delivery_id)
    if settled is not False:
        raise _changed()
    await settle_reported(work, [delivery_id])
    await _note(work, delivery_id, "delivery.arrived")


async def send_now(work: Work, delivery_id: UUID) -> None:
    """Let leave now what waits for later; raise Conflict when it has left, ended, or is due already.

    Quiet hours hold all the same: what falls into them is due again when they end.
    """
    if not await work.run(HURRY, id=delivery_id, now=work.now):
        raise _changed()
    await _note(work, delivery_id, "delivery.hurried")


async def cancel_delivery(work: Work, delivery_id: UUID) -> None:
    """Cancel what waits; raise Conflict when it has left or ended."""
    reason = _("Cancelled by {name}.", name=work.identity.name or work.identity.email)
    if not await work.run(CANCEL, id=delivery_id, reason=reason):
        raise _changed()
    await _note(work, delivery_id, "delivery.cancelled")


async def _again(work: Work, delivery_id: UUID, which: str, action: str) -> None:
    if not await work.run(AGAIN.format(which=which), id=delivery_id, now=work.now):
        raise _changed()
    if await work.run(REOPEN, id=delivery_id):
        work.signal("broadcasts")
    await _note(work, delivery_id, action)


async def _note(work: Work, delivery_id: UUID, action: str) -> None:
    delivery = await find_delivery(work, delivery_id)
    await audit.record(
        work, action, "delivery", delivery_id, delivery.to_address, kind=delivery.kind, channel=delivery.channel
    )
    work.nudge()
    tell(work, [delivery])
    if delivery.person_id:
        work.signal(f"person:{delivery.person_id}")


def _changed() -> Conflict:
    return Conflict(_("This has moved on meanwhile. Look at it again."))
