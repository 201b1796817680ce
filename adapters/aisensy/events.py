"""AiSensy's webhook: what became of our messages, and what customers write.

It speaks in an envelope of its own, or, with some accounts, passes Meta's Cloud API payload on unchanged; both are read.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from adapters.aisensy import cloud_events, project_events
from domain.ports.whatsapp import WhatsAppEvent


class MalformedEvents(ValueError):
    """The body is not the JSON AiSensy sends."""


def parse_events(body: bytes, received_at: datetime) -> list[WhatsAppEvent]:
    """Return the events of one request. What we have no use for, test calls too, gives none.

    ``received_at`` stands in where an event tells no time. Raises MalformedEvents.
    """
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedEvents("The body is not JSON.") from error
    envelopes = decoded if isinstance(decoded, list) else [decoded]
    return [event for raw in envelopes if isinstance(raw, dict) for event in _events(raw, received_at)]


def _events(raw: dict[str, Any], received_at: datetime) -> list[WhatsAppEvent]:
    if "object" in raw:
        return list(cloud_events.events(raw, received_at))
    return list(project_events.events(raw, _digest(raw), received_at))


def _digest(raw: dict[str, Any]) -> str:
    return "sha256-" + sha256(msgspec.json.encode(raw, order="deterministic")).hexdigest()
