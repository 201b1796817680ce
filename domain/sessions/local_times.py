"""Times as people write them, on the clocks of a zone; twice a year many zones have an hour that is missing or comes twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from domain.errors import InvalidInput
from domain.language import _

# Which of two equal times is meant, in the night when clocks go back.
Which = Literal["", "first", "second"]
HOME_ZONE = "Asia/Kolkata"
LONGEST_GAP = 25 * 60  # minutes: a zone has skipped a whole day


@cache
def zone_names() -> Sequence[str]:
    """Return the zones to choose from, by their IANA names."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))


def check_zone(name: str) -> str:
    """Return the name, or raise InvalidInput when there is no such zone."""
    if name != "UTC" and name not in zone_names():
        raise InvalidInput({"timezone": _("Choose a time zone from the list.")})
    return name


def moment_of(local: datetime, zone: str, which: Which = "") -> datetime:
    """Return the UTC moment at which the clocks of ``zone`` show ``local``, which carries no zone itself.

    Raises InvalidInput for a time that the clocks skip (naming the next one there is), and for one that they show twice
    unless ``which`` says which is meant.
    """
    info = ZoneInfo(zone)
    first, second = (_utc(local.replace(tzinfo=info, fold=fold)) for fold in (0, 1))
    if first == second:
        return first
    if not _is_shown(local, first, info):
        text = _(
            "The clocks go forward in that night: there is no {time} on {day} in {zone}. The next time there is: {next}.",
            time=f"{local:%H:%M}",
            day=f"{local:%-d %b %Y}",
            zone=zone,
            next=f"{_next_shown(local, info):%H:%M}",
        )
        raise InvalidInput({"starts_at": text})
    if which not in ("first", "second"):
        names = [moment.astimezone(info).tzname() or "" for moment in (first, second)]
        text = _(
            "The clocks go back in that night: {time} comes twice in {zone}. "
            "Choose the first ({first}) or the second ({second}).",
            time=f"{local:%H:%M}",
            zone=zone,
            first=names[0],
            second=names[1],
        )
        raise InvalidInput({"which": text})
    return first if which == "first" else second


def same_clock_time(moment: datetime, days: int, zone: str) -> datetime:
    """Return the moment so many days later at which the clocks show the same time. Raises InvalidInput where they skip it."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=days)
    # Of a time that comes twice the first is meant: nobody has asked which.
    return moment_of(local, zone, "first")


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)


def _is_shown(local: datetime, moment: datetime, info: ZoneInfo) -> bool:
    return moment.astimezone(info).replace(tzinfo=None) == local


def _next_shown(local: datetime, info: ZoneInfo) -> datetime:
    for minutes in range(1, LONGEST_GAP):
        later = local + timedelta(minutes=minutes)
        if _is_shown(later, _utc(later.replace(tzinfo=info)), info):
            return later
    return local
