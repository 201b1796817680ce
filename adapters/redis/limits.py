"""Limits on attempts, counted atomically across processes."""

import logging
import time
from collections.abc import Awaitable, Sequence
from typing import cast

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from domain.ports import Allowance

log = logging.getLogger(__name__)

KEPT_HERE = 50_000

# Count, and give the bucket its end of life in the same step: a crash in between must not leave one that never empties.
COUNT = """
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('expire', KEYS[1], ARGV[1]) end
return {count, redis.call('ttl', KEYS[1])}
"""


class RedisRateLimiter:
    """A fixed window per bucket. While Redis is away each process counts for itself."""

    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis
        self._own: dict[str, tuple[float, int]] = {}

    async def hit(self, bucket: str, *, limit: int, seconds: int) -> int:
        return (await self.take(bucket, limit=limit, seconds=seconds)).wait

    async def take(self, bucket: str, *, limit: int, seconds: int) -> Allowance:
        try:
            counted = self.redis.eval(COUNT, 1, f"gurudesk:limit:{bucket}", str(seconds))
            count, left = await cast(Awaitable[Sequence[int]], counted)
        except (RedisError, OSError) as error:
            log.warning("attempts counted without Redis: %s", type(error).__name__)
            count, left = self._count_here(bucket, seconds)
        return Allowance(limit, count, max(left, 1))

    def _count_here(self, bucket: str, seconds: int) -> tuple[int, int]:
        now = time.monotonic()
        until, count = self._own.pop(bucket, (0.0, 0))
        if until <= now:
            until, count = now + seconds, 0
        self._own[bucket] = (until, count + 1)
        if len(self._own) > KEPT_HERE:
            del self._own[next(iter(self._own))]  # the one that was hit the longest ago
        return count + 1, int(until - now)
