"""What an answer says about the provider itself: that it fails, wants a pause, or how much it still takes."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from domain.integrations.states import REFUSALS

# Seconds; a Unix time is far larger than any wait.
_MOST_WAIT = 7 * 86_400.0
# Where the provider wants a pause and does not say how long.
PAUSE = 5.0


def is_failure(status: int) -> bool:
    """Say whether the provider itself is at fault. 501 and 505 are about what was asked."""
    return status in (500, 502, 503, 504) or status >= 520


def is_turning_us_away(status: int) -> bool:
    """Say whether the provider answers, but not us: a bad key, an empty wallet, a permission that is missing."""
    return str(status) in REFUSALS


def throttled_for(response: httpx.Response) -> float | None:
    """Return for how many seconds nothing should be asked after a 429; None when that concerns one person or object alone.

    Zoom's daily limits are those of a host, a meeting or a registrant: everything else goes on.
    """
    if response.headers.get("X-RateLimit-Type", "").lower().startswith("daily"):
        return None
    wait = _retry_after(response)
    if wait is None and (reset := _number(response, "X-RateLimit-Reset")) is not None:
        wait = reset - time.time() if reset > _MOST_WAIT else reset
    return PAUSE if wait is None else max(wait, 1.0)


def quota_of(response: httpx.Response) -> dict[str, Any]:
    """Return what the rate limit headers tell of the calls left; empty when there are none."""
    left, limit = _number(response, "X-RateLimit-Remaining"), _number(response, "X-RateLimit-Limit")
    if left is None:
        return {}
    reset = _number(response, "X-RateLimit-Reset")
    resets_at = None
    if reset is not None and 0 <= reset < 1e11:
        moment = reset if reset > _MOST_WAIT else time.time() + reset
        resets_at = datetime.fromtimestamp(moment, UTC).isoformat()
    return {"quota_left": int(left), "quota_limit": int(limit) if limit else None, "quota_resets_at": resets_at}


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = datetime.fromisoformat(said) if "T" in said else parsedate_to_datetime(said)
        return (moment - datetime.now(moment.tzinfo)).total_seconds()
    except (ValueError, TypeError):
        return None


def _number(response: httpx.Response, name: str) -> float | None:
    try:
        number = float(response.headers.get(name, "").strip())
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None
