"""What stands in unsubscribe links: the e-mail and its address, sealed. So a link holds when we have forgotten both.

AES-SIV (RFC 5297) says the same for the same e-mail, gives nothing of the address away, and cannot be made without our secret.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.signed_tokens import SignedToken

PURPOSE = [b"unsubscribe"]
WITHOUT_ADDRESS = SignedToken(b"unsubscribe", 12)
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who an e-mail went to; its delivery may be gone by now. Links of early versions name the delivery alone."""

    delivery_id: UUID
    email: str = ""


def unsubscribe_token(secret: bytes, delivery_id: UUID, email: str) -> str:
    """Return the token of one e-mail, fit for an address."""
    sealed = _cipher(secret).encrypt(delivery_id.bytes + email.encode(), PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_unsubscribe_token(secret: bytes, token: str) -> Addressee | None:
    """Return whom a token of ours names, else None."""
    if delivery_id := WITHOUT_ADDRESS.read(secret, token):
        return Addressee(delivery_id)
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        opened = _cipher(secret).decrypt(sealed, PURPOSE)
    except (ValueError, InvalidTag):
        return None
    return Addressee(UUID(bytes=opened[:ID_BYTES]), opened[ID_BYTES:].decode())


@lru_cache(maxsize=4)
def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hashlib.sha256(b"unsubscribe links " + secret).digest())
