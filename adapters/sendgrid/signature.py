"""The signature of SendGrid's event webhook: ECDSA P-256 with SHA-256 over the timestamp and the raw body."""

import base64
import binascii
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.settings import Settings

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"

# The sandbox signs with the private half, which everybody can derive: never trust this key for the live SendGrid.
SANDBOX_SENDGRID_PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEluImr96NFrRN3O8n9exv5OrNqKm"
    "FfAFrWzpvRCItJDcrcGODL/FYXRR86PBl8ItbbkRYTHDPlqefGg6YcdDQA=="
)

# SendGrid tries again for 24 hours and does not say whether it signs anew; doubles are told apart by sg_event_id.
REPLAY_WINDOW = timedelta(hours=24)
CLOCK_SKEW = timedelta(minutes=5)


def public_key(settings: Settings) -> str:
    """Return the key that webhooks must be signed with: the account's own, or the sandbox's where there is a sandbox.

    Where there is none, the sandbox's own counts as empty even when it is set.
    """
    key = "".join(settings.sendgrid_webhook_public_key.split())
    if settings.trusts_sandbox("sendgrid"):
        return key or SANDBOX_SENDGRID_PUBLIC_KEY
    return "" if key == SANDBOX_SENDGRID_PUBLIC_KEY else key


def is_signed(
    key_text: str,
    signature: str,
    timestamp: str,
    body: bytes,
    now: datetime,
    window: timedelta = REPLAY_WINDOW,
) -> bool:
    """Say whether the raw body bytes were signed with the key, and lately. Garbage is simply not signed.

    ``now`` is real time: signatures know nothing of the business clock.
    """
    key = _loaded(key_text)
    if key is None or not _is_recent(timestamp, now, window):
        return False
    try:
        decoded = base64.b64decode(signature, validate=True)
        key.verify(decoded, timestamp.encode("ascii") + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _is_recent(timestamp: str, now: datetime, window: timedelta) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    age = now.timestamp() - int(timestamp)
    return -CLOCK_SKEW.total_seconds() <= age <= window.total_seconds()


@lru_cache(maxsize=4)
def _loaded(public_key: str) -> ec.EllipticCurvePublicKey | None:
    try:
        key = serialization.load_der_public_key(base64.b64decode("".join(public_key.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None
