"""Hints about calls: whoever knows the secret address may post one, so a hint only has the call read at the provider."""

from domain.messaging.calls.reading import plan_reading
from domain.messaging.webhooks.events import AT_ONCE, Event, done, store, waiting
from domain.ports.voice import CallReport
from domain.work import Work

PROVIDER = "bolna"


async def store_call_hint(work: Work, event_id: str, report: CallReport) -> int:
    """Keep that there is news of a call, if it is new; nothing else that was posted is believed."""
    at = report.updated_at or work.now
    event = Event(event_id, report.status[:60], {"call_id": report.call_id, "status": report.status[:60]}, at)
    return await store(work, PROVIDER, [event])


async def apply_call_hints(work: Work, most: int = AT_ONCE) -> int:
    """Plan to read up to ``most`` calls that there is news of; return how many hints were taken."""
    events = await waiting(work, PROVIDER, most)
    for event in events:
        await plan_reading(work, None, event.payload["call_id"], hint=event.payload["status"])
    if events:
        await done(work, events)
    return len(events)
