"""A session, and where it stands at a moment. Defined here once, for every page, message and calendar."""

from datetime import datetime, timedelta
from typing import Literal

from domain.work import Row, Work

State = Literal["upcoming", "starting", "live", "ended", "cancelled"]

RULES = """
select (select value::int from business_settings where key = 'join_opens_minutes') as join_opens,
  (select value::int from business_settings where key = 'late_after_minutes') as late_after
"""


# THE RULE of when a class has ended, in SQL for `s` (sessions) and %(now)s, and below for a row: at its planned end, or early
# when its meeting ended and was not opened again since. Events come in any order: the last start and the last end count.
HAS_ENDED = """
(s.ends_at <= %(now)s or coalesce(s.ended_at <= %(now)s and s.ended_at >= greatest(s.starts_at, s.resumed_at), false))
"""


def has_ended(session: Row, now: datetime) -> bool:
    """Say whether a session has ended: at its planned end, or early."""
    if now >= session.ends_at:
        return True
    last_start = max(session.starts_at, session.resumed_at or session.starts_at)
    return session.ended_at is not None and bool(now >= session.ended_at >= last_start)


def state_of(session: Row, now: datetime, join_opens: int) -> State:
    """Say where a session stands. ``join_opens`` are the minutes before its start from which one can go in.

    A meeting that was ended early has ended, and can be gone into until the planned end all the same: it may only have
    dropped. One that runs over is live until the planned end and no longer.
    """
    if session.cancelled_at is not None:
        return "cancelled"
    if has_ended(session, now):
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
