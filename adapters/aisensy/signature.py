"""The signature of AiSensy's webhook: hex HMAC-SHA256 of the body with the webhook's shared secret."""

import hashlib
import hmac
from typing import Any

import msgspec

SIGNATURE_HEADER = "X-AiSensy-Signature"
# Where AiSensy passes Meta's own payload on, it is signed the way Meta signs.
CLOUD_SIGNATURE_HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="
# Events hold one message each. Of more than this only the bytes as they are count: whoever asks is a stranger still, and
# rewriting a large body of theirs would hold up everybody.
MOST_REWRITTEN = 32_000


def sign(secret: str, body: bytes) -> str:
    """Return the lower-case hex signature of these bytes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Say whether the body was signed with the secret. Garbage is simply not signed, nor is anything without a secret.

    AiSensy's sample signs ``JSON.stringify`` of the parsed body, its deliveries the bytes as they are: the bytes are
    tried first, then the same JSON written compactly. The content that is believed is the same either way.
    """
    given = signature.strip().removeprefix(_PREFIX).lower()
    if not secret or len(given) != 64 or not given.isascii():
        return False
    if hmac.compare_digest(sign(secret, body), given):
        return True
    compact = _stringified(body) if len(body) <= MOST_REWRITTEN else None
    return compact is not None and hmac.compare_digest(sign(secret, compact), given)


def _stringified(body: bytes) -> bytes | None:
    try:
        return msgspec.json.encode(_as_script_counts(msgspec.json.decode(body)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _as_script_counts(value: Any) -> Any:
    """Return the value with whole floats as integers: JavaScript has one kind of number and writes 1.0 as 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_as_script_counts(item) for item in value]
    if isinstance(value, dict):
        return {name: _as_script_counts(item) for name, item in value.items()}
    return value
