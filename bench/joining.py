"""500 students joining a class within one minute: how long the redirect takes, and whether attendance is complete."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence

import httpx

from adapters.bootstrap import Services, open_services
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.processes import component, free_port, module_running
from domain.accounts.sign_ins import Browser, open_sign_in
from domain.work import SYSTEM
from web.cookies import Cookies

STUDENTS, SECONDS = 500, 60.0
WARM = 20

CLASS = """
with course as (
  insert into courses (slug, title, is_published, created_at, updated_at)
  values ('bench', 'Bench', true, %(now)s, %(now)s) returning id
), batch as (
  insert into batches (course_id, name, created_at) select id, 'Batch 1', %(now)s from course returning id
), students as (
  insert into people (name, email, created_at, updated_at)
  select 'Student ' || n, 'student' || n || '@example.com', %(now)s, %(now)s
    from generate_series(1, %(count)s::int) n returning id
), profiles as (
  insert into profiles (person_id, role, created_at, updated_at) select id, 'student', %(now)s, %(now)s from students
), enrolled as (
  insert into enrolments (person_id, batch_id, enrolled_at) select students.id, batch.id, %(now)s from students, batch
)
insert into sessions (batch_id, title, starts_at, duration, ends_at, zoom_state, zoom_meeting_id, zoom_join_url, created_at,
  updated_at)
select id, 'Bench', %(now)s::timestamptz + interval '5 minutes', 60, %(now)s::timestamptz + interval '65 minutes', 'ready', '1',
  'https://zoom.test/j/1', %(now)s, %(now)s from batch returning id
"""
REGISTRANTS = """
insert into session_registrants (session_id, person_id, zoom_meeting_id, registrant_id, join_url, created_at)
select s.id, e.person_id, '1', 'r' || e.person_id, 'https://zoom.test/w/' || e.person_id, %(now)s
  from sessions s join enrolments e on e.batch_id = s.batch_id
"""
COMPLETE = "select count(*) from attendance where joined_at is not null"


def measure() -> list[Row]:
    """Return the p99 of the redirect against a bare handler that stores and redirects, and the share that was counted."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings:
        bare = settings.model_copy(update={"port": free_port()})
        with component("web", settings), module_running(["bench.bare"], bare, bare.port):
            return asyncio.run(_measure(settings, bare))


async def _measure(settings: Settings, bare: Settings) -> list[Row]:
    async with open_services(settings) as services:
        path, cookies = await _prepare(services)
        mine, other = f"http://127.0.0.1:{settings.port}", f"http://127.0.0.1:{bare.port}"
        await _arrive(mine, "/sign-in", [{}] * WARM, 1.0, 200)
        await _arrive(other, "/join", [{}] * WARM, 1.0)
        baseline = await _arrive(other, "/join", [{}] * STUDENTS, SECONDS)
        ours = await _arrive(mine, path, cookies, SECONDS)
        async with services.database.work(SYSTEM) as work:
            counted = await work.value(COMPLETE)
    return [
        row(
            "500 students joining within one minute, p99 of the redirect",
            _p99(ours) * 1000,
            "ms",
            _p99(baseline) * 1000,
        ),
        row("500 students joining within one minute, attendance known", counted, "students", STUDENTS),
    ]


async def _prepare(services: Services) -> tuple[str, list[dict[str, str]]]:
    async with services.database.work(SYSTEM) as work:
        session_id = await work.value(CLASS, count=STUDENTS, now=work.now)
        await work.run(REGISTRANTS, now=work.now)
        people = await work.rows("select person_id from enrolments order by person_id")
        cookies = Cookies(services.settings)
        signed_in = []
        for person in people:
            token = await open_sign_in(work, person.person_id, Browser("127.0.0.1", "bench"))
            signed_in.append({cookies.new_sign_in(token).key: token})
    return f"/student/sessions/{session_id}/join", signed_in


async def _arrive(
    base: str, path: str, cookies: Sequence[Mapping[str, str]], seconds: float, status: int = 303
) -> list[float]:
    """Ask once for each, at moments spread by chance, whatever the answers do; return the seconds each took."""
    times: list[float] = []
    chance = random.Random(7)
    moments = sorted(chance.uniform(0, seconds) for _one in cookies)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30) as client:

        async def ask(own: Mapping[str, str]) -> None:
            header = {"cookie": "; ".join(f"{name}={value}" for name, value in own.items())}
            began = time.perf_counter()
            answer = await client.get(path, headers=header)
            times.append(time.perf_counter() - began)
            if answer.status_code != status:
                raise RuntimeError(f"{path} answered {answer.status_code}")

        async with asyncio.TaskGroup() as group:
            started = time.perf_counter()
            for moment, own in zip(moments, cookies, strict=True):
                await asyncio.sleep(max(0.0, started + moment - time.perf_counter()))
                group.create_task(ask(own))
    return times


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]
