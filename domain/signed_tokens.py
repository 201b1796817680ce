"""Tokens in links that work without signing in: each names one row, and nobody without our secret can make one up."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class SignedToken:
    """Tokens of one kind. One of another ``purpose`` is none of them; ``mac_bytes`` of the signature stand in each."""

    purpose: bytes
    mac_bytes: int

    def of(self, secret: bytes, subject_id: UUID) -> str:
        """Return what stands in the link, fit for an address."""
        return base64.urlsafe_b64encode(subject_id.bytes + self._mac(secret, subject_id)).decode().rstrip("=")

    def read(self, secret: bytes, token: str) -> UUID | None:
        """Return the id that a token of ours names, else None. Takes as long for any guess."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        if len(raw) != ID_BYTES + self.mac_bytes:
            return None
        subject_id = UUID(bytes=raw[:ID_BYTES])
        return subject_id if hmac.compare_digest(raw[ID_BYTES:], self._mac(secret, subject_id)) else None

    def _mac(self, secret: bytes, subject_id: UUID) -> bytes:
        return hmac.new(secret, self.purpose + b" " + subject_id.bytes, hashlib.sha256).digest()[: self.mac_bytes]
