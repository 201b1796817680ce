"""What deliveries' progress means to the rest: open pages are told, and a report proves that what was in doubt had left."""

from collections.abc import Sequence
from uuid import UUID

from domain.broadcasts.sent import end_broadcasts
from domain.campaigns import is_to_lead, on_sent
from domain.work import Row, Work

TAKEN = """
update deliveries d set state = 'sent', sent_at = coalesce(d.sent_at, %(now)s), reason = '', lease_token = null,
       leased_until = null, retry_at = null
 where d.id = any(%(ids)s) and d.state in ('sending', 'unknown', 'retry')
returning d.id, d.campaign_id, d.broadcast_id, d.rule_key
"""


def tell(work: Work, rows: Sequence[Row]) -> None:
    """Signal that deliveries have changed, and what they belong to."""
    for row in rows:
        if row.campaign_id:
            work.signal(f"campaign:{row.campaign_id}")
        if row.broadcast_id:
            work.signal(f"broadcast:{row.broadcast_id}")
    if rows:
        work.signal("deliveries")


async def settle_reported(work: Work, delivery_ids: Sequence[UUID]) -> None:
    """Count as sent what its provider has reported about: nobody reports what never left."""
    taken = await work.rows(TAKEN, now=work.now, ids=list(delivery_ids))
    tell(work, taken)
    if to_leads := [row.id for row in taken if is_to_lead(row)]:
        await on_sent(work, to_leads)
    await end_what_is_over(work, taken)


async def end_what_is_over(work: Work, rows: Sequence[Row]) -> None:
    """End the broadcasts of these deliveries that have nothing left to send."""
    if broadcasts := {row.broadcast_id for row in rows if row.broadcast_id}:
        await end_broadcasts(work, sorted(broadcasts))
