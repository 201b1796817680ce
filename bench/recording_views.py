"""Reports of what was watched, on one web process: how many are counted a second, among 200,000 views of 500 recordings."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

import psycopg

from adapters.bootstrap import open_services
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.keep_alive import KeepAlive
from bench.processes import component, free_port
from domain.accounts.sign_ins import Browser, open_sign_in
from domain.recordings.addresses import view_token
from domain.work import SYSTEM
from web.cookies import Cookies
from web.csrf import token_for

SESSIONS, STUDENTS, WATCHING = 500, 400, 40
AT_ONCE = 48
ROUNDS, SECONDS = 5, 2.0
# Who, the sign-in's token, and the token of its forms.
Student = tuple[UUID, str, str]

GROUND = """
with course as (insert into courses (slug, title, is_published, created_at, updated_at)
    values ('bench', 'Bench', true, %(now)s, %(now)s) returning id),
  batch as (insert into batches (course_id, name, created_at) select id, 'Bench', %(now)s from course returning id),
  held as (insert into sessions (batch_id, title, starts_at, duration, ends_at, created_at, updated_at)
    select id, 'Class ' || n, %(now)s, 60, %(now)s::timestamptz + interval '60 minutes', %(now)s, %(now)s
    from batch, generate_series(1, %(sessions)s::int) n returning id),
  film as (insert into recordings (session_id, kind, source, duration, created_at, updated_at)
    select id, 'video', 'zoom', 3600, %(now)s, %(now)s from held returning id),
  student as (insert into people (name, email, created_at, updated_at)
    select 'Student ' || n, 'student' || n || '@example.com', %(now)s, %(now)s
    from generate_series(1, %(students)s::int) n returning id),
  profile as (insert into profiles (person_id, role, created_at, updated_at)
    select id, 'student', %(now)s, %(now)s from student returning person_id),
  enrolled as (insert into enrolments (person_id, batch_id, enrolled_at)
    select student.id, batch.id, %(now)s from student, batch returning id)
insert into recording_views (recording_id, person_id, watched, duration, position, opened_at, counted_at, seen_at)
select film.id, student.id, '{[0,40),[60,200)}', 3600, 200, %(now)s, now() - interval '1 hour', %(now)s from film, student
"""


def measure() -> list[Row]:
    """Return reports counted a second on one process, and how late one is answered while they come."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings, component("web", settings):
        return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> list[Row]:
    cookies, people, films = await _prepare(settings)
    rates, times = [], list[float]()
    for number in range(ROUNDS + 1):
        rate, round_times = await _rate(settings, cookies, people, films)
        if number:  # the first round warms up
            rates.append(rate)
            times += round_times
    late = sorted(times)[int(len(times) * 0.99)]
    return [
        row("reports of what was watched, counted on one process", statistics.median(rates), "reports/s"),
        row(f"reports of what was watched, p99 of {AT_ONCE} at once", late * 1000, "ms"),
    ]


async def _prepare(settings: Settings) -> tuple[list[str], list[Student], list[UUID]]:
    """Fill the database; return each watching student's cookie, who they are with the token of their forms, and the films."""
    cookies, people = [], []
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            await work.run(GROUND, now=work.now, sessions=SESSIONS, students=STUDENTS)
            films = [found.id for found in await work.rows("select id from recordings order by id")]
            found = await work.rows("select person_id from profiles order by person_id limit %(most)s", most=WATCHING)
            for student in found:
                token = await open_sign_in(work, student.person_id, Browser("127.0.0.1", "bench"))
                names = Cookies(settings)
                visitor, sign_in = names.new_visitor("bench"), names.new_sign_in(token)
                cookies.append(f"{visitor.key}={visitor.value}; {sign_in.key}={sign_in.value}")
                people.append((student.person_id, token, token_for(settings, "bench", token)))
    with psycopg.connect(owner_url(settings), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return cookies, people, films


async def _rate(
    settings: Settings, cookies: Sequence[str], people: Sequence[Student], films: Sequence[UUID]
) -> tuple[float, list[float]]:
    times: list[float] = []
    choice = random.Random(1)
    until = time.perf_counter() + SECONDS

    async def report() -> None:
        async with KeepAlive(settings.port, "/", "") as connection:
            while time.perf_counter() < until:
                student = choice.randrange(WATCHING)
                film = choice.choice(films)
                connection.request = _request(
                    settings, cookies[student], people[student], film, choice.randrange(3_500)
                )
                times.append(await connection.get())

    await asyncio.gather(*(report() for _one in range(AT_ONCE)))
    return len(times) / SECONDS, times


def _request(settings: Settings, cookie: str, student: Student, film: UUID, at: int) -> bytes:
    person_id, sign_in, csrf = student
    opened = view_token(settings.secret, film, person_id, sign_in, int(time.time()) - 60)
    form = {"_csrf_token": csrf, "opened": opened, "position": at + 15, "ranges": f"{at}-{at + 15}"}
    body = urlencode(form)
    return (
        f"POST /student/recordings/{film}/views HTTP/1.1\r\nHost: 127.0.0.1:{settings.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
