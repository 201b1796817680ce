"""Zoom's way through long lists: a size, and a token for the next page that lives a quarter of an hour."""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from adapters.sandbox.zoom.endpoint import Call

LIVES = 900
MOST = 300


class BadPage(ValueError):
    """The token is made up, lapsed, or of another list."""


def paged(call: Call, key: str, rows: Sequence[Any], **more: Any) -> dict[str, Any]:
    """Return the page asked for, with what surrounds it. Raises BadPage."""
    asked = call.query.get("page_size", "")
    size = min(max(int(asked), 1), MOST) if asked.isdigit() and len(asked) < 6 else 30
    start = _start(call, size)
    following = _token(call, size, start + size) if start + size < len(rows) else ""
    envelope = {
        "page_count": -(-len(rows) // size),
        "page_size": size,
        "total_records": len(rows),
        "next_page_token": following,
    }
    return {**more, **envelope, key: list(rows[start : start + size])}


def _start(call: Call, size: int) -> int:
    token = call.query.get("next_page_token", "")
    if not token:
        return 0
    try:
        start, made = (int(part) for part in urlsafe_b64decode(token).decode().split(".")[:2])
    except ValueError as error:
        raise BadPage from error
    if not hmac.compare_digest(token, _token(call, size, start, made)) or time.time() - made > LIVES:
        raise BadPage
    return start


def _token(call: Call, size: int, start: int, made: int | None = None) -> str:
    made = int(time.time()) if made is None else made
    others = sorted((name, value) for name, value in call.query.items() if name != "next_page_token")
    proof = sha256(repr((call.zoom.secret_token, call.parts, others, size, start, made)).encode()).hexdigest()[:16]
    return urlsafe_b64encode(f"{start}.{made}.{proof}".encode()).decode()
