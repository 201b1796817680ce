"""Lanes and transports over the test's database, in front of a provider that does as it is told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.postgres.database import Database
from adapters.settings import Settings
from adapters.traffic.lane import Lane
from adapters.traffic.redaction import Redaction
from adapters.traffic.request_log import RequestLog
from adapters.traffic.transport import GuardedTransport
from domain.work import SYSTEM


@dataclass
class World(httpx.AsyncBaseTransport):
    """Answers with ``status``, ``headers`` and ``body``, or raises ``error``; counts what reached it."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    error: Exception | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.error:
            raise self.error
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(content))


@dataclass
class Process:
    """One process's way to Zoom."""

    lane: Lane
    log: RequestLog
    client: httpx.AsyncClient

    async def get(self, path: str = "/v2/users/me") -> httpx.Response:
        return await self.client.get(path)


@dataclass
class Road:
    database: Database
    settings: Settings
    world: World = field(default_factory=World)
    processes: list[Process] = field(default_factory=list)

    def process(self, rate: float = 1_000, provider: str = "zoom", patience: float = 5.0) -> Process:
        lane = Lane(self.database, provider, provider.title(), rate, patience)
        log = RequestLog(self.database, Redaction(self.settings.secrets), [lane])
        transport = GuardedTransport(self.world, lane, log.keep, "api.zoom.us")
        client = httpx.AsyncClient(base_url="https://api.zoom.us", transport=transport)
        self.processes.append(Process(lane, log, client))
        return self.processes[-1]

    async def row(self, provider: str = "zoom") -> Any:
        async with self.database.work(SYSTEM) as work:
            return await work.row(
                "select *, now() as real_now from provider_traffic where provider = %(p)s", p=provider
            )

    async def set(self, what: str, provider: str = "zoom") -> None:
        async with self.database.work(SYSTEM) as work:
            await work.run(f"update provider_traffic set {what} where provider = %(p)s", p=provider)

    async def kept(self) -> list[Any]:
        for process in self.processes:
            await process.log.flush()
        async with self.database.work(SYSTEM) as work:
            return list(await work.rows("select * from provider_requests order by at"))


@pytest_asyncio.fixture
async def road(database: Database, settings: Settings) -> AsyncIterator[Road]:
    road = Road(database, settings)
    yield road
    for process in road.processes:
        await process.client.aclose()
        await process.log.close()


@pytest.fixture
def world(road: Road) -> World:
    return road.world
