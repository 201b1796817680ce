"""Deadlines: the one that counts, and how people write them, as a moment of the batch's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.language import _

FORM = "%Y-%m-%dT%H:%M"
# Until when one student has, as SQL over `a` (assignments) and `x` (assignment_extensions, left joined): an extension is more
# time, and stays so when everybody's deadline is moved beyond it.
OPEN_UNTIL = "greatest(x.due_at, a.due_at)"


def read_deadline(text: str, zone: str) -> datetime:
    """Return the UTC moment of ``text`` (2030-01-14T19:00) on the clock of ``zone``. Raises ValueError with a message.

    Of an hour that a clock goes through twice, the second is meant: a deadline is never earlier than it reads.
    """
    try:
        local = datetime.fromisoformat(text.strip())
        if local.tzinfo is not None:
            raise ValueError
        moment = local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("Please write a day and a time.")) from None
    if not 2000 <= local.year <= 2200:
        raise ValueError(_("Please write a day and a time."))
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise ValueError(_("The clock jumps over this time that day. Choose another."))
    return moment


def typed_deadline(moment: datetime, zone: str) -> str:
    """Write a UTC moment as the field of a form takes it."""
    return moment.astimezone(ZoneInfo(zone)).strftime(FORM)


def told_deadline(moment: datetime, zone: str) -> str:
    """Write a UTC moment for an e-mail, with the name of the zone: 14 Jan 2030, 19:00 IST."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%-d %b %Y, %H:%M %Z")
