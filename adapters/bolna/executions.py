"""Bolna's execution, which is one call, in our words. Unknown keys are left out of account; so are missing ones."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from adapters.bolna.fields import moment, number, part, text
from domain.language import _
from domain.ports.voice import CallReport

# Our delivery's name among the prompt variables, by which a call is found again: Bolna knows no idempotency key.
REFERENCE = "ref"
# After `call-disconnected` the call is worked on still. An unknown status counts as running.
ENDED = frozenset(
    ("completed", "no-answer", "busy", "failed", "canceled", "cancelled", "stopped", "error", "balance-low")
)


def report_of(raw: Mapping[str, Any]) -> CallReport:
    """Return where an execution stands; raises ValueError where it does not say which, or how."""
    call_id, status = identity_of(raw), _status(raw)
    if not call_id or not status:
        raise ValueError("It names no execution and its status.")
    has_ended = status in ENDED
    telephony = part(raw, "telephony_data")
    extracted = raw.get("extracted_data")
    return CallReport(
        call_id=call_id,
        status=status,
        to_number=_to_number(raw, telephony),
        has_ended=has_ended,
        delivery_id=delivery_of(raw),
        duration=_known(_duration(raw, telephony), has_ended),
        recording_url=text(telephony, "recording_url") or text(raw, "recording_url") or None,
        transcript=_transcript(raw.get("transcript")),
        summary=text(raw, "summary"),
        extracted=extracted if isinstance(extracted, dict) and extracted else None,
        cost_cents=_known(number(raw.get("total_cost")), has_ended),
        reason=_reason(raw, status, telephony) if has_ended else "",
        is_voicemail=raw.get("answered_by_voice_mail") is True,
        created_at=moment(raw.get("created_at")),
        updated_at=moment(raw.get("updated_at")),
    )


def identity_of(raw: Mapping[str, Any]) -> str:
    """Return the execution's id: a uuid, an integer in old accounts, `execution_id` in other answers."""
    value = raw.get("id") or raw.get("execution_id")
    return str(value)[:64] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def recipient_data(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prompt variables the call was made with. Lists leave them out."""
    return part(part(raw, "context_details"), "recipient_data")


def tells_recipient_data(raw: Mapping[str, Any]) -> bool:
    """Say whether a row or an execution tells its prompt variables, be it that there are none."""
    return isinstance(part(raw, "context_details").get("recipient_data"), dict)


def may_tell_later(raw: Mapping[str, Any]) -> bool:
    """Say whether a whole execution may still come to tell its prompt variables."""
    return not tells_recipient_data(raw) and _status(raw) not in ENDED


def delivery_of(raw: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(text(recipient_data(raw), REFERENCE))
    except ValueError:
        return None


def _status(raw: Mapping[str, Any]) -> str:
    return text(raw, "status").strip().lower().replace("_", "-")


def _to_number(raw: Mapping[str, Any], telephony: dict[str, Any]) -> str:
    context = part(raw, "context_details")
    return text(telephony, "to_number") or text(context, "recipient_phone_number") or text(raw, "user_number")


def _duration(raw: Mapping[str, Any], telephony: dict[str, Any]) -> float | None:
    # Old accounts say conversation_time; the carrier's own count is a text of digits, and rounds up.
    return number(raw.get("conversation_duration"), raw.get("conversation_time"), telephony.get("duration"))


def _known(value: float | None, has_ended: bool) -> float | None:
    # Until the end Bolna writes null, 0 or "" alike, and none of them is a measure.
    return value if has_ended or value else None


def _transcript(value: object) -> str:
    if isinstance(value, list):
        turns = [turn for turn in value if isinstance(turn, dict)]
        return "\n".join(f"{text(turn, 'role', 'type')}: {text(turn, 'content', 'text')}" for turn in turns)
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _reason(raw: Mapping[str, Any], status: str, telephony: dict[str, Any]) -> str:
    """Say in our words why nobody was talked to; empty when somebody was."""
    said = text(raw, "error_message") or text(telephony, "hangup_reason")
    fixed = {
        "no-answer": _("Nobody answered."),
        "busy": _("The line was busy."),
        "stopped": _("The call was stopped before it began."),
        "canceled": _("The call was cancelled."),
        "cancelled": _("The call was cancelled."),
        "balance-low": _("The Bolna wallet is empty. Add credits in Bolna."),
    }
    if status in fixed:
        return fixed[status]
    if status == "completed":
        return _completed_reason(raw, telephony)
    return _("The call failed: {message}", message=said[:300]) if said else _("The call failed.")


def _completed_reason(raw: Mapping[str, Any], telephony: dict[str, Any]) -> str:
    # `completed` follows the carrier's life cycle and does not say that anybody spoke.
    if raw.get("answered_by_voice_mail") is True:
        return _("Voicemail answered.")
    return "" if _duration(raw, telephony) else _("The call was connected, but nobody spoke.")
