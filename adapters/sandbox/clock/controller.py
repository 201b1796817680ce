"""The clock's page and its JSON: what time it is, what happens next, moving on, and what happened on the way."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, ValidationException

from adapters.errors import CannotStart
from adapters.sandbox.clock.moments import happened, upcoming
from adapters.sandbox.clock.moving import Clock
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rendering import IST, from_own_pages, go, page
from adapters.sandbox.sendgrid.answers import as_json
from adapters.sandbox.sendgrid.bodies import json_object

# What the buttons ask for; anything else comes from the field of the moment.
STEPS = ("next", "1h", "1d", "1w")
MOST_SHOWN = 100


class ClockController(Controller):
    path = "/clock"
    guards = [from_own_pages]

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        clock: NamedDependency[Clock],
        database: NamedDependency[SandboxDatabase],
    ) -> Response[str]:
        return await _shown(request, clock, database)

    @get("/face")
    async def face(
        self,
        request: Request[Any, Any, Any],
        clock: NamedDependency[Clock],
        database: NamedDependency[SandboxDatabase],
    ) -> Response[str]:
        """Show the part that changes, for the page to refresh it."""
        return page(request, "clock/_face.html", **await _face(clock, database))

    @post("/move", status_code=303)
    async def move(
        self,
        request: Request[Any, Any, Any],
        clock: NamedDependency[Clock],
        database: NamedDependency[SandboxDatabase],
    ) -> Response[Any]:
        """Begin to move on. Pressing twice is pressing once: the form knows after which move it was shown."""
        form = await request.form()
        last = await clock.last_move()
        if str(form.get("after", "")) != str(last.id if last else 0):
            return go("/clock?done=already")
        by, moment = str(form.get("by", "")), str(form.get("moment", ""))
        try:
            begun = await clock.begin(by if by in STEPS else moment)
        except CannotStart as problem:
            return await _shown(request, clock, database, error=str(problem), moment=moment)
        return go("/clock" if begun else "/clock?done=already")

    @post("/stop", status_code=303)
    async def stop(self, clock: NamedDependency[Clock]) -> Response[bytes]:
        """Stop moving, where the clock has come to."""
        await clock.stop()
        return go("/clock")


class ClockMachineController(Controller):
    path = "/clock.json"
    guards = [from_own_pages]

    @get()
    async def show(self, clock: NamedDependency[Clock], database: NamedDependency[SandboxDatabase]) -> Response[bytes]:
        """Return business time, the next ten things, and the last move with what happened on it."""
        return as_json(await _told(clock, database))

    @post()
    async def move(
        self,
        request: Request[Any, Any, Any],
        clock: NamedDependency[Clock],
        database: NamedDependency[SandboxDatabase],
    ) -> Response[bytes]:
        """Begin to move on by ``by`` (next, 45m, 6h, 3d, 2w) or to the moment ``to``; its ``state`` tells when it is done."""
        body = await json_object(request) or {}
        try:
            begun = await clock.begin(str(body.get("by") or body.get("to") or ""))
        except CannotStart as problem:
            raise ValidationException(str(problem)) from problem
        if not begun:
            raise ClientException("The clock is being moved already.", status_code=409)
        return as_json(await _told(clock, database), 202)


async def _face(clock: Clock, database: SandboxDatabase) -> dict[str, Any]:
    move = await clock.last_move()
    reading = await clock.read()
    return {
        "now": reading.now,
        "ahead": timedelta(seconds=round(reading.ahead.total_seconds())),
        "upcoming": await upcoming(database),
        "move": move,
        "happened": await happened(database, move.from_at, _reached(move, reading.now), MOST_SHOWN) if move else [],
        "refusal": clock.refusal,
    }


async def _shown(
    request: Request[Any, Any, Any], clock: Clock, database: SandboxDatabase, *, error: str = "", moment: str = ""
) -> Response[str]:
    face = await _face(clock, database)
    typed = moment or (face["now"] + timedelta(hours=1)).astimezone(IST).strftime("%Y-%m-%dT%H:%M")
    return page(request, "clock/index.html", status_code=422 if error else 200, error=error, typed=typed, **face)


async def _told(clock: Clock, database: SandboxDatabase) -> dict[str, Any]:
    face = await _face(clock, database)
    move = face["move"]
    return {
        "now": face["now"],
        "ahead_seconds": face["ahead"].total_seconds(),
        "refusal": face["refusal"],
        "upcoming": [row._asdict() for row in face["upcoming"]],
        "move": move._asdict() if move else None,
        "happened": [row._asdict() for row in face["happened"]],
    }


def _reached(move: Any, now: datetime) -> datetime:
    reached: datetime = now if move.state == "running" else move.reached_at
    return reached
