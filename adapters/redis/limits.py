"""Limits on attempts, counted atomically across processes."""

import logging
from collections.abc import Awaitable
from typing import cast

from arq.connections import ArqRedis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Count, and give the bucket its end of life in the same step: a crash in between must not leave one that never empties.
COUNT = """
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('expire', KEYS[1], ARGV[2]) end
if count > tonumber(ARGV[1]) then return math.max(redis.call('ttl', KEYS[1]), 1) end
return 0
"""


class RedisRateLimiter:
    """A fixed window per bucket. While Redis is away attempts are let through: passwords are still checked."""

    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis

    async def hit(self, bucket: str, *, limit: int, seconds: int) -> int:
        try:
            counted = self.redis.eval(COUNT, 1, f"gurudesk:limit:{bucket}", str(limit), str(seconds))
            return int(await cast(Awaitable[str], counted))
        except (RedisError, OSError) as error:
            log.warning("attempts not counted: %s", type(error).__name__)
            return 0
