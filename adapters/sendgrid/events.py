"""SendGrid's event webhook: a JSON array of what happened to single copies of our e-mails."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from domain.ports import EmailEvent


class MalformedEvents(ValueError):
    """The body is not the JSON SendGrid sends."""


def parse_events(body: bytes, received_at: datetime) -> list[EmailEvent]:
    """Return the events of one request; what is no object is left out, unknown kinds are kept.

    ``received_at`` stands in where an event tells no time. Raises MalformedEvents.
    """
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedEvents("The body is not JSON.") from error
    if not isinstance(decoded, list):
        decoded = [decoded]
    return [_event(raw, received_at) for raw in decoded if isinstance(raw, dict)]


def _event(raw: dict[str, Any], received_at: datetime) -> EmailEvent:
    return EmailEvent(
        event_id=_text(raw, "sg_event_id") or _digest(raw),
        kind=_text(raw, "event"),
        email=_text(raw, "email").strip(),
        occurred_at=_moment(raw.get("timestamp"), received_at),
        delivery_id=_uuid(raw.get("delivery_id")),
        # Everything after the first dot differs from recipient to recipient.
        message_id=_text(raw, "sg_message_id").split(".", 1)[0] or None,
        reason=_text(raw, "reason") or _text(raw, "response"),
        url=_text(raw, "url"),
        bounce_type=_text(raw, "type") if raw.get("event") == "bounce" else "",
        machine_open=raw.get("sg_machine_open") is True,
    )


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    # Postgres stores no null byte, and no event is worth losing over one.
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _moment(value: object, received_at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return received_at


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _digest(raw: dict[str, Any]) -> str:
    return "sha256-" + sha256(msgspec.json.encode(raw, order="deterministic")).hexdigest()
