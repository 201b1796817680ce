"""Limits on attempts, with Redis and without it."""

import pytest
from arq.connections import ArqRedis

from adapters.redis.limits import KEPT_HERE, RedisRateLimiter
from tests.fixtures.house import until


@pytest.fixture(params=["with Redis", "while Redis is away"])
async def limiter(request, redis_address):
    away = "unix:///nowhere/redis.sock"
    redis = ArqRedis.from_url(redis_address if request.param == "with Redis" else away)
    yield RedisRateLimiter(redis)
    await redis.aclose()


async def test_attempts_beyond_the_limit_wait_for_the_end_of_the_window(limiter):
    waits = [await limiter.hit("sign_in:account:asha", limit=3, seconds=60) for _attempt in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert all(0 < wait <= 60 for wait in waits[3:])
    assert await limiter.hit("sign_in:account:ben", limit=3, seconds=60) == 0


async def test_what_is_left_is_told(limiter):
    taken = [await limiter.take("api:ben", limit=2, seconds=60) for _attempt in range(3)]
    assert [allowance.left for allowance in taken] == [1, 0, 0]
    assert [bool(allowance.wait) for allowance in taken] == [False, False, True]
    assert all(0 < allowance.seconds <= 60 for allowance in taken)


async def test_a_window_that_is_over_begins_anew(limiter):
    assert await limiter.hit("short", limit=1, seconds=1) == 0
    await until(lambda: begun_anew(limiter))


async def begun_anew(limiter):
    return await limiter.hit("short", limit=1, seconds=1) == 0


async def test_counting_without_redis_does_not_fill_the_memory(limiter):
    for number in range(KEPT_HERE + 10):
        limiter._count_here(str(number), 60)
    assert len(limiter._own) == KEPT_HERE
