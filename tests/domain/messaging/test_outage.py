"""A provider that is down for an hour: nothing is lost, nobody hammers it, everybody can see it, and then all leaves."""

import httpx
import pytest

from adapters.arq.runner import Runner
from adapters.bootstrap import open_services
from domain.dashboard.reading import read_dashboard
from domain.integrations.states import THRESHOLD, breaker_of
from domain.messaging.outbox import plan_email
from domain.messaging.sending.settling import MOST_ATTEMPTS
from domain.work import SYSTEM
from tests.fixtures._ports import free_port
from tests.fixtures._serving import served_sandbox
from tests.fixtures.cast import BEN
from tests.fixtures.house import House

PARAMS = {"first_name": "Someone", "course_title": "Data Analytics", "reason": "The batch is full."}
PEOPLE = [f"person-{number}@example.test" for number in range(4)]


@pytest.fixture
def settings(settings):
    ports = {"port": free_port(), "sandbox_port": free_port(), "lease_seconds": 30.0}
    return settings.model_copy(update=ports)


@pytest.fixture
async def runner(settings, cast):
    """A worker whose provider cannot be reached: the sandbox does not run yet."""
    async with open_services(settings) as services:
        runner = Runner(services)
        yield runner
        await runner.stop()


async def run_due(runner):
    await runner.sweep()
    await runner.idle()


async def minutes_pass(runner):
    """Let everything that waits for its moment be due; what is held back still is."""
    async with runner.database.work(SYSTEM) as work:
        await work.run("update provider_traffic set opened_until = now() where opened_until > now()")
        await work.run("update deliveries set retry_at = now() where retry_at > now()")
    runner.services.traffic.lanes["sendgrid"].forget()


async def deliveries(runner):
    async with runner.database.work(SYSTEM) as work:
        return await work.rows("select state, attempt, reason from deliveries order by to_address")


async def traffic(runner):
    async with runner.database.work(SYSTEM) as work:
        return await work.row("select *, now() as real_now from provider_traffic where provider = 'sendgrid'")


async def concerns(runner):
    async with runner.database.work(BEN.identity) as work:
        return [concern.text for concern in (await read_dashboard(work, 0.0)).attention]


async def test_an_hour_without_the_provider_loses_nothing_and_is_seen(runner, settings):
    async with runner.database.work(SYSTEM) as work:
        for number, address in enumerate(PEOPLE):
            await plan_email(work, kind="rejection", to=address, name="S", key=f"k{number}", params=PARAMS)
    while breaker_of(await traffic(runner)) != "open":
        await run_due(runner)
        async with runner.database.work(SYSTEM) as work:
            await work.run("update deliveries set retry_at = now() where retry_at > now()")
    assert any("SendGrid does not answer" in text for text in await concerns(runner))

    before = await deliveries(runner)
    async with runner.database.work(SYSTEM) as work:
        await work.run("update deliveries set retry_at = now()")
    await run_due(runner)
    assert [tuple(row) for row in await deliveries(runner)] == [tuple(row) for row in before]  # nothing is even claimed

    for _minute in range(MOST_ATTEMPTS * len(PEOPLE)):
        await minutes_pass(runner)
        await run_due(runner)
    # Each minute somebody tried, and nobody's attempts are used up.
    assert (await traffic(runner)).failures >= THRESHOLD + MOST_ATTEMPTS
    waiting = await deliveries(runner)
    assert {row.state for row in waiting} <= {"pending", "retry"}
    assert sum(row.attempt for row in waiting) <= THRESHOLD + 4

    async with served_sandbox(settings):
        while {row.state for row in await deliveries(runner)} != {"sent"}:
            await minutes_pass(runner)
            await run_due(runner)
        async with httpx.AsyncClient(base_url=settings.sandbox_url) as sandbox:
            house = House(settings, None, runner.services, runner, sandbox)
            assert [len(await house.mailbox(address)) for address in PEOPLE] == [1] * len(PEOPLE)
    assert breaker_of(await traffic(runner)) == "closed"
    assert not any("SendGrid" in text for text in await concerns(runner))
