"""What Instamojo finds wrong with a form, by field.

That there is one message a field and which rules hold is documented; of the wordings only that of the smallest amount is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from adapters.sandbox.instamojo.forms import Refusal
from domain.ports.payments import REFUND_KINDS

REQUIRED = "This field is required."
LEAST, MOST = Decimal("9.00"), Decimal("200000.00")
LONGEST = {"purpose": 30, "buyer_name": 100, "email": 75}
EXPIRES_WITHIN = timedelta(seconds=600)
TRUE, FALSE = ("true", "1", "on", "yes"), ("false", "0", "off", "no")
_PHONE = re.compile(r"(?:\+?91|0)?([6-9]\d{9})")


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A payment request as it will be stored."""

    purpose: str
    amount: Decimal
    buyer_name: str
    email: str
    phone: str
    send_email: bool
    send_sms: bool
    redirect_url: str
    webhook: str
    allow_repeated_payments: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund as it will be stored; without an amount it is of all that was paid."""

    payment_id: str
    type: str
    body: str
    refund_amount: Decimal | None


class _Form:
    """Reads fields and collects what is wrong with them."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: dict[str, list[str]] = {}

    def wrong(self, name: str, message: str) -> None:
        self.errors.setdefault(name, []).append(message)

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.fields.get(name, "").strip()
        longest = LONGEST.get(name)
        if required and not value:
            self.wrong(name, REQUIRED if name not in self.fields else "This field may not be blank.")
        elif longest and len(value) > longest:
            self.wrong(name, f"Ensure this field has no more than {longest} characters.")
        return value

    def money(self, name: str) -> Decimal:
        text = self.text(name)
        try:
            amount = Decimal(text)
            if not amount.is_finite() or abs(amount) >= 10**10:
                raise InvalidOperation
        except InvalidOperation:
            self.wrong(name, "A valid number is required.")
            return Decimal(0)
        if amount != round(amount, 2):
            self.wrong(name, "Ensure that there are no more than 2 decimal places.")
        return round(amount, 2)

    def flag(self, name: str, default: bool) -> bool:
        value = self.fields.get(name, "").strip().lower()
        if value and value not in TRUE + FALSE:
            self.wrong(name, f'"{value[:40]}" is not a valid boolean.')
        return value in TRUE if value else default

    def url(self, name: str) -> str:
        value = self.text(name)
        if value and not is_url(value):
            self.wrong(name, "Enter a valid URL.")
        return value

    def email(self, name: str) -> str:
        value = self.text(name)
        if value and not is_email(value):
            self.wrong(name, "Enter a valid email address.")
        return value

    def phone(self, name: str) -> str:
        # Unlike other fields an empty one is no absent one.
        value = indian_phone(self.fields.get(name, ""))
        if name in self.fields and not value:
            self.wrong(name, "Enter a valid phone number.")
        return value


def new_request(fields: Mapping[str, str], now: datetime) -> NewRequest:
    """Return what is to be stored. Raises Refusal."""
    form = _Form(fields)
    request = NewRequest(
        purpose=form.text("purpose", required=True),
        amount=_amount(form),
        buyer_name=form.text("buyer_name"),
        email=form.email("email"),
        phone=form.phone("phone"),
        send_email=form.flag("send_email", False),
        send_sms=form.flag("send_sms", False),
        redirect_url=form.url("redirect_url"),
        webhook=form.url("webhook"),
        allow_repeated_payments=form.flag("allow_repeated_payments", True),
        expires_at=_expiry(form, now),
    )
    for flag, name in (("send_email", "email"), ("send_sms", "phone")):
        if getattr(request, flag) and name not in form.errors and not getattr(request, name):
            form.wrong(name, f"This field is required when {flag} is true.")
    if form.errors:
        raise Refusal(form.errors)
    return request


def new_refund(fields: Mapping[str, str]) -> NewRefund:
    """Return what is to be stored, as far as the form alone tells. Raises Refusal."""
    form = _Form(fields)
    kind = form.text("type", required=True)
    if kind and kind not in REFUND_KINDS:
        form.wrong("type", f'"{kind[:40]}" is not a valid choice.')
    amount = form.money("refund_amount") if fields.get("refund_amount") else None
    if amount is not None and amount <= 0 and "refund_amount" not in form.errors:
        form.wrong("refund_amount", "Ensure this value is greater than 0.")
    refund = NewRefund(form.text("payment_id", required=True), kind, form.text("body", required=True), amount)
    if form.errors:
        raise Refusal(form.errors)
    return refund


def indian_phone(text: str) -> str:
    """Return the number as +91 and ten digits, or nothing when it is no Indian mobile's."""
    match = _PHONE.fullmatch(re.sub(r"[\s-]", "", text))
    return f"+91{match[1]}" if match and match[1].isascii() else ""


def is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s;'\"<>]", text)
    except ValueError:
        return False


def _amount(form: _Form) -> Decimal:
    if not form.fields.get("amount", "").strip():
        form.wrong("amount", REQUIRED)
        return Decimal(0)
    amount = form.money("amount")
    if "amount" not in form.errors and amount < LEAST:
        form.wrong("amount", f"Amount cannot be less than INR {LEAST}.")
    if amount > MOST:
        form.wrong("amount", f"Amount cannot be more than INR {MOST}.")
    return amount


def _expiry(form: _Form, now: datetime) -> datetime | None:
    if not (text := form.text("expires_at")):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        form.wrong("expires_at", "Enter a valid date/time.")
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not now < moment <= now + EXPIRES_WITHIN:
        form.wrong("expires_at", "Expiry must lie within the next 600 seconds.")
    return moment
