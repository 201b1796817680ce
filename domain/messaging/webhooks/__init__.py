"""What providers report: stored once under the provider's own event id, answered, and applied later in one go.

Each provider has an applier of its own, so that one that stumbles holds up nobody else (`adapters/arq/events.py`).
"""

from domain.messaging.webhooks.calls import apply_call_hints, store_call_hint
from domain.messaging.webhooks.email import apply_events, store_events
from domain.messaging.webhooks.events import AT_ONCE, Event, set_aside, store, waiting
from domain.messaging.webhooks.rejections import list_rejections, note_rejection
from domain.messaging.webhooks.whatsapp import apply_whatsapp_events, store_whatsapp_events

__all__ = [
    "AT_ONCE",
    "Event",
    "apply_call_hints",
    "apply_events",
    "apply_whatsapp_events",
    "list_rejections",
    "note_rejection",
    "set_aside",
    "store",
    "store_call_hint",
    "store_events",
    "store_whatsapp_events",
    "waiting",
]
