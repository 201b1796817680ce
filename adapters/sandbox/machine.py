"""What programs ask the sandbox: messages, journal, faults and health, as JSON."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromQuery

from adapters.sandbox.callback_log import Which, find_callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import requests_of
from adapters.sandbox.mailbox.messages import Filter, find_messages
from adapters.sandbox.rates import Rates
from adapters.sandbox.rendering import from_own_pages
from adapters.sandbox.sendgrid.answers import as_json
from adapters.sandbox.sendgrid.bodies import json_object

MOST = 10_000


class MachineController(Controller):
    path = "/"
    guards = [from_own_pages]

    @get("/health/live", sync_to_thread=False)
    def live(self) -> Response[bytes]:
        return as_json({"status": "ok"})

    @get("/health/ready")
    async def ready(self, database: NamedDependency[SandboxDatabase]) -> Response[bytes]:
        """Say whether the database answers, in the words of web's own: the sandbox needs nothing else."""
        try:
            await database.row("select 1 from events limit 1")
        except Exception as error:
            return as_json({"status": "unavailable", "database": type(error).__name__}, 503)
        return as_json({"status": "ok", "database": "ok"})

    @get("/mailbox.json")
    async def mailbox(
        self,
        database: NamedDependency[SandboxDatabase],
        to: FromQuery[str | None] = None,
        since: FromQuery[str | None] = None,
        category: FromQuery[str | None] = None,
        limit: FromQuery[int] = 100,
        brief: FromQuery[bool] = False,
    ) -> Response[bytes]:
        """Return messages, newest first. ``since`` is an id (messages after it) or a moment; ``brief`` leaves out the text."""
        after, moment = _since(since)
        which = Filter(to=to, category=category, after=after, since=moment)
        messages = await find_messages(database, which, limit=min(max(limit, 1), MOST))
        return as_json([message.summary() if brief else message.whole() for message in messages])

    @get("/journal.json")
    async def journal(
        self,
        database: NamedDependency[SandboxDatabase],
        provider: FromQuery[str | None] = None,
        since: FromQuery[str | None] = None,
        path: FromQuery[str | None] = None,
        limit: FromQuery[int] = 100,
    ) -> Response[bytes]:
        """Return requests, newest first. ``since`` is an id (requests after it) or a moment."""
        return await journal_told(database, provider, since, path, limit)

    @get("/callbacks.json")
    async def callbacks(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        provider: FromQuery[str | None] = None,
        since: FromQuery[str | None] = None,
        limit: FromQuery[int] = 100,
    ) -> Response[bytes]:
        """Return what was called back about, newest first, each with its attempts. ``since`` is a moment of business time."""
        _, moment = _since(since)
        which = Which(provider or None, request.query_params.get("state") or None, moment)
        return as_json(await find_callbacks(database, which, limit=min(max(limit, 1), MOST)))

    @get("/faults.json")
    async def faults(self, faults: NamedDependency[Faults]) -> Response[bytes]:
        return as_json(await faults.planned())

    @post("/faults.json")
    async def plan_fault(self, request: Request[Any, Any, Any], faults: NamedDependency[Faults]) -> Response[bytes]:
        """Let the next ``count`` requests to ``provider`` fail as ``kind``; ``seconds`` is how slow a slow one is."""
        body = await json_object(request)
        try:
            count, seconds = int(body.get("count", 1)), body.get("seconds")
            seconds = None if seconds is None else float(seconds)
            if not 0 < count <= MOST:
                raise ValueError(f"count is a number from 1 to {MOST}.")
            await faults.plan(str(body.get("provider", "sendgrid")), str(body.get("kind")), count, seconds)
        except (TypeError, ValueError) as error:
            raise ValidationException(str(error)) from error
        return as_json(await faults.planned(), 201)

    @delete("/faults.json", status_code=200)
    async def clear_faults(self, faults: NamedDependency[Faults]) -> Response[bytes]:
        await faults.clear()
        return as_json([])

    @get("/failure-rates.json", sync_to_thread=False)
    def rates(self, rates: NamedDependency[Rates]) -> Response[bytes]:
        return as_json(rates.told())

    @post("/failure-rates.json", status_code=200)
    async def set_rate(self, request: Request[Any, Any, Any], rates: NamedDependency[Rates]) -> Response[bytes]:
        """Let a share of what ``provider`` (all without) is asked fail: ``rate`` from 0 to 1, and ``seed`` to have it again."""
        body = await json_object(request)
        try:
            for provider in [str(body["provider"])] if "provider" in body else list(rates.chances):
                before = rates.told().get(provider, {"rate": 0, "seed": 1})
                rate, seed = body.get("rate", before["rate"]), body.get("seed", before["seed"])
                await rates.change(provider, float(rate), int(seed))
        except (TypeError, ValueError) as error:
            raise ValidationException(str(error)) from error
        return as_json(rates.told())

    @delete("/failure-rates.json", status_code=200)
    async def reset_rates(self, rates: NamedDependency[Rates]) -> Response[bytes]:
        """Go back to what the settings say."""
        for provider in rates.chances:
            await rates.reset(provider)
        return as_json(rates.told())


async def journal_told(
    database: SandboxDatabase, provider: str | None, since: str | None, path: str | None, limit: int
) -> Response[bytes]:
    """Answer the journal to a program."""
    after, moment = _since(since)
    found = await requests_of(
        database,
        provider=provider or None,
        since=after or 0,
        since_at=moment,
        path=path or None,
        limit=min(max(limit, 1), MOST),
    )
    return as_json(found)


def _since(since: str | None) -> tuple[int | None, datetime | None]:
    if not since:
        return None, None
    if since.isdigit():
        return int(since), None
    try:
        moment = datetime.fromisoformat(since.replace(" ", "+"))
    except ValueError as error:
        raise ValidationException("since is an id or a moment like 2026-01-05T09:00:00+00:00") from error
    return None, moment
