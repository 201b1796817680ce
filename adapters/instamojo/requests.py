"""What we ask of Instamojo: the form fields of a request, and what we refuse to ask because it would say no."""

from urllib.parse import urlsplit

from adapters.instamojo.money import MAX_PAISE, MIN_PAISE, text_of
from adapters.instamojo.references import with_reference
from domain.language import _
from domain.ports.payments import REFUND_KINDS, PaymentRequest

MAX_PURPOSE = 30
MAX_NAME = 100
MAX_EMAIL = 75
# What only fills the payment page's form beforehand: the payer may type it there as well.
PREFILLED = ("buyer_name", "email", "phone")


def problem_with(request: PaymentRequest) -> str:
    """Return in plain words why Instamojo would refuse the request; nothing when it would not."""
    if request.amount_paise < MIN_PAISE:
        return _("Instamojo takes no payment below ₹9.00.")
    if request.amount_paise > MAX_PAISE:
        return _("Instamojo takes no payment above ₹2,00,000.00. Ask for the sum in several parts.")
    if not request.purpose.strip():
        return _("Say what the payment is for.")
    if len(request.purpose) > MAX_PURPOSE:
        return _("What the payment is for must fit into 30 characters.")
    if not request.reference:
        return _("The payment request has no reference of ours.")
    if any(url and not _is_web(url) for url in (request.redirect_url, request.webhook_url)):
        return _("The addresses to come back to must begin with http:// or https://.")
    return ""


def fields_of(request: PaymentRequest, webhook_url: str) -> dict[str, str]:
    """Return the form of a create request. What is absent or would be refused is left out: an empty phone is invalid."""
    fields = {
        "purpose": request.purpose.strip(),
        "amount": text_of(request.amount_paise),
        "buyer_name": request.buyer_name.strip()[:MAX_NAME],
        "email": request.email if len(request.email) <= MAX_EMAIL else "",
        "phone": request.phone if _is_indian(request.phone) else "",
        "redirect_url": with_reference(request.redirect_url, request.reference),
        "webhook": with_reference(request.webhook_url or webhook_url, request.reference),
        # Lower-case "false" was seen to be read as true.
        "send_email": "False",
        "send_sms": "False",
        "allow_repeated_payments": "False",
    }
    return {name: value for name, value in fields.items() if value}


def problem_with_refund(kind: str, body: str, amount_paise: int | None) -> str:
    """Return in plain words why Instamojo would refuse the refund; nothing when it would not."""
    if kind not in REFUND_KINDS:
        return _("Choose why the money goes back: one of {kinds}.", kinds=", ".join(REFUND_KINDS))
    if not body.strip():
        return _("Say why the money goes back.")
    if amount_paise is not None and amount_paise <= 0:
        return _("A refund is more than nothing.")
    return ""


def refund_fields(payment_id: str, kind: str, body: str, amount_paise: int | None, reference: str) -> dict[str, str]:
    # Without a field for it, the reason is the one place our reference comes back from.
    fields = {"payment_id": payment_id, "type": kind, "body": f"{body.strip()} ({reference})" if reference else body}
    return fields if amount_paise is None else fields | {"refund_amount": text_of(amount_paise)}


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_indian(phone: str) -> bool:
    return phone.startswith("+91") and len(phone) == 13 and phone[1:].isascii() and phone[1:].isdigit()
