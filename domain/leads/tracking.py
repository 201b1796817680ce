"""The token in a campaign's link: it names the delivery that was clicked, and nobody can make one up."""

from uuid import UUID

from domain.signed_tokens import SignedToken

TOKEN = SignedToken(b"tracking", 12)


def tracking_token(secret: bytes, delivery_id: UUID) -> str:
    """Return the token of a delivery, fit for a link: 38 characters."""
    return TOKEN.of(secret, delivery_id)


def read_token(secret: bytes, token: str) -> UUID | None:
    """Return the delivery the token names, or None for one we did not make."""
    return TOKEN.read(secret, token)
