"""Webhooks that were turned away, counted by provider, reason and day. Nothing of them is kept, so many fill nothing."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.errors import Conflict
from domain.language import _
from domain.work import Row, Work

NOTE = """
insert into webhook_rejections (provider, reason, day, last_bytes, last_at)
values (%(provider)s, %(reason)s, (now() at time zone 'UTC')::date, %(bytes)s, now())
on conflict (provider, reason, day) do update
  set count = webhook_rejections.count + 1, last_bytes = excluded.last_bytes, last_at = excluded.last_at
"""
LIST = """
select provider, reason, sum(count)::int as count, max(last_at) as last_at from webhook_rejections
 where last_at > now() - make_interval(days => %(days)s) group by provider, reason order by max(last_at) desc
"""
# Told by their provider and reason, of which this is made.
ID = "md5(provider || ':' || reason)::uuid"
SEEN = f"""
update webhook_rejections set seen = count where {ID} = %(id)s and count > seen returning provider, reason, count
"""


async def note_rejection(work: Work, provider: str, reason: str, size: int) -> None:
    """Count one webhook that was turned away; ``reason`` is one of a few fixed words."""
    await work.run(NOTE, provider=provider, reason=reason, bytes=size)


async def list_rejections(work: Work, days: int = 30) -> Sequence[Row]:
    """Return how many webhooks were turned away lately, by provider and reason."""
    return await work.rows(LIST, days=days)


async def note_seen(work: Work, rejection_id: UUID) -> None:
    """Note that an admin has seen what was turned away of one provider for one reason. Raises Conflict when that is done."""
    work.require_admin()
    rows = await work.rows(SEEN, id=rejection_id)
    if not rows:
        raise Conflict(_("Somebody has done this a moment ago."))
    await audit.record(
        work,
        "webhooks.seen",
        "provider",
        None,
        rows[0].provider,
        reason=rows[0].reason,
        count=sum(row.count for row in rows),
    )
    work.signal("integrations")
