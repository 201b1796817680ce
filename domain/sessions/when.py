"""When a class is, in words: in its batch's zone, and in the reader's own where that is another."""

from datetime import datetime
from zoneinfo import ZoneInfo


def when(moment: datetime, zone: str, own_zone: str = "") -> str:
    """Write a moment for a message: Monday, 14 January 2030, 19:00 IST, with the reader's own time behind it."""
    text = moment.astimezone(ZoneInfo(zone)).strftime("%A, %-d %B %Y, %H:%M %Z")
    own = moment.astimezone(ZoneInfo(own_zone or zone))
    if own.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset():
        return text
    is_same_day = own.date() == moment.astimezone(ZoneInfo(zone)).date()
    return f"{text} ({own.strftime('%H:%M %Z' if is_same_day else '%-d %B, %H:%M %Z')})"
