"""Asks the running parts whether they are ready. Each returns what is still missing, empty when nothing is."""

import json
import urllib.error
import urllib.request
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from adapters.redis.addresses import redis_url
from adapters.redis.heartbeat import PREFIX, age_of, seconds
from adapters.settings import Settings

# Never through a proxy: we ask our own machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def http_problem(url: str) -> str:
    """Ask a /health/ready page."""
    try:
        with _opener.open(url, timeout=2):
            return ""
    except urllib.error.HTTPError as error:
        return _failing_parts(error.read())
    except OSError:
        return "it does not answer yet"


def _failing_parts(body: bytes) -> str:
    try:
        parts: dict[str, Any] = json.loads(body)
    except ValueError:
        return "it answers with an error"
    wrong = [f"{name}: {state}" for name, state in parts.items() if name not in ("status", "seconds") and state != "ok"]
    return "; ".join(wrong) or "it answers with an error"


def worker_problem(settings: Settings, within: float) -> str:
    """Look for a heartbeat of the last ``within`` seconds."""
    try:
        with Redis.from_url(redis_url(settings), socket_timeout=2) as redis:
            names = list(redis.scan_iter(match=f"{PREFIX}*", count=1000))
            age = age_of(redis.mget(names), seconds(redis.time())) if names else None
    except (RedisError, OSError):
        return "Redis does not answer"
    return "no heartbeat yet" if age is None or age > within else ""
