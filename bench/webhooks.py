"""SendGrid's event webhook on one web process: how many are accepted a second, how late at 200 a second, and applying events."""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx

from adapters.bootstrap import Services, open_services
from adapters.sandbox.sendgrid.signing import signed_headers
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.processes import component, free_port, module_running
from domain.messaging.webhooks import apply_events
from domain.work import SYSTEM

POSTS = 3_000
AT_ONCE = 16
STEADY, SECONDS = 200, 10
EVENTS, E_MAILS = 100_000, 20_000
KINDS = ("processed", "delivered", "open", "click", "open")

DELIVERIES = """
with made as (
  insert into deliveries (channel, kind, to_address, template, idempotency_key, due_at, state, created_at, sent_at)
  select 'email', 'bench', 'p' || n || '@example.com', 'bench', 'bench:' || n, %(now)s, 'sent', %(now)s, %(now)s
    from generate_series(1, %(count)s::int) n returning id, to_address
)
insert into email_logs (delivery_id, to_email, from_email, subject, state, rank, created_at, updated_at)
select id, to_address, 'bench@example.com', 'Bench', 'sent', 10, %(now)s, %(now)s from made returning delivery_id
"""
WAITING = """
insert into webhook_events (provider, event_id, kind, delivery_id, payload, occurred_at)
select 'sendgrid', 'bench-' || d.n || '-' || k.n, k.kind, d.id, '{}', %(now)s::timestamptz + k.n * interval '1 second'
  from unnest(%(ids)s::uuid[]) with ordinality as d (id, n), unnest(%(kinds)s::text[]) with ordinality as k (kind, n)
 order by random()
"""
# The least that applying needs: one update of each e-mail named by a thousand events.
BARE = """
with picked as (select id, delivery_id, kind from webhook_events where processed_at is null order by id limit 1000),
applied as (update email_logs l set state = 'delivered', updated_at = now() from (select distinct delivery_id from picked) s
  where l.delivery_id = s.delivery_id)
update webhook_events e set processed_at = now() from picked where e.id = picked.id
"""


def measure() -> list[Row]:
    """Return webhooks a second against a bare handler that stores the same row, p99 at a steady rate, and events applied."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings:
        bare = settings.model_copy(update={"port": free_port()})
        with component("web", settings), module_running(["bench.bare"], bare, bare.port):
            rows = asyncio.run(_accepting(settings, bare))
    with ground() as settings:
        return rows + asyncio.run(_applying(settings))


async def _accepting(settings: Settings, bare: Settings) -> list[Row]:
    ours, baseline = [], []
    for number in range(4):
        mine = await _post_all(f"http://127.0.0.1:{settings.port}/webhooks/sendgrid")
        other = await _post_all(f"http://127.0.0.1:{bare.port}/webhook")
        if number:
            ours.append(mine)
            baseline.append(other)
    late = await _steady(f"http://127.0.0.1:{settings.port}/webhooks/sendgrid")
    return [
        row(
            "webhooks accepted, signature checked and stored ÷ a bare handler that stores",
            statistics.median(ours), "webhooks/s", statistics.median(baseline),
        ),
        row("webhooks at 200 a second, p99", late * 1000, "ms"),
    ]  # fmt: skip


def _bodies(count: int) -> list[tuple[bytes, dict[str, str]]]:
    made = []
    for _number in range(count):
        event = {
            "email": "p1@example.com",
            "event": "delivered",
            "timestamp": int(time.time()),
            "sg_event_id": uuid4().hex,
        }
        body = json.dumps([event | {"sg_message_id": "bench.filter"}]).encode()
        headers = signed_headers(body, int(time.time())) | {"Content-Type": "application/json"}
        made.append((body, headers))
    return made


async def _post_all(url: str) -> float:
    waiting = _bodies(POSTS)

    async def post() -> None:
        async with httpx.AsyncClient() as client:
            while waiting:
                body, headers = waiting.pop()
                (await client.post(url, content=body, headers=headers)).raise_for_status()

    started = time.perf_counter()
    await asyncio.gather(*(post() for _one in range(AT_ONCE)))
    return POSTS / (time.perf_counter() - started)


async def _steady(url: str) -> float:
    """Post 200 a second whatever the answers do, and return the p99 of their seconds."""
    times: list[float] = []
    bodies = _bodies(STEADY * SECONDS)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=100, max_keepalive_connections=100)) as client:

        async def post(body: bytes, headers: dict[str, str]) -> None:
            began = time.perf_counter()
            (await client.post(url, content=body, headers=headers)).raise_for_status()
            times.append(time.perf_counter() - began)

        async with asyncio.TaskGroup() as group:
            started = time.perf_counter()
            for number, (body, headers) in enumerate(bodies):
                await asyncio.sleep(max(0.0, started + number / STEADY - time.perf_counter()))
                group.create_task(post(body, headers))
    return sorted(times)[int(len(times) * 0.99)]


async def _applying(settings: Settings) -> list[Row]:
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            ids = [found.delivery_id for found in await work.rows(DELIVERIES, count=E_MAILS, now=work.now)]
        await _wait_for(services, ids)
        started = time.perf_counter()
        while True:
            async with services.database.work(SYSTEM) as work:
                if not await work.run(BARE):
                    break
        bare = EVENTS / (time.perf_counter() - started)
        async with services.database.work(SYSTEM) as work:
            await work.run("delete from webhook_events")
        await _wait_for(services, ids)
        ours, memories = await _apply_all(services)
    return [
        row("100,000 status events applied ÷ a bare update of the same rows", ours, "events/s", bare),
        row("memory after applying 100,000 ÷ after the first 20,000", memories[-1], "MB", memories[0]),
    ]


async def _wait_for(services: Services, ids: Sequence[UUID]) -> None:
    async with services.database.work(SYSTEM) as work:
        await work.run(WAITING, ids=list(ids), kinds=list(KINDS), now=work.now)


async def _apply_all(services: Services) -> tuple[float, list[float]]:
    done, memories, started = 0, [], time.perf_counter()
    while True:
        async with services.database.work(SYSTEM) as work:
            applied = await apply_events(work)
        if not applied:
            break
        done += applied
        if done % 20_000 == 0:
            memories.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if done != EVENTS:
        raise RuntimeError(f"{done} events were applied")
    return done / (time.perf_counter() - started), memories
