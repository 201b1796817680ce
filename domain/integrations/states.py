"""Whether a provider may be asked: what the shared row about its traffic means."""

from datetime import datetime
from typing import Literal

from domain.work import Row

TITLES = {"sendgrid": "SendGrid", "aisensy": "AiSensy", "instamojo": "Instamojo", "bolna": "Bolna", "zoom": "Zoom"}
# Failures in a row after which nothing is sent for a while.
THRESHOLD = 5
# Answers, kept as the last fault, by which a provider says that something of our account is wrong.
REFUSALS = ("401", "402", "403")

Breaker = Literal["closed", "paused", "open", "trying", "refused"]


def breaker_of(row: Row) -> Breaker:
    """Return what the breaker does: closed lets all through, trying lets one through to see, open and paused none.

    ``refused`` means that the provider is there and turns us away. ``row`` is of provider_traffic, with ``real_now``: outages
    run on real time.
    """
    is_open = is_held(row)
    if row.failures >= THRESHOLD:
        return "open" if is_open else "trying"
    if _turns_us_away(row):
        return "refused"
    return "paused" if is_open else "closed"


def is_held(row: Row) -> bool:
    """Say whether nothing goes out just now."""
    now: datetime = row.real_now
    return row.opened_until is not None and row.opened_until > now


def _turns_us_away(row: Row) -> bool:
    is_last = row.last_success_at is None or (row.last_failure_at and row.last_failure_at > row.last_success_at)
    return bool(row.account_problem or (row.last_error in REFUSALS and is_last))
