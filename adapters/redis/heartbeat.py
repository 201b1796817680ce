"""The worker's sign of life, in Redis."""

import time

from arq.connections import ArqRedis

PREFIX = "gurudesk:worker:heartbeat:"
KEPT = 60


async def beat(redis: ArqRedis, worker: str) -> None:
    """Say that this worker is alive; forgotten after a minute."""
    await redis.set(PREFIX + worker, str(time.time()), ex=KEPT)


async def forget(redis: ArqRedis, worker: str) -> None:
    """Say that this worker has stopped on purpose."""
    await redis.delete(PREFIX + worker)


async def heartbeat_age(redis: ArqRedis) -> float | None:
    """Return the seconds since any worker was last seen, or None."""
    keys = [key async for key in redis.scan_iter(match=PREFIX + "*", count=1000)]
    if not keys:
        return None
    seen = [float(value) for value in await redis.mget(keys) if value]
    return max(time.time() - max(seen), 0.0) if seen else None
