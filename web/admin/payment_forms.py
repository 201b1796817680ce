"""The form that asks for a payment: what it shows at first, how it is divided into parts, and how it is read."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.errors import InvalidInput
from domain.language import _
from domain.payments.asking import LONGEST_PURPOSE, MOST_PARTS, NewPayment, Part, Payer, divide
from domain.payments.letters import CHANNELS
from domain.payments.money import HOME_ZONE, read_rupees, typed_rupees
from domain.work import Row, Work
from web.addresses import uuid_or_none

DAYS_BETWEEN = 30


def first_values(work: Work, payer: Payer, asked: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form shows before anything is typed: the reason it was opened for, at its price."""
    reason = _reason_of(payer, asked)
    values = {
        "person": str(payer.person.id),
        "purpose": "",
        "amount": "",
        "due": "",
        "count": "1",
        "by_email": "on" if payer.person.email else "",
        "form_key": str(uuid4()),
        "reason": "",
    }
    if reason is not None:
        left = max(reason.paise - reason.asked_paise, 0)
        values["reason"] = f"{reason.kind}:{reason.id}"
        values["purpose"] = reason.course[:LONGEST_PURPOSE].strip()
        values["amount"] = typed_rupees(left) if left else ""
    return values


def divided(work: Work, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the typed values with parts that add up to the amount, a month apart. Raises InvalidInput."""
    typed = {name: str(value) for name, value in values.items() if not name.startswith("part_")}
    count = part_count(typed)
    try:
        amount = read_rupees(typed.get("amount", ""))
    except ValueError as error:
        raise InvalidInput({"amount": str(error)}) from None
    first = _day(typed.get("due", "")) or work.now.astimezone(HOME_ZONE).date()
    if first > date.max - timedelta(days=DAYS_BETWEEN * count):
        raise InvalidInput({"due": _("Please write a date.")})
    for number, paise in enumerate(divide(amount, count), 1):
        typed[f"part_amount_{number}"] = typed_rupees(paise)
        typed[f"part_due_{number}"] = str(first + timedelta(days=DAYS_BETWEEN * (number - 1)))
    return typed


def is_divided(values: Mapping[str, Any]) -> bool:
    """Say whether the form came with as many parts as are asked for."""
    count = part_count(values)
    return count == 1 or (f"part_amount_{count}" in values and f"part_amount_{count + 1}" not in values)


def part_count(values: Mapping[str, Any]) -> int:
    text = str(values.get("count", "1"))
    return min(max(int(text), 1), MOST_PARTS) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def read_new_payment(values: Mapping[str, Any]) -> NewPayment:
    """Return what the form asks for. Raises InvalidInput with a message for each field that cannot be read."""
    errors: dict[str, str] = {}
    texts = {name: str(value) for name, value in values.items()}
    amount = _amount(texts, "amount", errors)
    count = part_count(texts)
    if count == 1:
        parts = [Part(amount, _due(texts, "due", errors))]
    else:
        parts = [
            Part(_amount(texts, f"part_amount_{number}", errors), _due(texts, f"part_due_{number}", errors))
            for number in range(1, count + 1)
        ]
    person_id = uuid_or_none(texts.get("person", ""))
    if person_id is None:
        errors["person"] = _("Choose a person.")
    if errors or person_id is None:
        raise InvalidInput(errors)
    kind, _colon, subject = texts.get("reason", "").partition(":")
    return NewPayment(
        person_id=person_id,
        purpose=_one_line(texts.get("purpose", "")),
        amount_paise=amount,
        parts=parts,
        announce=[channel for channel in CHANNELS if texts.get(f"by_{channel}")],
        enrolment_id=uuid_or_none(subject) if kind == "enrolment" else None,
        application_id=uuid_or_none(subject) if kind == "application" else None,
        form_key=form_key(texts),
    )


def form_key(values: Mapping[str, Any]) -> UUID:
    """Return the form's own key; one that was tampered with only loses its protection against a double press."""
    return uuid_or_none(str(values.get("form_key", ""))) or uuid4()


def _reason_of(payer: Payer, asked: Mapping[str, Any]) -> Row | None:
    wanted = {str(asked.get("enrolment", "")), str(asked.get("application", ""))} - {""}
    chosen = [reason for reason in payer.reasons if str(reason.id) in wanted]
    open_ones = [reason for reason in payer.reasons if reason.paise > reason.asked_paise]
    return next(iter(chosen or open_ones or payer.reasons), None)


def _amount(texts: Mapping[str, str], name: str, errors: dict[str, str]) -> int:
    try:
        return read_rupees(texts.get(name, ""))
    except ValueError as error:
        errors[name] = str(error)
        return 0


def _due(texts: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    text = texts.get(name, "").strip()
    day = _day(text)
    if text and day is None:
        errors[name] = _("Please write a date.")
    return day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _one_line(text: str) -> str:
    return " ".join(text.split())
