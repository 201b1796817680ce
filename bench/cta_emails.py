"""10,000 CTA e-mails into the sandbox, against a bare httpx loop that posts the same bodies."""

import asyncio
import time
from uuid import UUID, uuid4

import httpx

from adapters.arq.runner import Runner
from adapters.bootstrap import Services, open_services
from adapters.sendgrid.mail import mail_body
from adapters.settings import SANDBOX_SENDGRID_KEY, Settings
from bench.ground import Row, ground, row
from bench.processes import component, free_port
from domain.automation.steps import plan_step
from domain.messaging.sending import Batch, claim_batch
from domain.work import SYSTEM

COUNT = 10_000

LEADS = """
with fresh as (
  insert into people (name, email, created_at, updated_at)
  select 'Person ' || n, %(prefix)s || n || '@example.com', %(now)s, %(now)s from generate_series(1, %(count)s) n returning id
), leads as (
  insert into imported_leads (person_id, created_at) select id, %(now)s from fresh
), course as (
  insert into courses (slug, title, summary, is_published, created_at, updated_at)
  values (%(prefix)s, 'Data Analytics', 'Twelve weeks, live, on weekends.', true, %(now)s, %(now)s) returning id
)
insert into lead_campaigns (id, name, course_id, recipients, recipient_count, created_at)
select %(campaign)s, 'Bench', course.id, (select array_agg(id) from fresh), %(count)s, %(now)s from course
"""


def measure() -> list[Row]:
    """Return messages a second, with the baseline's."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings, component("sandbox", settings):
        return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> list[Row]:
    async with open_services(settings) as services:
        runner = Runner(services)
        await _plan(services, runner, "first")
        bare = COUNT / await bare_loop(services, runner)
        campaign = await _plan(services, runner, "second")
        ours = COUNT / await _ours(services, runner, campaign)
        await runner.stop()
    return [row("CTA e-mails into the sandbox ÷ a bare httpx loop", ours, "messages/s", bare)]


async def _plan(services: Services, runner: Runner, prefix: str) -> UUID:
    """Write a campaign's deliveries down without sending them."""
    campaign = uuid4()
    async with services.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
        await work.run(LEADS, prefix=prefix, count=COUNT, campaign=campaign, now=work.now)
        await plan_step(work, "plan_campaign", campaign, key=prefix)
    while await _count(services, campaign, "true") < COUNT:
        await runner.sweep()
        await asyncio.sleep(0.05)
    await runner.idle()
    async with services.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'false' where key = 'sending_paused'")
    return campaign


async def bare_loop(services: Services, runner: Runner) -> float:
    """Take the very requests that would leave, and post them one after the other with httpx alone."""
    bodies = []
    while True:
        async with services.database.work(SYSTEM) as work:
            batch = await claim_batch(work, runner.composer, lease_seconds=3600)
        if not isinstance(batch, Batch):
            break
        bodies.append(mail_body(batch.message))
    headers = {"Authorization": f"Bearer {SANDBOX_SENDGRID_KEY}", "Content-Type": "application/json"}
    url = f"{services.settings.sandbox_url}/sendgrid/v3/mail/send"
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        started = time.perf_counter()
        for body in bodies:
            (await client.post(url, content=body)).raise_for_status()
        return time.perf_counter() - started


async def _ours(services: Services, runner: Runner, campaign: UUID) -> float:
    started = time.perf_counter()
    while await _count(services, campaign, "state = 'sent'") < COUNT:
        await runner.sweep()
        await asyncio.sleep(0.02)
    return time.perf_counter() - started


async def _count(services: Services, campaign: UUID, condition: str) -> int:
    async with services.database.work(SYSTEM) as work:
        sql = f"select count(*) from deliveries where campaign_id = %(id)s and {condition}"
        count: int = await work.value(sql, id=campaign)
        return count
