"""The signature of Zoom's webhooks, an HMAC over time and raw body, and the answer to its check of our address."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from adapters.settings import Settings

SIGNATURE_HEADER = "x-zm-signature"
TIMESTAMP_HEADER = "x-zm-request-timestamp"
VALIDATION = "endpoint.url_validation"
# Every retry carries a time of its own, so that a short window serves.
WINDOW = timedelta(minutes=5)


def secret_token(settings: Settings) -> str:
    """Return the secret that webhooks must be signed with: the app's own, or the sandbox's in sandbox mode only."""
    return settings.credential("ZOOM_WEBHOOK_SECRET_TOKEN", "zoom")


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, sha256).hexdigest()


def is_signed(secret: str, signature: str, timestamp: str, body: bytes, now: datetime) -> bool:
    """Say whether the raw body bytes were signed with the secret, and lately. Garbage is simply not signed.

    ``now`` is real time: signatures know nothing of the business clock.
    """
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        return False
    return hmac.compare_digest(signature_of(secret, timestamp, body).encode(), signature.encode())


def validation_answer(secret: str, body: bytes) -> bytes | None:
    """Return the JSON that answers Zoom's check of our address, within 3 s; None when the body is something else.

    Check the signature first, as for any event.
    """
    try:
        event = msgspec.json.decode(body)
        plain = event["payload"]["plainToken"] if event["event"] == VALIDATION else None
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return None
    if not isinstance(plain, str):
        return None
    encrypted = hmac.new(secret.encode(), plain.encode(), sha256).hexdigest()
    return msgspec.json.encode({"plainToken": plain, "encryptedToken": encrypted})
