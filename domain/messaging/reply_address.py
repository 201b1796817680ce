"""Where answers to our e-mails go: an address that names the e-mail answered, and that nobody can make up.

Local parts may come back in other letters, so the token is of small ones and digits alone.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

PREFIX = "reply+"
_MAC_BYTES = 10


def reply_address(secret: bytes, domain: str, delivery_id: UUID) -> str:
    """Return the Reply-To of one e-mail; its local part has 48 characters."""
    signed = delivery_id.bytes + _mac(secret, delivery_id)
    return f"{PREFIX}{base64.b32encode(signed).decode().rstrip('=').lower()}@{domain}"


def common_reply_address(domain: str) -> str:
    """Return the Reply-To of an e-mail to many: whoever answers is known by their own address."""
    return f"reply@{domain}"


def read_reply_address(secret: bytes, address: str) -> UUID | None:
    """Return the delivery an address of ours names, or None for any other."""
    local = address.strip().lower().partition("@")[0]
    if not local.startswith(PREFIX):
        return None
    token = local.removeprefix(PREFIX).upper()
    try:
        signed = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(signed) != 16 + _MAC_BYTES:
        return None
    delivery_id = UUID(bytes=signed[:16])
    return delivery_id if hmac.compare_digest(signed[16:], _mac(secret, delivery_id)) else None


def _mac(secret: bytes, delivery_id: UUID) -> bytes:
    return hmac.new(secret, b"reply " + delivery_id.bytes, hashlib.sha256).digest()[:_MAC_BYTES]
