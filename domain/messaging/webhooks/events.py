"""Events as they wait: one row each, under the provider's own id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.work import Row, Work

AT_ONCE = 1_000

STORE = """
insert into webhook_events (provider, event_id, kind, delivery_id, payload, occurred_at, processed_at, outcome)
select %(provider)s, e.*, case when %(outcome)s <> '' then now() end, %(outcome)s
  from unnest(%(ids)s::text[], %(kinds)s::text[], %(deliveries)s::uuid[], %(payloads)s::jsonb[], %(moments)s::timestamptz[]) e
on conflict (provider, event_id) do nothing
"""
WAITING = """
select id, kind, occurred_at, received_at, payload, delivery_id from webhook_events
 where provider = %(provider)s and processed_at is null order by id limit %(most)s for update skip locked
"""
DONE = """
update webhook_events e set processed_at = now(), delivery_id = coalesce(e.delivery_id, d.delivery_id)
  from unnest(%(ids)s::bigint[], %(deliveries)s::uuid[]) as d (id, delivery_id) where e.id = d.id
"""
SET_ASIDE = (
    "update webhook_events set processed_at = now(), outcome = 'failed' where id = %(id)s and processed_at is null"
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a provider reports. ``payload`` is what of it is needed later, in our words."""

    event_id: str
    kind: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    delivery_id: UUID | None = None


async def store(work: Work, provider: str, events: Sequence[Event], *, outcome: str = "") -> int:
    """Keep the events that are new, to be applied later, or with an ``outcome`` as done; return how many were new."""
    if not outcome:
        work.nudge()
    return await work.run(
        STORE,
        provider=provider,
        outcome=outcome,
        ids=[event.event_id for event in events],
        kinds=[event.kind for event in events],
        deliveries=[event.delivery_id for event in events],
        payloads=[dict(event.payload) for event in events],
        moments=[event.occurred_at for event in events],
    )


async def waiting(work: Work, provider: str, most: int = AT_ONCE) -> Sequence[Row]:
    """Take events that wait; those another worker is applying are passed over."""
    return await work.rows(WAITING, provider=provider, most=most)


async def set_aside(work: Work, event_id: int) -> None:
    """Take an event out of the way that cannot be applied: it is kept, and those behind it go on."""
    await work.run(SET_ASIDE, id=event_id)


async def done(work: Work, events: Sequence[Row], deliveries: Mapping[int, UUID] | None = None) -> None:
    """End the events as applied; ``deliveries`` names by event what each turned out to be about."""
    known = deliveries or {}
    ids = [event.id for event in events]
    await work.run(DONE, ids=ids, deliveries=[known.get(event_id) for event_id in ids])
