"""Browsers that somebody has signed in with before: what others try from elsewhere must not keep them out.

A browser keeps a token for each of its last people: a random name, and a signature over that name and the person. It opens
nothing. It only lets attempts for that person be counted for this browser alone.
"""

import hashlib
import hmac
from uuid import UUID

from domain.accounts.tokens import new_token

MOST = 5
BETWEEN = "~"


def known_as(secret: bytes, kept: str, person_id: UUID) -> str:
    """Return the name under which the browser that keeps ``kept`` is known for this person, empty when it is not."""
    for token in kept.split(BETWEEN)[:MOST]:
        name, _dot, signature = token.partition(".")
        if name and hmac.compare_digest(signature.encode(), _sign(secret, name, person_id).encode()):
            return name
    return ""


def with_person(secret: bytes, kept: str, person_id: UUID) -> str:
    """Return what the browser is to keep once this person has signed in with it."""
    if known_as(secret, kept, person_id):
        return kept
    name = new_token()
    return BETWEEN.join([f"{name}.{_sign(secret, name, person_id)}", *filter(None, kept.split(BETWEEN)[: MOST - 1])])


def _sign(secret: bytes, name: str, person_id: UUID) -> str:
    return hmac.new(secret, f"known browser {name} {person_id}".encode(), hashlib.sha256).hexdigest()[:32]
