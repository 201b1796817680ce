"""500 open live streams on one web process: how long from a commit to its event on each, and the memory of a stream."""

import asyncio
import hashlib
import time
from contextlib import suppress
from uuid import uuid4

import psutil
from redis.asyncio import Redis

from adapters.bootstrap import Services, open_services
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.processes import component, free_port, memory
from domain.accounts.sign_ins import Browser, open_sign_in
from domain.work import SYSTEM

STREAMS = 500
COMMITS = 40


def measure() -> list[Row]:
    """Return p99 and memory; the baseline is as many subscribers of bare Redis publish/subscribe in this process."""
    with ground(port=free_port(), sandbox_port=free_port()) as settings, component("web", settings) as web:
        return asyncio.run(_measure(settings, web))


async def _measure(settings: Settings, web: psutil.Process) -> list[Row]:
    async with open_services(settings) as services:
        cookie = await _signed_in(services)
        before = memory(web)
        received: dict[str, list[float]] = {}
        streams = [await _Stream.open(settings.port, cookie, received) for _ in range(STREAMS)]
        await asyncio.sleep(1)
        per_stream = (memory(web) - before) / STREAMS / 1024
        latencies = [
            late for number in range(COMMITS) for late in await _one_commit(services, f"bench-{number}", received)
        ]
        for stream in streams:
            stream.close()
        bare = await _bare(services.redis)
    return [
        row("500 live streams, p99 from commit to event", _p99(latencies) * 1000, "ms", _p99(bare) * 1000),
        row("memory of a live stream", per_stream, "KB"),
    ]


async def _signed_in(services: Services) -> str:
    person = uuid4()
    async with services.database.work(SYSTEM) as work:
        values = {"id": person, "now": work.now}
        await work.run(
            "insert into people (id, name, email, created_at, updated_at)"
            " values (%(id)s, 'Bench', 'bench@example.com', %(now)s, %(now)s)",
            **values,
        )
        await work.run(
            "insert into profiles (person_id, role, created_at, updated_at) values (%(id)s, 'admin', %(now)s, %(now)s)",
            **values,
        )
        return await open_sign_in(work, person, Browser("127.0.0.1", "bench"))


class _Stream:
    """One open page."""

    def __init__(self, writer: asyncio.StreamWriter, task: asyncio.Task[None]) -> None:
        self.writer = writer
        self.task = task

    @classmethod
    async def open(cls, port: int, cookie: str, received: dict[str, list[float]]) -> "_Stream":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: gurudesk_sign_in={cookie}\r\n\r\n"
        writer.write(head.encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"the stream was refused: {status!r}")
        return cls(writer, asyncio.create_task(cls._read(reader, received)))

    @staticmethod
    async def _read(reader: asyncio.StreamReader, received: dict[str, list[float]]) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                if line.startswith(b"event: bench-"):
                    received.setdefault(line[7:].decode().strip(), []).append(time.perf_counter())

    def close(self) -> None:
        self.task.cancel()
        self.writer.close()


async def _one_commit(services: Services, topic: str, received: dict[str, list[float]]) -> list[float]:
    async with services.database.work(SYSTEM) as work:
        work.signal(topic)
        started = time.perf_counter()  # the commit is part of what is measured
    deadline = started + 10
    while len(received.get(topic, ())) < STREAMS and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    arrived = received.get(topic, [])
    if len(arrived) < STREAMS:
        raise RuntimeError(f"{STREAMS - len(arrived)} streams heard nothing of {topic}")
    return [moment - started for moment in arrived]


async def _bare(redis: Redis) -> list[float]:
    """Publish over Redis to 500 queues of this process, nothing in between."""
    late: list[float] = []
    queues: list[asyncio.Queue[float]] = [asyncio.Queue() for _ in range(STREAMS)]

    async def listen(queue: asyncio.Queue[float]) -> None:
        while True:
            began = await queue.get()
            late.append(time.perf_counter() - began)

    tasks = [asyncio.create_task(listen(queue)) for queue in queues]
    async with redis.pubsub() as pubsub:
        await pubsub.subscribe("bench")
        for _ in range(COMMITS):
            started = time.perf_counter()
            await redis.publish("bench", hashlib.sha256(str(started).encode()).hexdigest())
            while not await pubsub.get_message(ignore_subscribe_messages=True, timeout=1):
                pass
            for queue in queues:
                queue.put_nowait(started)
            await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    return late


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
