"""What providers report: stored once under the provider's own event id, answered, and applied later in one go.

Each provider has an applier of its own, so that one that stumbles holds up nobody else.
"""

from collections.abc import Awaitable, Callable

from domain.messaging.webhooks.calls import apply_call_hints, store_call_hint
from domain.messaging.webhooks.email import apply_events, store_events
from domain.messaging.webhooks.events import Event, store
from domain.messaging.webhooks.rejections import list_rejections, note_rejection
from domain.messaging.webhooks.whatsapp import apply_whatsapp_events, store_whatsapp_events
from domain.work import Work

__all__ = [
    "APPLIERS",
    "Event",
    "apply_events",
    "list_rejections",
    "note_rejection",
    "store",
    "store_call_hint",
    "store_events",
    "store_whatsapp_events",
]

# provider -> applies up to a thousand of its waiting events, in whatever order they came, and returns how many.
APPLIERS: dict[str, Callable[[Work], Awaitable[int]]] = {
    "sendgrid": apply_events,
    "aisensy": apply_whatsapp_events,
    "bolna": apply_call_hints,
}
