"""What Bolna refuses at once in a request to call somebody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response

from adapters.sandbox.bolna import answers
from adapters.sandbox.bolna.account import NUMBERS, TELEPHONY

SOONEST = timedelta(minutes=2)
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_RETRIED = ("no-answer", "busy", "failed", "error")
_DEFAULTS = {
    "enabled": False,
    "max_retries": 3,
    "retry_on_statuses": ["no-answer", "busy", "failed"],
    "retry_on_voicemail": False,
    "retry_intervals_minutes": [30, 60, 120],
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that was asked for, as it may be placed."""

    agent_id: str
    to_number: str
    from_number: str
    user_data: dict[str, Any]
    retry_config: dict[str, Any] | None
    scheduled_at: datetime | None


def wanted(body: Mapping[str, Any], now: datetime) -> Wanted | Response[bytes]:
    """Return the call a body asks for, or Bolna's refusal."""
    if refusal := _parties_refusal(body) or _data_refusal(body):
        return refusal
    scheduled_at = _scheduled_at(body.get("scheduled_at"), now)
    if isinstance(scheduled_at, Response):
        return scheduled_at
    return Wanted(
        agent_id=str(UUID(body["agent_id"])),
        to_number=body["recipient_phone_number"],
        from_number=body.get("from_phone_number") or NUMBERS[0],
        user_data=dict(body.get("user_data") or {}),
        retry_config=_DEFAULTS | body["retry_config"] if body.get("retry_config") else None,
        scheduled_at=scheduled_at,
    )


def _parties_refusal(body: Mapping[str, Any]) -> Response[bytes] | None:
    agent_id, number = body.get("agent_id"), body.get("recipient_phone_number")
    if not agent_id:
        return answers.error(400, "agent_id is required", answers.MISSING_AGENT)
    if not is_uuid(agent_id):
        return answers.invalid("agent_id", "Input should be a valid UUID")
    if not number:
        return answers.error(400, "recipient_phone_number is required")
    if not isinstance(number, str) or not _PHONE.fullmatch(number):
        return answers.error(400, "recipient_phone_number is not a valid phone number")
    if body.get("from_phone_number") and body["from_phone_number"] not in NUMBERS:
        message = f"Calling from_number doesn't exist for {TELEPHONY}. Please check your agent telephony provider."
        return answers.error(400, message)
    return None


def _data_refusal(body: Mapping[str, Any]) -> Response[bytes] | None:
    for field in ("user_data", "agent_data", "retry_config"):
        if body.get(field) is not None and not isinstance(body[field], dict):
            return answers.invalid(field, "Input should be a valid dictionary")
    return _retry_refusal(_DEFAULTS | (body.get("retry_config") or {}))


def _retry_refusal(retry: Mapping[str, Any]) -> Response[bytes] | None:
    count, statuses, waits = retry["max_retries"], retry["retry_on_statuses"], retry["retry_intervals_minutes"]
    if not _is_count(count) or not 1 <= count <= 3:
        return answers.error(400, "max_retries should be between 1 and 3")
    if not isinstance(statuses, list) or not all(status in _RETRIED for status in statuses):
        return answers.error(400, f"retry_on_statuses should be among {', '.join(_RETRIED)}")
    if not isinstance(waits, list) or not waits or not all(_is_count(wait) and wait > 0 for wait in waits):
        return answers.error(400, "retry_intervals_minutes should be a list of minutes")
    return None


def _scheduled_at(value: object, now: datetime) -> datetime | Response[bytes] | None:
    if not value:
        return None
    if isinstance(value, str) and value.endswith("Z"):
        # It wants an offset in numbers, and breaks on the letter.
        return answers.as_json({"message": "Internal server error"}, 500)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return answers.error(400, "scheduled_at should be in ISO 8601 format with timezone")
    return moment if moment >= now + SOONEST else answers.error(400, _TOO_SOON)


_TOO_SOON = "Scheduled time should be atleast 2 minutes in the future"


def is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
