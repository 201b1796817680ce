"""The worker's sign of life, in Redis: when it was seen last, by Redis' own clock, since those of two machines may differ."""

import time
from collections.abc import Iterable
from typing import NamedTuple

from arq.connections import ArqRedis

PREFIX = "gurudesk:worker:heartbeat:"
KEPT = 60


class Beat(NamedTuple):
    """``seen_at`` is Redis' time, ``own_time`` what the worker's clock said then; both are seconds since 1970."""

    seen_at: float
    own_time: float


async def beat(redis: ArqRedis, worker: str) -> None:
    """Say that this worker is alive; forgotten after a minute."""
    seen_at = seconds(await redis.time())
    await redis.set(PREFIX + worker, f"{seen_at} {time.time()}", ex=KEPT)


async def forget(redis: ArqRedis, worker: str) -> None:
    """Say that this worker has stopped on purpose."""
    await redis.delete(PREFIX + worker)


async def heartbeat_age(redis: ArqRedis) -> float | None:
    """Return the seconds since any worker was last seen, or None."""
    keys = [key async for key in redis.scan_iter(match=PREFIX + "*", count=1000)]
    if not keys:
        return None
    async with redis.pipeline(transaction=False) as asked:
        asked.mget(keys)
        asked.time()
        values, now = await asked.execute()
    return age_of(values, seconds(now))


def age_of(values: Iterable[str | bytes | None], now: float) -> float | None:
    """Return the seconds since the last of these heartbeats, or None; ``now`` is Redis' time."""
    seen = [read_beat(value).seen_at for value in values if value]
    return max(now - max(seen), 0.0) if seen else None


def read_beat(value: str | bytes) -> Beat:
    """Return a heartbeat as it was kept."""
    seen_at, own_time = value.split()
    return Beat(float(seen_at), float(own_time))


def seconds(told: tuple[int, int]) -> float:
    """Return what Redis' TIME tells, which is seconds and microseconds, as seconds."""
    whole, micro = told
    return whole + micro / 1_000_000
