"""What the sandbox stores, as Instamojo's JSON shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.instamojo.answers import instant
from adapters.settings import Settings

# How long a mail or an SMS with the link takes.
NOTIFYING = timedelta(seconds=2)
# Whoever's local part begins so gets no mail; whoever's number ends so gets no SMS.
BOUNCING, UNREACHABLE = "bounce", "0000"


class Objects:
    """Makes the JSON of rows, as they stand at one moment."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._base = f"{settings.sandbox_url}/instamojo"
        self._notifying = NOTIFYING if settings.sandbox_delays else timedelta()
        self._now = now

    def request(self, row: Any) -> dict[str, Any]:
        """Return a payment request without its payments."""
        return {
            "id": row.id,
            "phone": row.phone,
            "email": row.email,
            "buyer_name": row.buyer_name,
            "amount": money(row.amount),
            "purpose": row.purpose,
            "expires_at": instant(row.expires_at),
            "status": self.status(row),
            "send_sms": row.send_sms,
            "send_email": row.send_email,
            "sms_status": self._notified(row, row.send_sms, row.phone.endswith(UNREACHABLE)),
            "email_status": self._notified(row, row.send_email, row.email.startswith(BOUNCING)),
            # It may be filled in later on the real side, or never.
            "shorturl": None,
            "longurl": self.longurl(row.id),
            "redirect_url": row.redirect_url,
            "webhook": row.webhook,
            "allow_repeated_payments": row.allow_repeated_payments,
            "customer_id": None,
            "created_at": instant(row.created_at),
            "modified_at": instant(row.modified_at),
        }

    def longurl(self, request_id: str) -> str:
        return f"{self._base}/@demo/{request_id}"

    def status(self, row: Any) -> str:
        """Return Completed when paid; else what became of the mail and the SMS, of which Failed says nothing about paying."""
        if row.completed_at:
            return "Completed"
        sent = [
            self._notified(row, row.send_email, row.email.startswith(BOUNCING)),
            self._notified(row, row.send_sms, row.phone.endswith(UNREACHABLE)),
        ]
        asked = [status for status in sent if status]
        if "Sent" in asked:
            return "Sent"
        return "Failed" if asked and "Pending" not in asked else "Pending"

    def payment(self, row: Any) -> dict[str, Any]:
        failure = {"reason": row.failure_reason, "message": row.failure_message} if row.failure_reason else None
        is_paid_out = row.payout_at is not None and row.payout_at <= self._now
        return {
            "payment_id": row.id,
            "status": row.status,
            "currency": "INR",
            "amount": money(row.amount),
            "buyer_name": row.buyer_name,
            "buyer_phone": row.phone,
            "buyer_email": row.email,
            **_NO_SHIPPING,
            "quantity": 1,
            "unit_price": money(row.amount),
            "fees": money(row.fees),
            "variants": [],
            "custom_fields": {},
            "affiliate_commission": "0",
            "payment_request": f"{self._base}/api/1.1/payment-requests/{row.payment_request_id}/",
            "instrument_type": row.instrument_type,
            "billing_instrument": row.billing_instrument,
            "tax_invoice_id": "",
            "failure": failure,
            "payout": {"id": row.payout_id, "paid_out_at": instant(row.payout_at)} if is_paid_out else None,
            "created_at": instant(row.created_at),
        }

    def payments(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        return [self.payment(row) for row in rows]

    def _notified(self, row: Any, asked: bool, fails: bool) -> str | None:
        if not asked:
            return None
        if self._now < row.created_at + self._notifying:
            return "Pending"
        return "Failed" if fails else "Sent"


_NO_SHIPPING: Mapping[str, None] = dict.fromkeys(
    ("shipping_address", "shipping_city", "shipping_state", "shipping_zip", "shipping_country")
)


def refund_object(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "payment_id": row.payment_id,
        "status": row.status,
        "type": row.type,
        "body": row.body,
        "refund_amount": money(row.refund_amount),
        "total_amount": money(row.total_amount),
        "created_at": instant(row.created_at),
    }


def money(amount: Any) -> str:
    """Write an amount as Instamojo does: a text with two decimals."""
    return f"{amount:.2f}"
