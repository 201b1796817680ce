"""The token in a payment's link: it names the payment, works without signing in, and nobody can make one up."""

import base64
import hashlib
import hmac
from uuid import UUID

MAC_BYTES = 16


def pay_token(secret: bytes, payment_id: UUID) -> str:
    """Return what stands in the link of a payment."""
    return base64.urlsafe_b64encode(payment_id.bytes + _mac(secret, payment_id)).decode().rstrip("=")


def read_pay_token(secret: bytes, token: str) -> UUID | None:
    """Return the payment a token of ours names, else None."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != 16 + MAC_BYTES:
        return None
    payment_id = UUID(bytes=raw[:16])
    return payment_id if hmac.compare_digest(raw[16:], _mac(secret, payment_id)) else None


def pay_path(secret: bytes, payment_id: UUID) -> str:
    """Return the path of the page where a payment is paid."""
    return f"/pay/{pay_token(secret, payment_id)}"


def _mac(secret: bytes, payment_id: UUID) -> bytes:
    return hmac.new(secret, b"pay " + payment_id.bytes, hashlib.sha256).digest()[:MAC_BYTES]
