"""Whether this process lives, and whether everything it needs is ready."""

import time
from typing import Any

from litestar import Controller, Request, Response, get

from adapters.postgres.migrate import at_head
from adapters.redis.heartbeat import heartbeat_age
from web.work import services_of

OLDEST_HEARTBEAT = 30.0


class HealthController(Controller):
    path = "/health"
    opt = {"audience": "infrastructure", "no_shell": True}

    @get("/live")
    async def live(self) -> dict[str, str]:
        return {"status": "ok"}

    @get("/ready")
    async def ready(self, request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        started = time.monotonic()
        services = services_of(request)
        parts = {
            "database": await _works(_database_answers(services)),
            "migrations": await _works(_migrated(services)),
            "redis": await _works(services.redis.ping()),
            "worker": await _works(_worker_beats(services)),
        }
        ok = all(part == "ok" for part in parts.values())
        body = {"status": "ok" if ok else "unavailable", **parts, "seconds": round(time.monotonic() - started, 3)}
        return Response(body, status_code=200 if ok else 503)


async def _works(check: Any) -> str:
    try:
        problem = await check
    except Exception as error:
        return type(error).__name__
    return "ok" if problem in (True, None) else str(problem)


async def _database_answers(services: Any) -> None:
    async with services.database.work():
        pass


async def _migrated(services: Any) -> str | None:
    async with services.database.work() as work:
        return None if await at_head(work.connection.raw) else "the database is not at the version of this program"


async def _worker_beats(services: Any) -> str | None:
    age = await heartbeat_age(services.redis)
    if age is None:
        return "no worker has been seen"
    return None if age < OLDEST_HEARTBEAT else f"last seen {age:.0f} s ago"
