"""Moves business time on, moment by moment: a week advanced gives what a week lived gives."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from adapters.errors import CannotStart
from adapters.postgres.addresses import app_url
from adapters.settings import Settings

Connection = psycopg.Connection[tuple[object, ...]]
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# The worker looks about once a second; past this without any progress it is not running.
PATIENCE = 30.0
# The clock never goes back: a slip of the keyboard must not end in another century.
FARTHEST = timedelta(days=366)

NEXT_DUE = """
select min(due_at) from (
  select due_at from automation_steps where state = 'planned' and due_at > app_now()
  union all select due_at from deliveries where state = 'pending' and due_at > app_now()) due
"""
# What waits for a retry waits in real time, and moving on does not wait for it.
OUTSTANDING = """
select
  (select count(*) from automation_steps where state = 'running'
     or (state = 'planned' and due_at <= app_now() and (retry_at is null or retry_at <= now())))
  + (select count(*) from deliveries where state in ('leased', 'sending')
     or (state = 'pending' and due_at <= app_now()))
"""


@dataclass(frozen=True, slots=True)
class Reading:
    now: datetime
    ahead: timedelta


def parse_span(text: str) -> timedelta:
    """Return the length of time that ``text`` says; raise CannotStart when it says none."""
    found = re.fullmatch(r"\+?(\d{1,5})\s*([mhdw])", text.strip().lower())
    if not found or not int(found[1]):
        raise CannotStart(f"Cannot read the time {text!r}: write a number and m, h, d or w, like 3d.")
    span = timedelta(**{UNITS[found[2]]: int(found[1])})
    if span > FARTHEST:
        raise CannotStart("The clock cannot be put back, so it moves by a year at most: 366d.")
    return span


def read(settings: Settings) -> Reading:
    """Return business time, and how far it is ahead of the database's."""
    with _connected(settings) as connection:
        now, ahead = _row(connection, "select app_now(), app_now() - now()")
    assert isinstance(now, datetime)
    assert isinstance(ahead, timedelta)
    return Reading(now, ahead)


def advance(settings: Settings, by: timedelta, tell: Callable[[datetime], None]) -> None:
    """Move to each next due moment, wait until the worker has done what is due, and on, ``by`` in all.

    Raises CannotStart when a provider is live, or when what is due does not get done.
    """
    if settings.production or not settings.all_in_sandbox:
        raise CannotStart("The clock moves only while every provider is in sandbox mode.")
    end = read(settings).now + by
    while True:
        _settle(settings)
        with _connected(settings) as connection:
            now, due = _row(connection, f"select app_now(), ({NEXT_DUE})")
            assert isinstance(now, datetime)
            target = min(due, end) if isinstance(due, datetime) else end
            if target > now:
                connection.execute("select shift_clock(%s)", (target - now,))
        tell(target)
        if target >= end:
            return _settle(settings)


def _settle(settings: Settings) -> None:
    """Wait until nothing is due any more."""
    least, deadline = None, time.monotonic() + PATIENCE
    while True:
        with _connected(settings) as connection:
            (left,) = _row(connection, OUTSTANDING)
        assert isinstance(left, int)
        if not left:
            return
        if least is None or left < least:
            least, deadline = left, time.monotonic() + PATIENCE
        if time.monotonic() > deadline:
            raise CannotStart(f"{left} due things do not get done. Is the worker running?")
        time.sleep(0.1)


def _connected(settings: Settings) -> Connection:
    """Open a transaction as the system; leaving the block commits and closes it."""
    try:
        connection = psycopg.connect(app_url(settings), connect_timeout=10)
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database does not answer: {str(error).strip().splitlines()[0]}") from error
    connection.execute("select enter_as('system', null)")
    return connection


def _row(connection: Connection, statement: str) -> tuple[object, ...]:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row
