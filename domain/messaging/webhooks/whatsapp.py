"""What AiSensy reports: what became of our messages, and what people wrote."""

from collections.abc import Sequence
from typing import Any

from domain.messaging.webhooks.events import AT_ONCE, Event, done, store, waiting
from domain.messaging.whatsapp.incoming import take_messages
from domain.messaging.whatsapp.states import BY_STATUS
from domain.messaging.whatsapp.statuses import apply_statuses
from domain.ports.whatsapp import WhatsAppEvent, WhatsAppStatus
from domain.work import Work

PROVIDER = "aisensy"
MESSAGE = "message"
LONGEST = 8_000
# Longer than any id there is, and short enough for an index: one absurd event must not hold up those behind it.
LONGEST_ID = 200


async def store_whatsapp_events(work: Work, events: Sequence[WhatsAppEvent]) -> int:
    """Keep the events that are new; return how many were."""
    return await store(work, PROVIDER, [_event(event) for event in events])


async def apply_whatsapp_events(work: Work, most: int = AT_ONCE) -> int:
    """Apply up to ``most`` waiting events in whatever order they came; return how many."""
    events = await waiting(work, PROVIDER, most)
    if not events:
        return 0
    known = await apply_statuses(work, [event for event in events if event.kind in BY_STATUS])
    await take_messages(work, [event for event in events if event.kind == MESSAGE])
    await done(work, events, known)
    return len(events)


def _event(event: WhatsAppEvent) -> Event:
    if isinstance(event, WhatsAppStatus):
        told: dict[str, Any] = {
            "destination": event.destination[:20],
            "submitted_id": event.submitted_id[:LONGEST_ID],
            "message_id": event.message_id[:LONGEST_ID],
            "campaign": event.campaign[:LONGEST_ID],
            "code": event.code,
            "fault": event.fault,
            "reason": event.reason[:500],
        }
        return Event(event.event_id[:LONGEST_ID], event.status, _without_nothing(told), event.occurred_at)
    told = {
        "message_id": event.message_id[:LONGEST_ID],
        "sender": event.sender[:20],
        "name": event.name[:200],
        "kind": event.kind,
        "text": event.text[:LONGEST],
        "media_url": event.media_url[:2_000],
        "media_type": event.media_type[:100],
        "reply_to": event.reply_to[:LONGEST_ID],
    }
    return Event(event.event_id[:LONGEST_ID], MESSAGE, _without_nothing(told), event.received_at)


def _without_nothing(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in ("", None)}
