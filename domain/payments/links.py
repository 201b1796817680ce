"""The token in a payment's link: it names the payment, works without signing in, and nobody can make one up."""

from uuid import UUID

from domain.signed_tokens import SignedToken

TOKEN = SignedToken(b"pay", 16)


def pay_token(secret: bytes, payment_id: UUID) -> str:
    """Return what stands in the link of a payment."""
    return TOKEN.of(secret, payment_id)


def read_pay_token(secret: bytes, token: str) -> UUID | None:
    """Return the payment a token of ours names, else None."""
    return TOKEN.read(secret, token)


def pay_path(secret: bytes, payment_id: UUID) -> str:
    """Return the path of the page where a payment is paid."""
    return f"/pay/{pay_token(secret, payment_id)}"
