"""An attempt to pay a request, as the payment page makes it: what comes of it, and the webhook that tells of it."""

import string
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from secrets import choice, token_hex
from typing import Any
from urllib.parse import urlencode

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import Connection, SandboxDatabase, one
from adapters.sandbox.instamojo.objects import money
from adapters.sandbox.sendgrid.outcomes import Chance

FORM = "application/x-www-form-urlencoded"
# In the manner of the gateway, which publishes no list of reasons.
FAILURES = {
    "declined": "The bank declined the payment.",
    "timed-out": "The bank did not answer in time.",
}
# What the gateway keeps: 2 % and ₹3, 3 % and ₹3 for cards from abroad, without the tax on it.
FEE, FEE_ABROAD, FEE_EACH = Decimal("0.02"), Decimal("0.03"), Decimal("3.00")
# From the money's arrival to its payout to the merchant's bank.
PAYOUT = timedelta(days=2)
_LOCK = "select *, app_now() as now from payment_requests where id = %(id)s for update"
_INSERT = """
insert into payments (id, payment_request_id, status, amount, fees, buyer_name, email, phone, instrument_type,
  billing_instrument, failure_reason, failure_message, payout_id, payout_at, created_at)
values (%(id)s, %(payment_request_id)s, %(status)s, %(amount)s, %(fees)s, %(buyer_name)s, %(email)s, %(phone)s,
  %(instrument_type)s, %(billing_instrument)s, %(reason)s, %(message)s, %(payout_id)s, %(payout_at)s, %(now)s)
returning *
"""
_COMPLETE = "update payment_requests set completed_at = %(now)s, modified_at = %(now)s where id = %(id)s"


@dataclass(frozen=True, slots=True)
class Payer:
    buyer_name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is paid with, in Instamojo's two ways to say it."""

    instrument_type: str
    billing_instrument: str

    @property
    def fee(self) -> Decimal:
        return FEE_ABROAD if self.billing_instrument.startswith("International") else FEE


def is_open(request: Any) -> bool:
    """Say whether a request of the table, read with its ``now``, can be paid."""
    is_expired = request.expires_at is not None and request.expires_at <= request.now
    is_paid = request.completed_at is not None and not request.allow_repeated_payments
    return request.is_enabled and not is_expired and not is_paid


async def attempt(
    database: SandboxDatabase, request_id: str, payer: Payer, instrument: Instrument, failure: str = ""
) -> Any:
    """Store an attempt, which fails when ``failure`` names one of FAILURES; return it, or None when the link is closed."""
    async with database.connection() as connection, connection.transaction():
        request = await one(connection, _LOCK, id=request_id)
        if request is None or not is_open(request):
            return None
        if not failure:
            await connection.execute(_COMPLETE, {"id": request_id, "now": request.now})
        return await _stored(connection, request, payer, instrument, failure)


async def call_back(
    database: SandboxDatabase, callbacks: Callbacks, chance: Chance, payment: Any, longurl: str
) -> None:
    """Plan the webhook about a payment, five to ten seconds after it.

    About a failed one only when the account has asked for that, as with the real support.
    """
    request = await database.row("select * from payment_requests where id = %(id)s", id=payment.payment_request_id)
    account = await database.row("select * from payment_accounts")
    tries = (await database.row("select count(*) from payments where payment_request_id = %(id)s", id=request.id))[0]
    if not request.webhook or (payment.status == "Failed" and not account.reports_failed_payments):
        return
    await callbacks.plan(
        "instamojo",
        url=request.webhook,
        body=webhook_body(request, payment, longurl),
        media_type=FORM,
        subject=request.id,
        kind=f"payment {payment.status.lower()}",
        after=timedelta(seconds=5 + 5 * chance.share("webhook", request.purpose, request.amount, tries)),
    )


def webhook_body(request: Any, payment: Any, longurl: str) -> bytes:
    """Return the webhook's form without its signature, its fields in the order seen on the wire."""
    fields = {
        "amount": money(payment.amount),
        "buyer": payment.email,
        "buyer_name": payment.buyer_name,
        "buyer_phone": payment.phone,
        "currency": "INR",
        "fees": money(payment.fees),
        "longurl": longurl,
        "payment_id": payment.id,
        "payment_request_id": request.id,
        "purpose": request.purpose,
        "shorturl": "",
        "status": payment.status,
    }
    return urlencode(fields).encode()


async def _stored(connection: Connection, request: Any, payer: Payer, instrument: Instrument, failure: str) -> Any:
    fees = (request.amount * instrument.fee + FEE_EACH).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return await one(
        connection,
        _INSERT,
        id="MOJO" + "".join(choice(string.ascii_letters + string.digits) for _ in range(16)),
        payment_request_id=request.id,
        status="Failed" if failure else "Credit",
        amount=request.amount,
        fees=Decimal(0) if failure else fees,
        **asdict(payer),
        **asdict(instrument),
        reason=failure,
        message=FAILURES.get(failure, ""),
        payout_id="" if failure else token_hex(8),
        payout_at=None if failure else request.now + PAYOUT,
        now=request.now,
    )
