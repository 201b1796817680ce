"""The token in a campaign's link: it names the delivery that was clicked, and nobody can make one up."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

_SIGNATURE_BYTES = 12


def tracking_token(secret: bytes, delivery_id: UUID) -> str:
    """Return the token of a delivery, fit for a link: 38 characters."""
    signed = delivery_id.bytes + _signature(secret, delivery_id)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read_token(secret: bytes, token: str) -> UUID | None:
    """Return the delivery the token names, or None for one we did not make."""
    try:
        signed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(signed) != 16 + _SIGNATURE_BYTES:
        return None
    delivery_id = UUID(bytes=signed[:16])
    return delivery_id if hmac.compare_digest(signed[16:], _signature(secret, delivery_id)) else None


def _signature(secret: bytes, delivery_id: UUID) -> bytes:
    return hmac.new(secret, b"tracking " + delivery_id.bytes, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
