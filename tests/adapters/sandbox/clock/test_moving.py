"""Moving business time on."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import psycopg
import pytest

from adapters.errors import CannotStart
from adapters.postgres.addresses import sandbox_url
from adapters.sandbox.clock.moving import Clock
from adapters.sandbox.clock.spans import parse_end, parse_span
from adapters.sandbox.database import SandboxDatabase
from adapters.settings import Settings

PLAN = """
insert into automation_steps (kind, dedupe_key, due_at, created_at)
select 'test', hour::text, app_now() + make_interval(hours => hour), app_now() from unnest(array[2, 30]) hour
"""
PUT_OFF = """
insert into automation_steps (kind, dedupe_key, due_at, created_at, retry_at)
values ('test', 'again', app_now(), app_now(), now() + interval '0.6 seconds')
"""
REPORT = """
insert into sandbox.callbacks (provider, kind, subject, url, media_type, body, created_at, due_at)
select 'sendgrid', 'delivered', '', '', '', '', app_now(), app_now() + at from unnest(array[%s, %s]::interval[]) at
"""
# What a worker does: take what is due by the business clock, and note when it was. The sandbox posts its reports.
DO_DUE = """
update automation_steps set state = 'done', finished_at = app_now()
 where state = 'planned' and due_at <= app_now() and (retry_at is null or retry_at <= now());
update sandbox.callbacks set state = 'accepted' where state = 'pending' and due_at <= app_now();
"""
NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)


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


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[SandboxDatabase]:
    database = SandboxDatabase(sandbox_url(settings))
    yield database
    await database.close()


def plan(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(PLAN)


async def test_everything_on_the_way_happens_at_its_own_moment(
    settings: Settings, database: SandboxDatabase, database_url: str, worker: None
) -> None:
    plan(database_url)
    clock = Clock(database, settings)
    before = (await clock.read()).now
    moments: list[datetime] = []
    assert await clock.begin("2d", moments.append)
    await clock.finish()
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select finished_at - due_at from automation_steps order by due_at").fetchall()
    assert len(rows) == len(moments) - 1 == 2
    assert all(late < timedelta(minutes=1) for (late,) in rows)
    assert timedelta(days=2) <= (await clock.read()).now - before < timedelta(days=2, minutes=5)


async def test_what_tries_again_in_a_moment_is_waited_for_and_what_the_last_moment_set_off_is_reported(
    settings: Settings, database: SandboxDatabase, database_url: str, worker: None
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(PUT_OFF)
        connection.execute(REPORT, ("1 day 5 seconds", "1 day 5 minutes"))
    clock = Clock(database, settings)
    assert await clock.begin("1d")
    await clock.finish()
    with psycopg.connect(database_url) as connection:
        (late,) = connection.execute("select finished_at - due_at from automation_steps").fetchone() or (None,)
        states = connection.execute("select state from sandbox.callbacks order by due_at").fetchall()
    assert late is not None
    assert late < timedelta(minutes=1)
    assert states == [("accepted",), ("pending",)]


async def test_the_next_moment_is_as_far_as_next_goes(
    settings: Settings, database: SandboxDatabase, database_url: str, worker: None
) -> None:
    plan(database_url)
    clock = Clock(database, settings)
    await clock.begin("next")
    await clock.finish()
    move = await clock.last_move()
    assert (move.state, move.moments) == ("done", 1)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select state from automation_steps order by due_at").fetchall()
    assert rows == [("done",), ("planned",)]


async def test_where_nothing_waits_there_is_no_next_moment(settings: Settings, database: SandboxDatabase) -> None:
    with pytest.raises(CannotStart, match="Nothing is waiting"):
        await Clock(database, settings).begin("next")


async def test_two_do_not_move_the_clock_at_once(
    settings: Settings, database: SandboxDatabase, database_url: str
) -> None:
    plan(database_url)
    first, second = Clock(database, settings), Clock(database, settings)
    assert await first.begin("1d")
    assert not await second.begin("1d")
    assert (await second.last_move()).state == "running"
    await first.stop()
    assert (await second.last_move()).state == "stopped"


async def test_a_move_whose_program_is_gone_has_been_stopped(settings: Settings, database: SandboxDatabase) -> None:
    await database.run(
        "insert into clock_moves (from_at, until_at, reached_at) values (app_now(), app_now() + '1 day', app_now())"
    )
    assert (await Clock(database, settings).last_move()).state == "stopped"


async def test_without_a_worker_the_clock_stands_still_and_says_what_waits(
    settings: Settings, database: SandboxDatabase, database_url: str
) -> None:
    plan(database_url)
    clock = Clock(database, settings, patience=0.2)
    await clock.begin("1d")
    with pytest.raises(CannotStart, match="1 steps. Are the worker"):
        await clock.finish()
    ahead = (await clock.read()).ahead
    assert timedelta(hours=1) < ahead < timedelta(hours=3)


@pytest.mark.parametrize(("mode", "title"), [("sendgrid_mode", "SendGrid"), ("instamojo_mode", "Instamojo")])
async def test_the_clock_stands_still_while_a_provider_is_live(
    settings: Settings, database: SandboxDatabase, mode: str, title: str
) -> None:
    clock = Clock(database, settings.model_copy(update={mode: "live"}))
    with pytest.raises(CannotStart, match=f"sandbox mode, and {title} is live"):
        await clock.begin("1d")
    assert (await clock.read()).ahead == timedelta(0)


@pytest.mark.parametrize(
    ("text", "span"), [("45m", timedelta(minutes=45)), ("+2w", timedelta(weeks=2)), ("3 d", timedelta(days=3))]
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "3", "d", "0d", "-3d", "3y", "9999999d", "400d", "99999w"])
def test_anything_else_is_no_length_of_time(text: str) -> None:
    with pytest.raises(CannotStart):
        parse_span(text)


def test_a_moment_without_a_zone_is_indian_time() -> None:
    assert parse_end("2027-01-05T15:00", NOW) == NOW + timedelta(minutes=30)
    assert parse_end("2027-01-05T15:00+00:00", NOW) == NOW + timedelta(hours=6)


@pytest.mark.parametrize("text", ["2027-01-05T14:30", "2020-01-01", "2029-01-01", "soon", "0001-01-01"])
def test_the_clock_goes_neither_back_nor_too_far(text: str) -> None:
    with pytest.raises(CannotStart):
        parse_end(text, NOW)
