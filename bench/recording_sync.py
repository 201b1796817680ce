"""The recordings of 500 classes fetched by one worker, at the rate we keep to, from a Zoom that holds to its limits."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import psycopg

import adapters.sandbox.zoom
from adapters.arq.runner import Runner
from adapters.bootstrap import Services, open_services
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.processes import free_port, module_running
from domain.work import SYSTEM

SESSIONS = 500
# Requests a second that Zoom takes of the kind these are, on the smallest plan that records (`Light`, Pro).
ZOOMS_LIMIT = 30
SANDBOX = ["bench.limited_sandbox"]
LONGEST = 1_800  # seconds

# What Zoom has: each class held once, with a film and its transcript.
ZOOMS_SIDE = """
with meeting as (
  insert into sandbox.zoom_meetings (id, uuid, host_id, topic, agenda, type, start_time, duration, timezone, password, settings,
    created_at)
  select 90000000000 + n, 'meeting-' || n, 'sandboxZoomHost0000001', 'Class ' || n, '', 2, now() - interval '4 hours', 60,
    'Asia/Kolkata', 'x', '{}', now() - interval '2 days' from generate_series(1, %(count)s::int) n returning id
), held as (
  insert into sandbox.zoom_instances (uuid, meeting_id, started_at, ended_at)
  select 'held-' || id, id, now() - interval '4 hours', now() - interval '3 hours' from meeting returning uuid
), recorded as (
  insert into sandbox.zoom_recordings (uuid, started_at, stopped_at)
  select uuid, now() - interval '4 hours', now() - interval '3 hours' from held returning id
)
insert into sandbox.zoom_recording_files (recording_id, file_type, file_extension, recording_type, token, content, ready_at)
select recorded.id, kind.type, kind.extension, kind.recording_type, kind.type || '-' || recorded.id, kind.content,
  now() - interval '1 hour'
from recorded, (values ('MP4', 'MP4', 'shared_screen_with_speaker_view', %(film)s::bytea),
  ('TRANSCRIPT', 'VTT', 'audio_transcript', %(captions)s::bytea)) kind (type, extension, recording_type, content)
"""
OUR_SIDE = """
with course as (insert into courses (slug, title, is_published, created_at, updated_at)
    values ('bench', 'Bench', true, %(now)s, %(now)s) returning id),
  batch as (insert into batches (course_id, name, created_at) select id, 'Bench', %(now)s from course returning id),
  held as (insert into sessions (batch_id, title, starts_at, duration, ends_at, recording, zoom_state, zoom_meeting_id,
      created_at, updated_at)
    select id, 'Class ' || n, %(now)s::timestamptz - interval '4 hours', 60, %(now)s::timestamptz - interval '3 hours', 'cloud',
      'ready', (90000000000 + n)::text, %(now)s, %(now)s from batch, generate_series(1, %(count)s::int) n returning id)
insert into automation_steps (kind, subject_id, subject_version, dedupe_key, payload, due_at, created_at)
select 'check_recordings', id, 1, 'check_recordings:' || id || ':1', '{}', %(now)s, %(now)s from held
"""
STANDING = """
select (select count(*) from sessions where zoom_recording_status = 'synced') as synced,
  (select count(*) from automation_steps where kind = 'check_recordings' and state in ('planned', 'running')
    and due_at <= %(now)s) as waiting,
  (select count(*) from recordings where kind = 'video' and duration = 8) as read,
  (select count(*) from provider_requests where provider = 'zoom' and outcome = 'throttled') as throttled
"""
CAPTIONS = b"WEBVTT\r\n\r\n1\r\n00:00:00.000 --> 00:00:04.000\r\nHost: Welcome.\r\n"


def measure() -> list[Row]:
    """Return how long it takes, how many requests a second that is against Zoom's limit, and how many were too many."""
    with (
        ground(port=free_port(), sandbox_port=free_port()) as settings,
        module_running(SANDBOX, settings, settings.sandbox_port),
    ):
        film = (Path(adapters.sandbox.zoom.__file__).parent / "media" / "class.mp4").read_bytes()
        with psycopg.connect(owner_url(settings), autocommit=True) as connection:
            connection.execute(ZOOMS_SIDE, {"count": SESSIONS, "film": film, "captions": CAPTIONS})
        return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> list[Row]:
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            await work.run(OUR_SIDE, count=SESSIONS, now=work.now)
        seconds, throttled = await _sync(services)
    with psycopg.connect(owner_url(settings)) as connection:
        # Counted as they are written: only the newest are kept.
        found = connection.execute("select pg_stat_get_tuples_inserted('provider_requests'::regclass)").fetchone()
    assert found
    return [
        row(f"recordings of {SESSIONS} classes synced, their films and transcripts read", seconds, "s"),
        row("requests to Zoom meanwhile ÷ its limit", found[0] / seconds, "requests/s", ZOOMS_LIMIT),
        row("requests to Zoom that were too many (429)", throttled, "requests"),
    ]


async def _sync(services: Services) -> tuple[float, int]:
    """Run a worker until all is synced; return the seconds, and the most answers that asked us to slow down."""
    runner, started, throttled = Runner(services), time.perf_counter(), 0
    while time.perf_counter() - started < LONGEST:
        await runner.sweep()
        with suppress(TimeoutError):
            await asyncio.wait_for(runner.idle(), 0.2)
        async with services.database.work(SYSTEM) as work:
            found = await work.row(STANDING, now=work.now)
        assert found is not None
        throttled = max(throttled, found.throttled)
        if found.synced == found.read == SESSIONS and not found.waiting:
            seconds = time.perf_counter() - started
            await runner.stop()
            return seconds, throttled
    raise RuntimeError(f"{found.synced} were synced and {found.read} read, {found.waiting} wait")
