"""The leads list at 100,000 leads, signed in and under row security, against a bare handler with the same template."""

import asyncio
import statistics
import time
from contextlib import AbstractContextManager
from uuid import uuid4

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

FEW, MANY = 10_000, 100_000
AT_ONCE = 8
ROUNDS, SECONDS = 5, 2.0
LOOKS = 300

PEOPLE = """
insert into people (name, email, phone, city, created_at, updated_at)
select (array['Asha', 'Rohit', 'Meera', 'Sana', 'Arjun', 'Divya'])[1 + n %% 6] || ' ' ||
  (array['Rao', 'Nair', 'Sethi', 'Qureshi', 'Patel'])[1 + n %% 5], 'lead' || n || '@example.com',
  '+9198' || lpad(n::text, 8, '0'), (array['Pune', 'Delhi', 'Kochi'])[1 + n %% 3], %(now)s, %(now)s
  from generate_series(%(first)s::int, %(last)s::int) n
"""
LEADS = """
insert into imported_leads (person_id, status, source, tags, created_at)
select p.id, (array['new', 'new', 'emailed', 'applied'])[1 + n %% 4], (array['Meta', 'Google', 'Website', ''])[1 + n %% 4],
  case when n %% 50 = 0 then array['hot'] else '{}' end, %(now)s - n * interval '97 seconds'
  from (select id, row_number() over () as n from people where email like 'lead%%') p
 where not exists (select from imported_leads l where l.person_id = p.id)
"""


def measure() -> list[Row]:
    """Return pages a second, p95, round trips, and how much later 100,000 leads answer than 10,000."""
    with _settings() as few, _settings() as many:
        bare = many.model_copy(update={"port": free_port()})
        served = component("web", few), component("web", many), module_running(["bench.bare"], bare, bare.port)
        with served[0], served[1], served[2]:
            return asyncio.run(_measure(few, many, bare))


def _settings() -> AbstractContextManager[Settings]:
    return ground(port=free_port(), sandbox_port=free_port())


async def _measure(few: Settings, many: Settings, bare: Settings) -> list[Row]:
    few_cookie, cookie = await prepare(few, FEW), await prepare(many, MANY)
    ours, baseline, late = await _rates(many, bare, cookie)
    few_look, many_look = await _looks(few.port, few_cookie, many.port, cookie)
    return [
        row("leads list, 100,000 leads ÷ a bare handler with the same template", ours, "pages/s", baseline),
        row("leads list, 100,000 leads, p95 of 8 at once", late * 1000, "ms"),
        row("leads list, round trips a page", await round_trips(many, cookie, "/admin/leads"), "round trips"),
        row("leads list, one look at 100,000 leads ÷ at 10,000", many_look * 1000, "ms", few_look * 1000),
    ]


async def prepare(settings: Settings, count: int) -> str:
    """Bring the database to ``count`` leads and return the cookie of a signed-in admin."""
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            known = await work.value("select count(*) from people where email like 'lead%%'")
            await work.run(PEOPLE, first=known + 1, last=count, now=work.now)
            await work.run(LEADS, now=work.now)
            person = {"id": uuid4(), "now": work.now}
            await work.run(
                "insert into people (id, created_at, updated_at) values (%(id)s, %(now)s, %(now)s)", **person
            )
            await work.run(
                "insert into profiles (person_id, role, created_at, updated_at) values (%(id)s, 'admin', %(now)s, %(now)s)",
                **person,
            )
            token = await open_sign_in(work, person["id"], Browser("127.0.0.1", "bench"))
    with psycopg.connect(owner_url(settings), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    cookies = Cookies(settings)
    visitor, sign_in = cookies.new_visitor("bench"), cookies.new_sign_in(token)
    return f"{visitor.key}={visitor.value}; {sign_in.key}={sign_in.value}"


async def _looks(few_port: int, few_cookie: str, many_port: int, many_cookie: str) -> tuple[float, float]:
    """Return the median seconds of one look at each, taken in turns."""
    async with (
        KeepAlive(few_port, "/admin/leads", few_cookie) as few,
        KeepAlive(many_port, "/admin/leads", many_cookie) as many,
    ):
        times = [(await few.get(), await many.get()) for _number in range(LOOKS)][LOOKS // 6 :]
    return statistics.median(time[0] for time in times), statistics.median(time[1] for time in times)


async def _rates(settings: Settings, bare: Settings, cookie: str) -> tuple[float, float, float]:
    """Take turns, so that whatever else the machine does falls on both."""
    ours, baseline, times = [], [], list[float]()
    for number in range(ROUNDS + 1):
        mine, own_times = await _rate(settings.port, cookie)
        other, _times = await _rate(bare.port, cookie)
        if number:  # the first round warms up
            ours.append(mine)
            baseline.append(other)
            times += own_times
    return statistics.median(ours), statistics.median(baseline), statistics.quantiles(times, n=20)[-1]


async def _rate(port: int, cookie: str) -> tuple[float, list[float]]:
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    async def look() -> None:
        async with KeepAlive(port, "/admin/leads", cookie) as page:
            while time.perf_counter() < until:
                times.append(await page.get())

    await asyncio.gather(*(look() for _number in range(AT_ONCE)))
    return len(times) / SECONDS, times


async def round_trips(settings: Settings, cookie: str, path: str) -> float:
    """Return how often one page goes to the database and back."""
    app = create_app(settings)
    async with app.lifespan(), counted(app) as database:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
            (await client.get(path, headers={"Cookie": cookie})).raise_for_status()
        return database.round_trips
