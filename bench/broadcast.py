"""A broadcast of an e-mail to 50,000 people: written, and drained into the sandbox by one worker."""

import asyncio
import resource
import time
from uuid import UUID, uuid4

from adapters.arq.runner import Runner
from adapters.bootstrap import Services, open_services
from adapters.settings import Settings
from bench.cta_emails import bare_loop
from bench.ground import Row, ground, row
from bench.processes import component, free_port
from domain.broadcasts.broadcast import Audience, Message
from domain.broadcasts.drafting import create_draft, write_message
from domain.broadcasts.starting import confirm_broadcast
from domain.leads.filters import LeadFilter
from domain.work import SYSTEM, Work

COUNT = 50_000
FEW = 10_000
LETTER = Message(subject="Hello {{first_name}}", body="Dear {{name}},\n\nthere is no class on Monday.\n\nWarmly")

LEADS = """
with fresh as (
  insert into people (name, email, created_at, updated_at)
  select 'Person ' || n, %(prefix)s || n || '@example.com', %(now)s, %(now)s
    from generate_series(1, %(count)s::int) n returning id
)
insert into imported_leads (person_id, source, created_at) select id, %(prefix)s, %(now)s from fresh
"""


def measure() -> list[Row]:
    """Return how fast it is written and drained, with the rate of a bare httpx loop beside."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings, component("sandbox", settings):
        return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> list[Row]:
    async with open_services(settings) as services:
        runner = Runner(services)
        await _written(services, runner, "few", FEW)
        bare = FEW / await bare_loop(services, runner)
        started = time.perf_counter()
        broadcast_id = await _written(services, runner, "many", COUNT)
        writing = time.perf_counter() - started
        seconds = await _drained(services, runner, broadcast_id)
        await runner.stop()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        row("drain of a broadcast to 50,000 ÷ a bare httpx loop", COUNT / seconds, "messages/s", bare),
        row("writing the 50,000 messages of a broadcast", writing, "s"),
        row("memory of the worker after it", memory, "MB"),
    ]


async def _written(services: Services, runner: Runner, prefix: str, count: int) -> UUID:
    """Confirm a broadcast to fresh leads and let its deliveries be written, without sending them."""
    async with services.database.work(SYSTEM) as work:
        await _pause(work, "true")
        await work.run(LEADS, prefix=prefix, count=count, now=work.now)
        audience = Audience("leads", leads=LeadFilter(source=prefix))
        broadcast_id = await create_draft(work, uuid4(), prefix, "email", audience, is_marketing=True)
        await write_message(work, broadcast_id, LETTER)
        await confirm_broadcast(work, broadcast_id, count)
    while await _count(services, broadcast_id, "true") < count:
        await runner.sweep()
        await asyncio.sleep(0.05)
    await runner.idle()
    async with services.database.work(SYSTEM) as work:
        await _pause(work, "false")
    return broadcast_id


async def _drained(services: Services, runner: Runner, broadcast_id: UUID) -> float:
    started = time.perf_counter()
    while await _count(services, broadcast_id, "state = 'sent'") < COUNT:
        await runner.sweep()
        await asyncio.sleep(0.05)
    return time.perf_counter() - started


async def _pause(work: Work, value: str) -> None:
    await work.run("update business_settings set value = %(value)s::jsonb where key = 'sending_paused'", value=value)


async def _count(services: Services, broadcast_id: UUID, condition: str) -> int:
    async with services.database.work(SYSTEM) as work:
        sql = f"select count(*) from deliveries where broadcast_id = %(id)s and {condition}"
        count: int = await work.value(sql, id=broadcast_id)
        return count
