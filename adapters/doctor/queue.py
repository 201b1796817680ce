"""Redis and the worker."""

from collections.abc import Iterator

from redis import Redis
from redis.exceptions import RedisError

from adapters.doctor.finding import Finding, right, wrong
from adapters.redis.addresses import redis_url
from adapters.redis.heartbeat import PREFIX, age_of, seconds
from adapters.settings import Settings

OLDEST_HEARTBEAT = 30.0


def examine_queue(settings: Settings) -> Iterator[Finding]:
    try:
        with Redis.from_url(redis_url(settings), socket_timeout=5) as redis:
            version = redis.info("server")["redis_version"]
            names = list(redis.scan_iter(match=f"{PREFIX}*", count=1000))
            age = age_of(redis.mget(names), seconds(redis.time())) if names else None
    except (RedisError, OSError, ValueError) as error:
        yield wrong("Redis", f"It does not answer: {str(error).splitlines()[0]}")
        return
    yield right("Redis", f"Redis {version} answers.")
    yield _worker(age)


def _worker(age: float | None) -> Finding:
    if age is None:
        return wrong("Worker", "None is running: nothing is sent or imported. Start: gurudesk worker (or make run)")
    if age > OLDEST_HEARTBEAT:
        return wrong("Worker", f"Last seen {age:.0f} s ago. Look at its log, or start it again.")
    return right("Worker", f"Seen {max(age, 0):.0f} s ago.")
