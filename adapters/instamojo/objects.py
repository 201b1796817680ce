"""Instamojo's objects in our words. Unknown keys are left out of account, and so are keys it may leave out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from adapters.instamojo.money import paise_of, text_of
from domain.ports.payments import GatewayPayment, PaymentLink, Refund

Thing = TypeVar("Thing")
# Older answers and API v2 say true, false and null for what v1.1 says in words.
_STATUSES: Mapping[object, Literal["credit", "failed"]] = {
    "credit": "credit",
    "true": "credit",
    "failed": "failed",
    "false": "failed",
}


def link_of(raw: Mapping[str, Any]) -> PaymentLink:
    """Return a payment request; raises ValueError when it lacks what makes one."""
    paise = paise_of(raw.get("amount"))
    payments = [raw["payment"]] if raw.get("payment") else raw.get("payments") or []
    return PaymentLink(
        id=_needed(raw, "id"),
        longurl=_needed(raw, "longurl"),
        amount=text_of(paise),
        amount_paise=paise,
        purpose=_text(raw, "purpose"),
        status=_text(raw, "status"),
        buyer_name=_text(raw, "buyer_name"),
        email=_text(raw, "email"),
        phone=_text(raw, "phone"),
        is_enabled=_is_enabled(raw),
        # API v2 lists addresses instead of objects.
        payments=tuple(payment_of(payment) for payment in payments if isinstance(payment, dict)),
    )


def payment_of(raw: Mapping[str, Any]) -> GatewayPayment:
    """Return a payment; raises ValueError when it lacks what makes one."""
    failure = raw.get("failure") or {}
    return GatewayPayment(
        payment_id=_text(raw, "payment_id") or _needed(raw, "id"),
        # Anything else is neither money nor its refusal yet.
        status=_STATUSES.get(str(raw.get("status")).lower(), "pending"),
        amount_paise=paise_of(raw.get("amount")),
        fees_paise=paise_of(raw.get("fees") or 0),
        instrument=_text(raw, "billing_instrument") or _text(raw, "instrument_type"),
        reason=_reason(failure),
        created_at=moment_of(raw.get("created_at")),
        # The request stands there as its address in the API.
        request_id=_text(raw, "payment_request").rstrip("/").rpartition("/")[2],
        currency=_text(raw, "currency").strip().upper()[:8] or "INR",
    )


def refund_of(raw: Mapping[str, Any]) -> Refund:
    """Return a refund; raises ValueError when it lacks what makes one."""
    return Refund(
        id=_needed(raw, "id"),
        payment_id=_text(raw, "payment_id"),
        status=_text(raw, "status"),
        amount_paise=paise_of(raw.get("refund_amount")),
        kind=_text(raw, "type"),
        body=_text(raw, "body"),
        created_at=moment_of(raw.get("created_at")),
    )


def read(parse: Callable[[Mapping[str, Any]], Thing], raw: object) -> Thing | None:
    """Return the parsed object, or None when it is not one."""
    try:
        return parse(raw) if isinstance(raw, dict) else None
    except (ValueError, TypeError, AttributeError):
        return None


def moment_of(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_enabled(raw: Mapping[str, Any]) -> bool:
    # No documented field says so; a paid link that may be paid but once is closed.
    status = _text(raw, "status").lower()
    closed = status == "completed" and raw.get("allow_repeated_payments") is False
    return not closed and status not in ("inactive", "disabled") and raw.get("enabled") is not False


def _reason(failure: object) -> str:
    if not isinstance(failure, dict):
        return str(failure)
    return _text(failure, "message") or _text(failure, "reason")


def _needed(raw: Mapping[str, Any], name: str) -> str:
    if not (value := _text(raw, name)):
        raise ValueError(f"{name} is missing")
    return value


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    # Postgres stores no null byte.
    return value.replace("\x00", "") if isinstance(value, str) else ""
