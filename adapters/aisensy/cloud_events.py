"""Meta's Cloud API payload: many entries, each with statuses of our messages and messages of customers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters.aisensy.codes import failure_of
from adapters.aisensy.contents import cloud_content
from adapters.aisensy.fields import moment, number, part, parts, phone, text
from domain.ports.whatsapp import WhatsAppEvent, WhatsAppIncoming, WhatsAppStatus, WhatsAppStatusName

# A voice message that was played was read before.
_NAMES: dict[str, WhatsAppStatusName] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def events(payload: dict[str, Any], received_at: datetime) -> Iterator[WhatsAppEvent]:
    """Yield what the payload reports, in its order. Its events have no ids, so they are named by what they say."""
    for entry in parts(payload, "entry"):
        for change in parts(entry, "changes"):
            value = part(change, "value")
            yield from filter(None, (_status(raw, received_at) for raw in parts(value, "statuses")))
            names = {
                text(contact, "wa_id"): text(part(contact, "profile"), "name") for contact in parts(value, "contacts")
            }
            yield from filter(None, (_incoming(raw, names, received_at) for raw in parts(value, "messages")))


def _status(raw: dict[str, Any], received_at: datetime) -> WhatsAppStatus | None:
    message_id, name = text(raw, "id"), _NAMES.get(text(raw, "status"))
    if not message_id or name is None:
        return None
    error = next(iter(parts(raw, "errors")), {})
    code = number(error.get("code"))
    failure = failure_of(code, text(error, "title", "message")) if name == "failed" else None
    return WhatsAppStatus(
        event_id=f"{message_id}:{text(raw, 'status')}",
        status=name,
        destination=phone(raw.get("recipient_id")),
        occurred_at=moment(raw.get("timestamp")) or received_at,
        message_id=message_id,
        code=code if name == "failed" else None,
        fault=failure.fault if failure else None,
        reason=failure.reason if failure else "",
    )


def _incoming(raw: dict[str, Any], names: dict[str, str], received_at: datetime) -> WhatsAppIncoming | None:
    message_id, sender = text(raw, "id"), text(raw, "from")
    if not message_id or not sender:
        return None
    content = cloud_content(raw)
    return WhatsAppIncoming(
        event_id=message_id,
        message_id=message_id,
        sender=phone(sender),
        name=names.get(sender, ""),
        kind=content.kind,
        text=content.text,
        received_at=moment(raw.get("timestamp")) or received_at,
        media_url=content.media_url,
        media_type=content.media_type,
        reply_to=text(part(raw, "context"), "id") or text(part(raw, "reaction"), "message_id"),
    )
