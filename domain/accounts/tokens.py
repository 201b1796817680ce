"""Secret tokens: the person holds the token, the database its hash, so a leaked table opens nothing."""

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits, safe in an address and in a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()
