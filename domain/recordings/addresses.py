"""What proves that somebody was let in: the address of a file, good for a while and for one person alone, and the
opening of a page. Both are signed; neither replaces the sign-in.
"""

import hashlib
import hmac
from uuid import UUID

LIFETIME = 2 * 3600  # seconds; longer than most classes, and renewed by the page
LONGEST_VIEW = 12 * 3600  # as long as a sign-in lasts that nobody uses
MAC_LENGTH = 32


def media_token(secret: bytes, recording_id: UUID, person_id: UUID, now: int) -> str:
    """Return the last part of a file's address; ``now`` in seconds since 1970, of real time."""
    return _signed(secret, "media", recording_id, person_id, now + LIFETIME)


def may_play(secret: bytes, token: str, recording_id: UUID, person_id: UUID, now: int) -> bool:
    """Say whether this address was made for this person and has not run out."""
    return (expires := _read(secret, token, "media", recording_id, person_id)) is not None and now < expires


def view_token(secret: bytes, recording_id: UUID, person_id: UUID, sign_in: str, now: int) -> str:
    """Return what a page gives back with what was watched: whose it is, of which sign-in, and when it was opened."""
    return f"{person_id.hex}.{_signed(secret, _view_of(sign_in), recording_id, person_id, now)}"


def opening(secret: bytes, token: str, recording_id: UUID, sign_in: str, now: int) -> tuple[UUID, int] | None:
    """Return who opened the page and when; None for a token that is not ours, of another sign-in, or of yesterday."""
    person, _dot, rest = token.partition(".")
    try:
        person_id = UUID(hex=person)
    except ValueError:
        return None
    opened = _read(secret, rest, _view_of(sign_in), recording_id, person_id)
    return (person_id, opened) if opened is not None and now - opened < LONGEST_VIEW else None


def _view_of(sign_in: str) -> str:
    return f"view {hashlib.sha256(sign_in.encode()).hexdigest()}"


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
