"""Workers killed with -9 and Redis flushed in the middle of the work: nothing is lost, nothing happens twice."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from redis import Redis

from adapters.bootstrap import Services, open_services
from adapters.embedded.places import places
from adapters.settings import Settings
from domain.campaigns.starting import NewCampaign, start_campaign
from domain.leads.filters import LeadFilter
from domain.leads.imports import add_import, check_import, start_import
from domain.work import SYSTEM
from tests.fixtures.house import until
from tests.fixtures.launcher import Launch, Launcher

ROWS = 20_000
RECIPIENTS = 2_000
MESSAGES = "select count(*) || ' to ' || count(distinct lower(email)) from sandbox.messages"


@asynccontextmanager
async def services_of(launch: Launch) -> AsyncIterator[Services]:
    settings = Settings(_env_file=None, data_dir=launch.data_dir, port=launch.port, sandbox_port=launch.sandbox_port)
    async with open_services(settings) as services:
        yield services


def kill_worker_and_flush_redis(launch: Launch) -> None:
    os.kill(launch.child("worker"), signal.SIGKILL)
    with Redis(unix_socket_path=str(places(launch.data_dir).redis_socket)) as redis:
        redis.flushall()


def asking(launch: Launch, statement: str) -> Callable[[], Awaitable[object]]:
    async def ask() -> object:
        return launch.ask(statement)

    return ask


async def killed_when(launch: Launch, statement: str) -> None:
    """Kill the worker the moment the statement becomes true."""
    await until(asking(launch, statement), seconds=60)
    kill_worker_and_flush_redis(launch)


async def import_leads(services: Services, path: Path) -> None:
    stored = services.settings.data_dir / "files" / "imports" / "leads"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(path.read_bytes())
    async with services.database.work(SYSTEM) as work:
        lead_import = await add_import(work, stored, path.name, "imports/leads")
        await check_import(work, lead_import.id, lead_import.columns, lead_import.options)
    await until_state(services, "checked")
    async with services.database.work(SYSTEM) as work:
        await start_import(work, lead_import.id)


async def until_state(services: Services, state: str) -> None:
    async def reached() -> bool:
        async with services.database.work(SYSTEM) as work:
            return bool(await work.value("select state from lead_imports") == state)

    await until(reached, seconds=60)


async def start_cta(services: Services, count: int) -> None:
    course_id = uuid4()
    async with services.database.work(SYSTEM) as work:
        await work.run(
            "insert into courses (id, slug, title, is_published, created_at, updated_at)"
            " values (%(id)s, 'data', 'Data Analytics', true, %(now)s, %(now)s)",
            id=course_id,
            now=work.now,
        )
        assert await start_campaign(work, NewCampaign(uuid4(), "CTA", course_id, LeadFilter(), count))


def write_file(path: Path, rows: int) -> Path:
    lines = (f"Person {number},p{number}@example.com,{6_000_000_000 + number}" for number in range(rows))
    path.write_text("name,email,phone\n" + "\n".join(lines))
    return path


async def test_an_import_whose_worker_is_killed_twice_makes_each_row_exactly_one_lead(
    launcher: Launcher, tmp_path: Path
) -> None:
    launch = launcher(GURUDESK_LEASE_SECONDS="2").ready()
    async with services_of(launch) as services:
        await import_leads(services, write_file(tmp_path / "leads.csv", ROWS))
        await killed_when(launch, "select rows_done > 0 from lead_imports")
        await killed_when(launch, f"select rows_done > {ROWS // 2} from lead_imports")
        await until_state(services, "done")
    assert launch.ask("select count(*) from imported_leads") == ROWS
    assert launch.ask("select count(*) from people where import_id is not null") == ROWS
    assert launch.ask("select created_count || ' of ' || rows_done from lead_imports") == f"{ROWS} of {ROWS}"


async def test_a_cta_send_whose_worker_is_killed_reaches_every_recipient_exactly_once(
    launcher: Launcher, tmp_path: Path
) -> None:
    launch = launcher(GURUDESK_LEASE_SECONDS="2", GURUDESK_LOOKUP_DELAY_SECONDS="0").ready()
    async with services_of(launch) as services:
        await import_leads(services, write_file(tmp_path / "leads.csv", RECIPIENTS))
        await until_state(services, "done")
        await start_cta(services, RECIPIENTS)
        await killed_when(launch, "select exists (select from deliveries where state = 'sending')")
        await killed_when(
            launch,
            "select exists (select from deliveries where state = 'sending' and attempt > 1)"
            " or exists (select from sandbox.messages)",
        )
        waiting = "select not exists (select from deliveries where state <> 'sent') and count(*) > 0 from deliveries"
        await until(asking(launch, waiting), seconds=90)
        await asyncio.sleep(2)  # a second copy would leave with the sweeps that follow
    assert launch.ask(MESSAGES) == f"{RECIPIENTS} to {RECIPIENTS}"
    assert launch.ask("select count(*) from imported_leads where status = 'emailed'") == RECIPIENTS
