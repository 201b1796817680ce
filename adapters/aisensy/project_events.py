"""AiSensy's own envelope: one topic, one message. Inbound messages come under two topics, each with an id of its own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

from adapters.aisensy.codes import failure_of
from adapters.aisensy.contents import Content, project_content
from adapters.aisensy.fields import moment, number, part, phone, text
from domain.ports.whatsapp import WhatsAppEvent, WhatsAppIncoming, WhatsAppStatus, WhatsAppStatusName

# Others are about contacts, orders and the like.
_OF_MESSAGES = "message."
_MOMENTS = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "failed": "failed_at"}


def events(envelope: dict[str, Any], digest: str, received_at: datetime) -> Iterator[WhatsAppEvent]:
    """Yield what the envelope reports; ``digest`` is its id where it has none."""
    topic = text(envelope, "topic")
    # An old account was seen to leave the wrapper ``data`` out.
    message = part(part(envelope, "data"), "message") or part(envelope, "message")
    if not topic.startswith(_OF_MESSAGES) or not message:
        return
    event_id = text(envelope, "id") or digest
    told_at = moment(envelope.get("created_at")) or received_at
    # Agents, bots and the API speak for us; only USER is the customer.
    if text(message, "sender").upper() == "USER" or topic == "message.sender.user":
        yield _incoming(event_id, message, told_at)
    elif status := _status(event_id, message, told_at):
        yield status


def _status(event_id: str, message: dict[str, Any], told_at: datetime) -> WhatsAppStatus | None:
    name = _status_name(text(message, "status").lower())
    if name is None:
        return None
    response = part(message, "failureResponse")
    code = number(response.get("code")) if name == "failed" else None
    failure = failure_of(code, text(response, "reason", "message")) if name == "failed" else None
    return WhatsAppStatus(
        event_id=event_id,
        status=name,
        destination=phone(message.get("phone_number")),
        occurred_at=moment(message.get(_MOMENTS[name])) or told_at,
        submitted_id=text(message, "submitted_message_id"),
        message_id=text(message, "messageId"),
        campaign=text(part(message, "campaign"), "name"),
        code=code,
        fault=failure.fault if failure else None,
        reason=failure.reason if failure else "",
    )


def _status_name(value: str) -> WhatsAppStatusName | None:
    names: tuple[WhatsAppStatusName, ...] = get_args(WhatsAppStatusName)
    return next((name for name in names if name == value), None)


def _incoming(event_id: str, message: dict[str, Any], told_at: datetime) -> WhatsAppIncoming:
    content: Content = project_content(text(message, "message_type"), part(message, "message_content"))
    return WhatsAppIncoming(
        event_id=event_id,
        message_id=text(message, "messageId", "id") or event_id,
        sender=phone(message.get("phone_number")),
        name=text(message, "userName"),
        kind=content.kind,
        text=content.text,
        received_at=moment(message.get("sent_at"), message.get("delivered_at")) or told_at,
        media_url=content.media_url,
        media_type=content.media_type,
        reply_to=text(part(message, "context"), "id"),
    )
