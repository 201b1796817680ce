"""Moving business time on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Thread

import psycopg
import pytest

from adapters.clock import advance, parse_span, read
from adapters.errors import CannotStart
from adapters.settings import Settings

PLAN = """
insert into automation_steps (kind, dedupe_key, due_at, created_at)
select 'test', hour::text, app_now() + make_interval(hours => hour), app_now() from unnest(array[2, 30]) hour
"""
# What a worker does: take what is due by the business clock, and note when it was.
DO_DUE = """
update automation_steps set state = 'done', finished_at = app_now() where state = 'planned' and due_at <= app_now()
"""


@pytest.fixture
def worker(database_url: str) -> Iterator[None]:
    """A worker that does every due step and nothing else."""
    stopping = Event()

    def work() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            while not stopping.wait(0.02):
                connection.execute(DO_DUE)

    thread = Thread(target=work)
    thread.start()
    yield
    stopping.set()
    thread.join()


def test_everything_on_the_way_happens_at_its_own_moment(settings: Settings, database_url: str, worker: None) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(PLAN)
        before = read(settings).now
        moments: list[datetime] = []
        advance(settings, timedelta(days=2), moments.append)
        rows = connection.execute("select finished_at - due_at from automation_steps order by due_at").fetchall()
    assert len(rows) == len(moments) - 1 == 2
    assert all(late < timedelta(minutes=1) for (late,) in rows)
    assert timedelta(days=2) <= read(settings).now - before < timedelta(days=2, minutes=5)


@pytest.mark.parametrize("mode", ["sendgrid_mode", "instamojo_mode"])
def test_the_clock_stands_still_while_a_provider_is_live(settings: Settings, mode: str) -> None:
    live = settings.model_copy(update={mode: "live"})
    with pytest.raises(CannotStart, match="sandbox mode"):
        advance(live, timedelta(days=1), print)
    assert read(settings).ahead == timedelta(0)


@pytest.mark.parametrize(
    ("text", "span"), [("45m", timedelta(minutes=45)), ("+2w", timedelta(weeks=2)), ("3 d", timedelta(days=3))]
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "3", "d", "0d", "-3d", "3y", "9999999d", "400d", "99999w"])
def test_anything_else_is_no_length_of_time(text: str) -> None:
    with pytest.raises(CannotStart):
        parse_span(text)
