"""Time that is jumped over gives what time that is lived gives: the same messages, the same states, the same moments."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from instamojo_wrapper import Instamojo

from adapters.arq.runner import Runner
from adapters.postgres.addresses import sandbox_url
from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.clock.moments import OUTSTANDING
from adapters.sandbox.database import SandboxDatabase
from adapters.settings import Settings
from domain.messaging.outbox import plan_call, plan_email, plan_whatsapp
from domain.work import SYSTEM
from tests.fixtures._ports import free_port
from tests.fixtures._serving import served, served_sandbox
from tests.fixtures.house import until
from tests.fixtures.services import Databases, make_settings
from web.app import create_app

PARAMS = {"first_name": "Asha", "course_title": "Data Analytics", "reason": "The batch is full."}
# A class of a minute that begins after a quarter of one, and the two minutes Zoom works on its recording, are the longest.
SPAN = timedelta(seconds=210)
STEP = timedelta(seconds=5)
# A step of the lived time, what it set off in turn, and a machine that is busy; a jump past a moment is minutes off.
NEAR = timedelta(seconds=20)
STAMPS = """
select 'event ' || e.kind || ' ' || m.email as what, e.due_at as at from events e join messages m on m.id = e.message_id
union all select 'told ' || c.provider || ' ' || c.kind || ' ' || coalesce(a.status::text, a.error), a.at
  from callback_attempts a join callbacks c on c.id = a.callback_id
union all select 'call ' || c.to_number || ' ' || s.status, s.at from call_steps s join calls c on c.id = s.call_id
union all select 'whatsapp read ' || phone, read_at from aisensy_messages
union all select 'meeting started', started_at from zoom_instances
union all select 'meeting ended', ended_at from zoom_instances
union all select 'recorded ' || file_type, ready_at from zoom_recording_files
"""
LOGS = """
select to_email || ' ' || state as what, array[sent_at, delivered_at] as moments from email_logs
union all select 'our whatsapp ' || to_phone, array[submitted_at, sent_at, delivered_at, read_at] from whatsapp_logs
union all select 'our call ' || to_phone, array[started_at, ended_at] from call_logs
"""


@asynccontextmanager
async def whole(settings: Settings) -> AsyncIterator[tuple[Any, SandboxDatabase]]:
    """Run web, worker and sandbox with the sandbox's delays."""
    app = create_app(settings)
    database = SandboxDatabase(sandbox_url(settings))
    async with served(app, settings.port), served_sandbox(settings):
        runner = Runner(app.state.services)
        worker = asyncio.create_task(sweeping(runner))
        yield app.state.services, database
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        await runner.stop()
    await database.close()


async def sweeping(runner: Runner) -> None:
    while True:
        await runner.sweep()
        await asyncio.sleep(0.1)


async def story(settings: Settings, services: Any) -> datetime:
    """Let things begin at every provider, and return when."""
    async with services.database.work(SYSTEM) as work:
        start: datetime = work.now
        for to, after in (("asha@example.com", 45), ("defer@example.com", 120)):
            due_at = start + timedelta(seconds=after)
            await plan_email(work, kind="rejection", to=to, key=to, params=PARAMS, due_at=due_at)
        ours = {"to": "+919845012346", "due_at": start + timedelta(seconds=20)}
        params = ["Asha", "Gurudesk", "no class today"]
        await plan_whatsapp(work, kind="single", template="announcement", params=params, key="w", **ours)
        await plan_call(work, kind="single", user_data={"name": "Asha", "message": "no class"}, key="c", **ours)
    message = {"apiKey": SANDBOX_VALUES["AISENSY_API_KEY"], "campaignName": "announcement", "userName": "Asha"}
    message |= {"destination": "+919845012345", "templateParams": ["Asha", "Gurudesk", "no class today"]}
    await asked(settings, "/aisensy/campaign/t1/api/v2", json=message)
    key = {"Authorization": f"Bearer {SANDBOX_VALUES['BOLNA_API_KEY']}"}
    call = {"agent_id": SANDBOX_VALUES["BOLNA_AGENT_ID"], "recipient_phone_number": "+919845012345"}
    await asked(settings, "/bolna/call", json=call, headers=key)
    shop = Instamojo(
        api_key=SANDBOX_VALUES["INSTAMOJO_API_KEY"],
        auth_token=SANDBOX_VALUES["INSTAMOJO_AUTH_TOKEN"],
        endpoint=settings.address("instamojo") + "/",
    )
    webhook = f"{settings.base_url}/webhooks/instamojo"
    made = await asyncio.to_thread(shop.payment_request_create, purpose="Seat", amount="5000.00", webhook=webhook)
    payer = {"buyer_name": "Asha", "email": "asha@example.com", "phone": "9845012345"}
    payment = {**payer, "method": "upi", "upi_id": "asha@upi", "outcome": "pay-and-close"}
    await asked(settings, f"/instamojo/@demo/{made['payment_request']['id']}", data=payment)
    await a_class(settings, start + timedelta(seconds=15))
    return start


async def a_class(settings: Settings, starts_at: datetime) -> None:
    """Plan a recorded class of one minute, which its host holds as planned."""
    app = (SANDBOX_VALUES["ZOOM_CLIENT_ID"], SANDBOX_VALUES["ZOOM_CLIENT_SECRET"])
    account = {"grant_type": "account_credentials", "account_id": SANDBOX_VALUES["ZOOM_ACCOUNT_ID"]}
    token = (await asked(settings, "/zoom/oauth/token", data=account, auth=app)).json()["access_token"]
    plan = {"topic": "Joins", "type": 2, "start_time": f"{starts_at:%Y-%m-%dT%H:%M:%SZ}", "duration": 1}
    plan |= {"settings": {"auto_recording": "cloud"}}
    await asked(settings, "/zoom/v2/users/me/meetings", json=plan, headers={"Authorization": f"Bearer {token}"})


async def asked(settings: Settings, path: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=settings.sandbox_url, trust_env=False) as client:
        answer = await client.post(path, **options)
    assert answer.status_code < 400, answer.text
    return answer


async def stamps(services: Any, database: SandboxDatabase, start: datetime) -> dict[str, list[timedelta]]:
    """Return everything that has happened by now, and how long after the start."""
    found: dict[str, list[timedelta]] = defaultdict(list)
    for row in await database.rows(
        f"select * from ({STAMPS}) every where at <= %(until)s order by at", until=start + SPAN
    ):
        found[row.what].append(row.at - start)
    async with services.database.work(SYSTEM) as work:
        for row in await work.rows(LOGS):
            found[row.what] += [moment - start for moment in row.moments if moment and moment <= start + SPAN]
    return found


async def settled(database: SandboxDatabase) -> None:
    async def nothing_left() -> bool:
        return not any(row.how_many for row in await database.rows(OUTSTANDING))

    await until(nothing_left)


async def lived(settings: Settings) -> dict[str, list[timedelta]]:
    async with whole(settings) as (services, database):
        start = await story(settings, services)
        while await database.now() < start + SPAN:
            await settled(database)
            await database.row("select advance_clock(%(step)s)", step=STEP)
        await settled(database)
        return await stamps(services, database, start)


async def jumped(settings: Settings) -> dict[str, list[timedelta]]:
    async with whole(settings) as (services, database):
        start = await story(settings, services)
        await asked(settings, "/clock.json", json={"to": (start + SPAN).isoformat()})

        async def is_done() -> bool:
            state = (await database.row("select state, reason from clock_moves"))[0]
            assert state in ("running", "done"), state
            return bool(state == "done")

        await until(is_done, 60)
        return await stamps(services, database, start)


@pytest.fixture
def settings(databases: Databases, redis_address: str, tmp_path: Any) -> Any:
    def make(name: str) -> Settings:
        databases.drop(name)
        ports = {"port": free_port(), "sandbox_port": free_port(), "lease_seconds": 30.0, "sandbox_delays": True}
        return make_settings(databases.clone(name), redis_address, tmp_path, **ports)

    yield make
    for name in ("gurudesk_lived", "gurudesk_jumped"):
        databases.drop(name)


async def test_a_span_that_is_jumped_gives_what_the_same_span_lived_gives(settings: Any) -> None:
    slowly = await lived(settings("gurudesk_lived"))
    quickly = await jumped(settings("gurudesk_jumped"))
    assert {"asha@example.com delivered", "defer@example.com delivered"} <= set(quickly)
    assert {"call +919845012345 in-progress", "whatsapp read 919845012345"} <= set(quickly)
    assert {"meeting started", "meeting ended", "recorded MP4", "told zoom recording.completed 200"} <= set(quickly)
    assert {len(quickly[what]) for what in ("our whatsapp +919845012346", "our call +919845012346")} == {4, 2}
    assert {
        what: (quickly[what], slowly[what]) for what in {*quickly, *slowly} if strays(quickly[what], slowly[what])
    } == {}


def strays(some: list[timedelta], others: list[timedelta]) -> bool:
    """Say whether two runs differ: in a moment, or in a thing that did not happen just at the end of the span."""
    less, more = sorted((some, others), key=len)
    is_far = any(abs(one - other) > NEAR for one, other in zip(less, more, strict=False))
    return is_far or any(moment < SPAN - NEAR for moment in more[len(less) :])
