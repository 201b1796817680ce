"""How far to move on, as people write it: a length of time, the next moment, or a moment."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.errors import CannotStart

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
NEXT = "next"
# The clock never goes back: a slip of the keyboard must not end in another century.
FARTHEST = timedelta(days=366)
# A moment without a zone is meant as it stands on the walls of the business.
HERE = ZoneInfo("Asia/Kolkata")


def parse_span(text: str) -> timedelta:
    """Return the length of time that ``text`` says; raise CannotStart when it says none."""
    found = re.fullmatch(r"\+?(\d{1,5})\s*([mhdw])", text.strip().lower())
    if not found or not int(found[1]):
        raise CannotStart(f"Cannot read the time {text!r}: write a number and m, h, d or w, like 3d.")
    span = timedelta(**{UNITS[found[2]]: int(found[1])})
    if span > FARTHEST:
        raise CannotStart("The clock cannot be put back, so it moves by a year at most: 366d.")
    return span


def parse_end(text: str, now: datetime) -> datetime:
    """Return when a move ends that starts now: after a span, or at a moment. Raise CannotStart when it is neither."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return now + parse_span(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=HERE)
    if moment <= now:
        raise CannotStart("That moment has passed, and the clock does not go back.")
    if moment - now > FARTHEST:
        raise CannotStart("The clock cannot be put back, so it moves by a year at most.")
    return moment
