"""What proves that somebody was let in: the address of a file, good for a while and for one person alone, and the
opening of a page. Both are signed; neither replaces the sign-in.
"""

import hashlib
import hmac
from uuid import UUID

LIFETIME = 2 * 3600  # seconds; longer than most classes, and renewed by the page
MAC_LENGTH = 32


def media_token(secret: bytes, recording_id: UUID, person_id: UUID, now: int) -> str:
    """Return the last part of a file's address; ``now`` in seconds since 1970, of real time."""
    return _signed(secret, "media", recording_id, person_id, now + LIFETIME)


def may_play(secret: bytes, token: str, recording_id: UUID, person_id: UUID, now: int) -> bool:
    """Say whether this address was made for this person and has not run out."""
    return (expires := _read(secret, token, "media", recording_id, person_id)) is not None and now < expires


def view_token(secret: bytes, recording_id: UUID, person_id: UUID, now: int) -> str:
    """Return what a page gives back with what was watched: whose it is, and when it was opened."""
    return _signed(secret, "view", recording_id, person_id, now)


def opened_at(secret: bytes, token: str, recording_id: UUID, person_id: UUID) -> int | None:
    """Return when the page of this person was opened, in seconds since 1970; None for a token that is not ours."""
    return _read(secret, token, "view", recording_id, person_id)


def _signed(secret: bytes, purpose: str, recording_id: UUID, person_id: UUID, moment: int) -> str:
    return f"{moment:x}.{_mac(secret, purpose, recording_id, person_id, moment)}"


def _read(secret: bytes, token: str, purpose: str, recording_id: UUID, person_id: UUID) -> int | None:
    moment, _dot, mac = token.partition(".")
    try:
        told = int(moment, 16) if len(moment) <= 12 else -1
    except ValueError:
        return None
    wanted = _mac(secret, purpose, recording_id, person_id, told)
    return told if told >= 0 and hmac.compare_digest(mac.encode(), wanted.encode()) else None


def _mac(secret: bytes, purpose: str, recording_id: UUID, person_id: UUID, moment: int) -> str:
    text = f"recording {purpose} {recording_id} {person_id} {moment}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
