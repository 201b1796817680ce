"""The student's first page and schedule among 10,000 students, 500 classes and 200,000 views, against a bare handler."""

import asyncio
import statistics
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager

import httpx
import psycopg

from adapters.bootstrap import open_services
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.keep_alive import KeepAlive
from bench.processes import component, free_port, module_running
from bench.round_trips import counted
from domain.accounts.sign_ins import Browser, open_sign_in
from domain.work import SYSTEM
from web.app import create_app
from web.cookies import Cookies

STUDENTS, CLASSES = 400, 20  # in each batch
FEW, MANY = 2, 25  # batches
AT_ONCE, ROUNDS, SECONDS, LOOKS = 8, 5, 2.0, 300
PAGES = {"student's first page": "/student", "student's schedule": "/student/schedule"}

GROUND = (
    """
    insert into courses (slug, title, is_published, created_at, updated_at) values ('bench', 'Bench', true, %(now)s, %(now)s)
    """,
    """
    insert into modules (course_id, position, title) select c.id, n, 'Module ' || n from courses c, generate_series(1, 6) n
    """,
    """
    insert into batches (course_id, name, created_at) select c.id, 'Batch ' || n, %(now)s
      from courses c, generate_series(1, %(batches)s::int) n
    """,
    """
    insert into people (name, email, created_at, updated_at)
    select 'Student ' || n, 'student' || n || '@example.com', %(now)s, %(now)s
      from generate_series(1, %(batches)s::int * %(students)s::int) n
    """,
    "insert into profiles (person_id, role, created_at, updated_at) select id, 'student', %(now)s, %(now)s from people",
    """
    insert into enrolments (person_id, batch_id, enrolled_at) select p.id, b.id, %(now)s::timestamptz - interval '60 days'
      from (select id, row_number() over (order by id) as n from people) p
      join (select id, row_number() over (order by id) as n from batches) b on b.n = 1 + p.n %% %(batches)s::int
    """,
    # Half of them held, the next in two days.
    """
    insert into sessions (batch_id, title, starts_at, duration, ends_at, module_id, created_at, updated_at)
    select b.id, 'Class ' || n, at, 90, at + interval '90 minutes',
      (select m.id from modules m where m.position = 1 + n %% 6), %(now)s, %(now)s
      from batches b, generate_series(1, %(classes)s::int) n,
        lateral (select %(now)s::timestamptz + (n - %(classes)s::int / 2) * interval '2 days' as at) a
    """,
    """
    insert into recordings (session_id, kind, source, duration, created_at, updated_at)
    select id, 'video', 'zoom', 3600, %(now)s, %(now)s from sessions
    """,
    """
    insert into recording_views (recording_id, person_id, watched, duration, position, opened_at, counted_at, seen_at)
    select r.id, e.person_id, '{[0,1800)}', 3600, 1800, %(now)s, now(), %(now)s
      from recordings r join sessions s on s.id = r.session_id join enrolments e on e.batch_id = s.batch_id
    """,
    """
    insert into attendance (session_id, person_id, joined_at, seconds, updated_at)
    select s.id, e.person_id, s.starts_at, 5000, %(now)s from sessions s join enrolments e on e.batch_id = s.batch_id
     where s.ends_at < %(now)s and hashtext(e.person_id::text || s.id) %% 5 <> 0
    """,
    """
    insert into assignments (batch_id, title, due_at, points, published_at, created_at, updated_at)
    select b.id, 'Assignment ' || n, %(now)s::timestamptz + n * interval '5 days', 10, %(now)s, %(now)s, %(now)s
      from batches b, generate_series(-3, 3) n
    """,
)


def measure() -> list[Row]:
    """Return pages a second against the baseline, round trips, and how much later a look at ten times the data is."""
    with _settings() as few, _settings() as many:
        bare = many.model_copy(update={"port": free_port()})
        baseline = module_running(["bench.bare_student"], bare, bare.port)
        with component("web", few), component("web", many), baseline:
            return asyncio.run(_measure(few, many, bare))


def _settings() -> AbstractContextManager[Settings]:
    return ground(port=free_port(), sandbox_port=free_port())


async def _measure(few: Settings, many: Settings, bare: Settings) -> list[Row]:
    few_cookie, cookie = await _prepare(few, FEW), await _prepare(many, MANY)
    trips = await _round_trips(many, cookie)
    rows = []
    for name, path in PAGES.items():
        ours, baseline = await _rates(many.port, bare.port, path, cookie)
        few_look, many_look = await _looks((few.port, few_cookie), (many.port, cookie), path)
        rows += [
            row(f"{name}, 10,000 students ÷ a bare handler with the same template", ours, "pages/s", baseline),
            row(f"{name}, round trips", trips[path], "round trips"),
            row(f"{name}, one look at 10,000 students ÷ at 800", many_look * 1000, "ms", few_look * 1000),
        ]
    return rows


async def _prepare(settings: Settings, batches: int) -> str:
    """Fill the database and return the cookie of a signed-in student."""
    values = {"batches": batches, "students": STUDENTS, "classes": CLASSES}
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            for statement in GROUND:
                await work.run(statement, now=work.now, **values)
            person_id = await work.value("select id from people where email = 'student1@example.com'")
            token = await open_sign_in(work, person_id, Browser("127.0.0.1", "bench"))
    with psycopg.connect(owner_url(settings), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    cookies = Cookies(settings)
    visitor, sign_in = cookies.new_visitor("bench"), cookies.new_sign_in(token)
    return f"{visitor.key}={visitor.value}; {sign_in.key}={sign_in.value}"


async def _rates(port: int, bare_port: int, path: str, cookie: str) -> tuple[float, float]:
    """Take turns, so that whatever else the machine does falls on both."""
    ours, baseline = [], []
    for number in range(ROUNDS + 1):
        mine, other = await _rate(port, path, cookie), await _rate(bare_port, path, cookie)
        if number:  # the first round warms up
            ours.append(mine)
            baseline.append(other)
    return statistics.median(ours), statistics.median(baseline)


async def _rate(port: int, path: str, cookie: str) -> float:
    count = 0
    until = time.perf_counter() + SECONDS

    async def look() -> None:
        nonlocal count
        async with KeepAlive(port, path, cookie) as page:
            while time.perf_counter() < until:
                await page.get()
                count += 1

    await asyncio.gather(*(look() for _number in range(AT_ONCE)))
    return count / SECONDS


async def _looks(few: tuple[int, str], many: tuple[int, str], path: str) -> tuple[float, float]:
    """Return the median seconds of one look at each, taken in turns."""
    async with KeepAlive(few[0], path, few[1]) as small, KeepAlive(many[0], path, many[1]) as large:
        times = [(await small.get(), await large.get()) for _number in range(LOOKS)][LOOKS // 6 :]
    return statistics.median(time[0] for time in times), statistics.median(time[1] for time in times)


async def _round_trips(settings: Settings, cookie: str) -> Mapping[str, int]:
    trips = {}
    app = create_app(settings)
    async with app.lifespan(), counted(app) as database:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
            for path in PAGES.values():
                database.round_trips = 0
                (await client.get(path, headers={"Cookie": cookie})).raise_for_status()
                trips[path] = database.round_trips
    return trips
