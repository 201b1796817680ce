"""The single dates of a recurring meeting."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any
from zoneinfo import ZoneInfo

from adapters.sandbox.zoom.account import stamp

MOST = 60
DAILY, WEEKLY, MONTHLY = 1, 2, 3


def occurrences_of(
    start: datetime, duration: int, timezone: str, recurrence: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the occurrences as Zoom lists them: at the same time of day, in the meeting's own zone."""
    first = start.astimezone(ZoneInfo(timezone))
    times = _whole(recurrence.get("end_times"), MOST)
    until = _end(recurrence.get("end_date_time"))
    found = islice((moment for moment in _moments(first, recurrence) if moment >= first), min(times, MOST))
    chosen = [moment for moment in found if until is None or moment <= until]
    return [
        {
            "occurrence_id": str(int(moment.timestamp() * 1000)),
            "start_time": stamp(moment),
            "duration": duration,
            "status": "available",
        }
        for moment in chosen
    ]


def _moments(first: datetime, recurrence: Mapping[str, Any]) -> Iterator[datetime]:
    every = max(_whole(recurrence.get("repeat_interval"), 1), 1)
    kind = recurrence.get("type")
    if kind == WEEKLY:
        yield from _weekly(first, every, _weekdays(first, recurrence))
    elif kind == MONTHLY:
        yield from _monthly(first, every, _whole(recurrence.get("monthly_day"), first.day))
    else:
        yield from (first + timedelta(days=every * number) for number in count())


def _weekly(first: datetime, every: int, days: list[int]) -> Iterator[datetime]:
    # Zoom's weeks begin on Sunday, its day 1.
    sunday = first - timedelta(days=first.isoweekday() % 7)
    for week in count():
        for day in days:
            yield sunday + timedelta(days=7 * every * week + day - 1)


def _weekdays(first: datetime, recurrence: Mapping[str, Any]) -> list[int]:
    named = [int(day) for day in str(recurrence.get("weekly_days") or "").split(",") if day.strip() in set("1234567")]
    return sorted(set(named)) or [first.isoweekday() % 7 + 1]


def _monthly(first: datetime, every: int, day: int) -> Iterator[datetime]:
    for number in count():
        year, month = divmod(first.year * 12 + first.month - 1 + every * number, 12)
        last = calendar.monthrange(year, month + 1)[1]
        yield first.replace(year=year, month=month + 1, day=min(max(day, 1), last))


def _end(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _whole(value: object, otherwise: int) -> int:
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() and int(value) else otherwise
