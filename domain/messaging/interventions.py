"""What an admin may do to one delivery that did not go as planned. Each act is guarded by the state it was seen in."""

from uuid import UUID

from domain import audit
from domain.errors import Conflict
from domain.language import _
from domain.messaging.listing import find_delivery
from domain.work import Work

# A fresh attempt: no lease, no send id, so that a late answer to the old one finds nothing to settle.
AGAIN = """
update deliveries set state = 'pending', attempt = 0, due_at = %(now)s, retry_at = null, reason = '', send_id = null,
  lease_token = null, leased_until = null
 where id = %(id)s and state = any(%(states)s) returning campaign_id
"""
# All e-mails that left in the same call are looked up together.
LOOK_UP = """
update deliveries set leased_until = now() - interval '1 second'
 where state = 'unknown' and send_id = (select send_id from deliveries where id = %(id)s and state = 'unknown')
"""
CANCEL = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where id = %(id)s and state in ('pending', 'retry')
"""


async def retry_delivery(work: Work, delivery_id: UUID) -> None:
    """Send a failed e-mail again; raise Conflict when it is not failed any more."""
    await _again(work, delivery_id, "failed", "delivery.retried")


async def send_anyway(work: Work, delivery_id: UUID) -> None:
    """Send an e-mail again of which nobody knows whether it left: it may arrive twice. Raises Conflict like `retry_delivery`."""
    await _again(work, delivery_id, "unknown", "delivery.sent_anyway")


async def look_up_again(work: Work, delivery_id: UUID) -> None:
    """Ask the provider now whether an unknown e-mail has left; raise Conflict when that is known by now."""
    if not await work.run(LOOK_UP, id=delivery_id):
        raise _changed()
    await _note(work, delivery_id, "delivery.looked_up")


async def cancel_delivery(work: Work, delivery_id: UUID) -> None:
    """Cancel an e-mail that waits; raise Conflict when it has left or ended."""
    reason = _("Cancelled by {name}.", name=work.identity.name or work.identity.email)
    if not await work.run(CANCEL, id=delivery_id, reason=reason):
        raise _changed()
    await _note(work, delivery_id, "delivery.cancelled")


async def _again(work: Work, delivery_id: UUID, state: str, action: str) -> None:
    if not await work.run(AGAIN, id=delivery_id, states=[state], now=work.now):
        raise _changed()
    await _note(work, delivery_id, action)


async def _note(work: Work, delivery_id: UUID, action: str) -> None:
    delivery = await find_delivery(work, delivery_id)
    await audit.record(work, action, "delivery", delivery_id, delivery.to_address, kind=delivery.kind)
    work.nudge()
    work.signal("deliveries")
    if delivery.campaign_id:
        work.signal(f"campaign:{delivery.campaign_id}")


def _changed() -> Conflict:
    return Conflict(_("This e-mail has moved on meanwhile. Look at it again."))
