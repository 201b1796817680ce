"""Repeating a class weekly: single sessions that know each other, each changed and called off by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.local_times import same_clock_time
from domain.sessions.scheduling import SessionFacts, create_session
from domain.work import Work

MOST_WEEKS = 52


def weekly_starts(first: datetime, weeks: int, zone: str) -> list[datetime]:
    """Return the starts of so many weeks, at the same time on the clocks of ``zone``: across a change of clocks, too.

    Raises InvalidInput for too many weeks, and for a week whose clocks skip the time.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInput({"weeks": _("Repeat for 1 to {most} weeks.", most=MOST_WEEKS)})
    starts = []
    for week in range(weeks):
        try:
            starts.append(same_clock_time(first, 7 * week, zone))
        except InvalidInput as error:
            text = _("Class {number} of {all}: {why}", number=week + 1, all=weeks, why=error.fields["starts_at"])
            raise InvalidInput({"starts_at": text}) from None
    return starts


async def create_series(
    work: Work, facts: SessionFacts, starts: Sequence[datetime], *, tell: bool = True, form_key: UUID | None = None
) -> UUID | None:
    """Plan a session for each start, the first being that of ``facts``; return the first one's id.

    None when the form of ``form_key`` was sent before. A single start makes a session by itself. Students are told once.
    Raises InvalidInput.
    """
    if len(starts) == 1:
        return await create_session(work, facts, tell=tell, form_key=form_key)
    series_id = uuid4()
    first = await create_session(work, facts, tell=tell, series_id=series_id, is_first=True, form_key=form_key)
    if first is not None:
        for start in starts[1:]:
            await create_session(work, replace(facts, starts_at=start), tell=tell, series_id=series_id)
    return first


def ends_of_series(starts: Sequence[datetime], zone: str) -> str:
    """Write when the last one is: 4 Mar 2030."""
    return starts[-1].astimezone(ZoneInfo(zone)).strftime("%-d %b %Y")
