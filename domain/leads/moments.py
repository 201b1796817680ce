"""When a lead was made, as other programs write it."""

import re
from datetime import UTC, datetime, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30))
_DAY_FIRST = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]\.?m\.?)?)?", re.IGNORECASE
)


def read_moment(text: str) -> datetime | None:
    """Return the moment in UTC, or None when it cannot be told.

    Without a zone it is Indian time; 03/04/2026 is the third of April unless only the other order is a date.
    """
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _day_first(text)
    if moment is None or moment.year < 1990:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=INDIA)).astimezone(UTC)


def _day_first(text: str) -> datetime | None:
    match = _DAY_FIRST.fullmatch(text)
    if not match:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if half := match[7]:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if month > 12:
        day, month = month, day
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=INDIA)
    except ValueError:
        return None
