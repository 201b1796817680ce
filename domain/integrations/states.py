"""Whether a provider may be asked: what the shared row about its traffic means."""

from datetime import datetime
from typing import Literal

from domain.work import Row

TITLES = {"sendgrid": "SendGrid", "aisensy": "AiSensy", "instamojo": "Instamojo", "bolna": "Bolna", "zoom": "Zoom"}
# Failures in a row after which nothing is sent for a while.
THRESHOLD = 5

Breaker = Literal["closed", "paused", "open", "trying"]


def breaker_of(row: Row) -> Breaker:
    """Return what the breaker does: closed lets all through, trying lets one through to see, the others none.

    ``row`` has failures, opened_until and ``real_now``: outages run on real time.
    """
    now: datetime = row.real_now
    is_broken = row.failures >= THRESHOLD
    if row.opened_until is not None and row.opened_until > now:
        return "open" if is_broken else "paused"
    return "trying" if is_broken else "closed"
