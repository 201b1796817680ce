"""The worker process: arq ticks it every second and whenever the web process nudges; Postgres says what there is to do."""

import asyncio
import logging
import os
import signal
import socket
from contextlib import suppress
from datetime import UTC
from typing import Any

import msgspec
from arq.cron import cron
from arq.worker import Worker, func
from redis.exceptions import RedisError

from adapters.arq.runner import Runner
from adapters.bootstrap import open_redis, open_services
from adapters.redis.heartbeat import beat, forget
from adapters.settings import Settings

log = logging.getLogger(__name__)

BEAT_EVERY = 5.0
# Where the cores are too few for both, who waits for a page goes before what nobody waits for.
NICENESS = 10


def run(settings: Settings) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    os.nice(NICENESS)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    # Who stands still for longer than a lease has lost it, and must not keep from others what it has locked.
    async with open_services(settings, idle=settings.lease_seconds) as services:
        runner = Runner(services)
        tasks = [asyncio.create_task(_tick(settings, runner)), asyncio.create_task(_beat(settings))]
        await stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.stop()


async def sweep(ctx: dict[Any, Any]) -> None:
    """Start what is due. Safe to run twice, late, or beside another sweep."""
    await ctx["runner"].sweep()


async def _tick(settings: Settings, runner: Runner) -> None:
    """Let arq tick. While Redis is away arq ends, and the sweeps go on without it."""
    while True:
        redis = open_redis(settings)
        worker = Worker(
            functions=[func(sweep, keep_result=0, timeout=30, max_tries=1)],
            cron_jobs=[cron(sweep, name="tick", second=set(range(60)), keep_result=0, timeout=30, max_tries=1)],
            redis_pool=redis,
            ctx={"runner": runner},
            handle_signals=False,
            poll_delay=0.1,
            max_jobs=4,
            job_timeout=30,
            keep_result=0,
            health_check_interval=60,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
            timezone=UTC,
            log_results=False,
        )
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            log.warning("Redis is away (%s); sweeping without it", type(error).__name__)
        finally:
            await _close(worker)
        await _sweep_alone(runner)
        await asyncio.sleep(1)


async def _close(worker: Worker) -> None:
    for task in worker.tasks.values():
        task.cancel()
    with suppress(RedisError, OSError):
        await worker.pool.aclose()


async def _sweep_alone(runner: Runner) -> None:
    try:
        await runner.sweep()
    except Exception as error:
        log.warning("sweep failed: %s", type(error).__name__)


async def _beat(settings: Settings) -> None:
    name = f"{socket.gethostname()}:{os.getpid()}"
    redis = open_redis(settings)
    try:
        while True:
            with suppress(RedisError, OSError):
                await beat(redis, name)
            await asyncio.sleep(BEAT_EVERY)
    finally:
        with suppress(RedisError, OSError):
            await forget(redis, name)
        await redis.aclose()
