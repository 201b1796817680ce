"""Steps of rules: how many are acted on in a second, how late they are when all are due at once, and what a full table costs."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from adapters.bootstrap import Services, open_services
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.keep_alive import KeepAlive
from bench.leads_list import prepare, round_trips
from bench.processes import component, free_port
from domain.automation.acting import act_on_due
from domain.automation.running import claim_steps
from domain.work import SYSTEM

COUNT = 20_000
AT_ONCE = 10_000
FEW, MANY = 10_000, 1_000_000
SWEEPS = 200

PEOPLE = """
with course as (
  insert into courses (slug, title, summary, is_published, created_at, updated_at)
  values ('bench-steps', 'Data Analytics', 'Twelve weeks, live.', true, now(), now()) returning id
), fresh as (
  insert into people (name, email, created_at, updated_at)
  select 'Person ' || n, 'step' || n || '@example.com', now(), now() from generate_series(1, %(count)s) n returning id
), leads as (
  insert into imported_leads (person_id, created_at) select id, now() from fresh returning id, person_id
)
insert into lead_sequences (lead_id, person_id, course_id, started_at)
select leads.id, leads.person_id, course.id, now() from leads, course
"""
STEPS = """
insert into automation_steps (kind, rule_key, rule_version, person_id, subject_id, dedupe_key, due_at, created_at)
select 'lead_day_1', 'lead_day_1', 1, person_id, id, %(key)s || id, now() + %(wait)s * interval '1 second', now()
from lead_sequences order by id limit %(count)s
"""
FRESH = "delete from deliveries; delete from automation_steps"
BARE = """
drop table if exists bench_steps;
create table bench_steps (id uuid primary key default gen_random_uuid(), kind text not null, person_id uuid, subject_id uuid,
  dedupe_key text not null unique, due_at timestamptz not null, state text not null default 'planned', finished_at timestamptz);
create index on bench_steps (due_at) where state = 'planned';
insert into bench_steps (kind, person_id, subject_id, dedupe_key, due_at)
select kind, person_id, subject_id, dedupe_key, due_at from automation_steps
"""
# What is written is not sent here: the e-mails would take the same two cores.
HOLD = """
insert into provider_traffic (provider, channel, opened_until) values ('sendgrid', 'email', now() + interval '1 day')
on conflict (provider) do update set opened_until = excluded.opened_until
"""
PLANNED = """
insert into automation_steps (kind, rule_key, rule_version, dedupe_key, due_at, created_at, subject_id)
select 'lead_day_7', 'lead_day_7', 1, 'ahead:' || n, now() + n * interval '1 second' + interval '1 day', now(), gen_random_uuid()
from generate_series(%(first)s::int, %(last)s::int) n
"""
# What was just written is on the disk before anything is timed, or writing it is what is measured.
SETTLED = "vacuum analyze automation_steps;\ncheckpoint"
LATE = """
select extract(epoch from finished_at - due_at) from automation_steps where state <> 'planned' and rule_key = 'lead_day_1'
"""

LINE = """
insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, state, due_at, created_at, sent_at)
select 'email', 'single', p.id, p.email, '', 'line:' || n, 'sent', now() - n * interval '1 hour', now() - n * interval '1 hour',
  now() - n * interval '1 hour' from generate_series(1, %(count)s) n, (select * from people where email = 'step1@example.com') p
"""
LINE_LOOKS = 100


def measure() -> list[Row]:
    """Return steps a second with 1, 2 and 4 workers, lateness and what pages cost meanwhile, and sweeps over many steps."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings:
        _run(settings, PEOPLE, count=COUNT)
        rows = _speed(settings)
        rows += asyncio.run(_sweeps(settings))
        _run(settings, FRESH)
        rows += asyncio.run(_at_once(settings))
        return rows + asyncio.run(_timeline(settings))


def _speed(settings: Settings) -> list[Row]:
    rows = []
    for workers in (1, 2, 4):
        seconds = {}
        for kind in ("bare", "batch", "ours"):
            _run(settings, FRESH)
            _run(settings, STEPS, key="due:", wait=-1, count=COUNT)
            _run(settings, BARE)
            _run(settings, "vacuum analyze")
            seconds[kind] = _race(settings, kind, workers)
        name = f"steps acted on, {workers} worker{'s' if workers > 1 else ''}"
        rows.append(
            row(f"{name} ÷ a bare SKIP LOCKED loop", COUNT / seconds["ours"], "steps/s", COUNT / seconds["bare"])
        )
        batch = COUNT / seconds["batch"]
        rows.append(
            row(f"{name} ÷ a bare loop that only marks 500 at a time", COUNT / seconds["ours"], "steps/s", batch)
        )
    return rows


def _race(settings: Settings, kind: str, workers: int) -> float:
    """Let so many workers begin together, and return the seconds until the last has found nothing more."""
    command = [sys.executable, "-m", "bench.step_worker", kind, str(time.time() + 6)]
    environment = os.environ | {"GURUDESK_DATA_DIR": str(settings.data_dir)}
    racing = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _number in range(workers)
    ]
    return max(float(process.communicate(timeout=600)[0]) for process in racing)


async def _sweeps(settings: Settings) -> list[Row]:
    _run(settings, FRESH)
    _run(settings, PLANNED, first=1, last=FEW)
    _run(settings, SETTLED)
    async with open_services(settings) as services:
        few = await _sweep(services)
        _run(settings, PLANNED, first=FEW + 1, last=MANY)
        _run(settings, SETTLED)
        many = await _sweep(services)
    return [row("a sweep that finds nothing, 1,000,000 planned steps ÷ 10,000", many * 1000, "ms", few * 1000)]


async def _sweep(services: Services) -> float:
    times = []
    for _number in range(SWEEPS):
        started = time.perf_counter()
        async with services.database.work(SYSTEM) as work:
            await act_on_due(work)
            await claim_steps(work, most=8, lease_seconds=30)
        times.append(time.perf_counter() - started)
    return statistics.median(times[SWEEPS // 5 :])


async def _at_once(settings: Settings) -> list[Row]:
    cookie = await prepare(settings, FEW)
    _run(settings, HOLD)
    with component("web", settings), component("worker", settings):
        async with KeepAlive(settings.port, "/admin/leads", cookie) as page:
            for _number in range(50):
                await page.get()
            quiet = await _pages(page, 8)
            with _busy_core():
                beside = await _pages(page, 8)
            _run(settings, STEPS, key="once:", wait=3, count=AT_ONCE)
            await asyncio.sleep(2.5)
            meanwhile = await _pages(page, 8)
        late = await _lateness(settings)
    return [
        row("10,000 steps due in the same second, p99 lateness", late * 1000, "ms"),
        row("leads list meanwhile, p95 of 20 a second ÷ quiet", meanwhile * 1000, "ms", quiet * 1000),
        row("leads list beside one core that counts, p95 of 20 a second ÷ quiet", beside * 1000, "ms", quiet * 1000),
    ]


@contextmanager
def _busy_core() -> Iterator[None]:
    """Keep one core at work that asks nothing of the database: what the machine alone costs a page beside other work."""
    counting = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        counting.kill()
        counting.wait()


async def _timeline(settings: Settings) -> list[Row]:
    """Look at somebody with 2,000 entries, and count how often that asks the database."""
    _run(settings, LINE, count=2_000)
    cookie = await prepare(settings, FEW)
    with psycopg.connect(owner_url(settings)) as connection:
        found = connection.execute("select id from people where email = 'step1@example.com'").fetchone()
    assert found is not None
    path = f"/admin/people/{found[0]}"
    with component("web", settings):
        async with KeepAlive(settings.port, path, cookie) as page:
            times = [await page.get() for _number in range(LINE_LOOKS)][LINE_LOOKS // 5 :]
    return [
        row(
            "timeline of 2,000 entries, first page, round trips",
            await round_trips(settings, cookie, path),
            "round trips",
        ),
        row("timeline of 2,000 entries, first page", statistics.median(times) * 1000, "ms"),
    ]


async def _pages(page: KeepAlive, seconds: float) -> float:
    """Ask twenty times a second and return the p95 in seconds."""
    times, ends = [], time.perf_counter() + seconds
    while time.perf_counter() < ends:
        times.append(await page.get())
        await asyncio.sleep(0.05)
    return statistics.quantiles(times, n=20)[-1]


async def _lateness(settings: Settings) -> float:
    deadline = time.monotonic() + 120
    while True:
        with psycopg.connect(owner_url(settings)) as connection:
            late = [float(found[0]) for found in connection.execute(LATE)]
        if len(late) == AT_ONCE:
            return statistics.quantiles(late, n=100)[-1]
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {len(late)} of {AT_ONCE} steps were done")
        await asyncio.sleep(0.5)


def _run(settings: Settings, statement: str, **values: object) -> None:
    with psycopg.connect(owner_url(settings), autocommit=True) as connection:
        for one in statement.split(";\n") if not values else [statement]:
            connection.execute(one.encode(), values or None)
