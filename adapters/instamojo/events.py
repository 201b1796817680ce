"""What Instamojo's webhooks and redirects say. Both are hints: the payment itself is read from the gateway."""

from collections.abc import Mapping

from adapters.instamojo.references import PARAMETER
from adapters.instamojo.signature import fields_of
from domain.ports.payments import PaymentHint


class MalformedHint(ValueError):
    """The form or address does not say which payment of which request it is about."""


def parse_webhook(body: bytes, reference: str = "") -> PaymentHint:
    """Return what a webhook hints at; check its signature first. Raises MalformedHint.

    ``reference`` is what stands in the query of the address that was called.
    """
    fields = fields_of(body)
    return _hint(fields, fields.get("status", ""), reference)


def parse_redirect(query: Mapping[str, str]) -> PaymentHint:
    """Return what the address a payer comes back to hints at. It is unsigned. Raises MalformedHint."""
    # Older integrations come back without a status.
    return _hint(query, query.get("payment_status", ""), query.get(PARAMETER, ""))


def _hint(said: Mapping[str, str], status: str, reference: str) -> PaymentHint:
    request_id, payment_id = said.get("payment_request_id", ""), said.get("payment_id", "")
    if not request_id or not payment_id:
        raise MalformedHint("It names no payment of a payment request.")
    # Instamojo numbers no events: the same payment in the same state is the same event.
    return PaymentHint(f"{payment_id}:{status}"[:200], request_id[:64], payment_id[:64], status[:32], reference[:200])
