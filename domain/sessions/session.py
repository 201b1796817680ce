"""A session, and where it stands at a moment. Defined here once, for every page, message and calendar."""

from datetime import datetime, timedelta
from typing import Literal

from domain.work import Row, Work

State = Literal["upcoming", "starting", "live", "ended", "cancelled"]

RULES = """
select (select value::int from business_settings where key = 'join_opens_minutes') as join_opens,
  (select value::int from business_settings where key = 'late_after_minutes') as late_after
"""


def state_of(session: Row, now: datetime, join_opens: int) -> State:
    """Say where a session stands. ``join_opens`` are the minutes before its start from which one can go in.

    A meeting that was ended early has ended; one that runs over is live until the planned end and no longer.
    """
    if session.cancelled_at is not None:
        return "cancelled"
    if now >= session.ends_at or (session.ended_at is not None and now >= session.ended_at >= session.starts_at):
        return "ended"
    if now >= session.starts_at:
        return "live"
    if now >= session.starts_at - timedelta(minutes=join_opens):
        return "starting"
    return "upcoming"


async def join_opens(work: Work) -> int:
    """Return how many minutes before its start a session can be joined."""
    rules = await work.row(RULES)
    return int(rules.join_opens) if rules else 15
