"""The rehearsal's page: how far time has come, the way on to their next message, and all they have got so far."""

import re
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from adapters.errors import CannotStart
from adapters.sandbox.clock.moving import Clock
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rehearsal.letters import Walker, count_letters, find_letters
from adapters.sandbox.rendering import from_own_pages, go, page

# What the buttons ask for: until their next message, or for a while whatever comes.
TO_NEXT_MESSAGE = "message"
LONGEST = "30d"
WAYS = (TO_NEXT_MESSAGE, "1h", "1d", "1w")


class RehearsalController(Controller):
    path = "/rehearsal"
    guards = [from_own_pages]

    @get()
    async def show(
        self, request: Request[Any, Any, Any], clock: NamedDependency[Clock], database: NamedDependency[SandboxDatabase]
    ) -> Response[str]:
        return page(request, "rehearsal/index.html", **await _seen(request, clock, database))

    @get("/face")
    async def face(
        self, request: Request[Any, Any, Any], clock: NamedDependency[Clock], database: NamedDependency[SandboxDatabase]
    ) -> Response[str]:
        """Show the part that changes, for the page to refresh it."""
        return page(request, "rehearsal/_face.html", **await _seen(request, clock, database))

    @post("/move", status_code=303)
    async def move(
        self, request: Request[Any, Any, Any], clock: NamedDependency[Clock], database: NamedDependency[SandboxDatabase]
    ) -> Response[Any]:
        """Begin to move on; pressing twice is pressing once, as on the clock's own page."""
        form = await request.form()
        walker = _walker(form)
        last, by = await clock.last_move(), str(form.get("by", ""))
        if by not in WAYS or str(form.get("after", "")) != str(last.id if last else 0):
            return go(_address(walker))
        before = await count_letters(database, walker)

        async def has_come() -> bool:
            return await count_letters(database, walker) > before

        try:
            if by == TO_NEXT_MESSAGE:
                await clock.begin(LONGEST, stop_when=has_come)
            else:
                await clock.begin(by)
        except CannotStart as problem:
            return go(f"{_address(walker)}&{urlencode({'problem': str(problem)})}")
        return go(_address(walker))

    @post("/stop", status_code=303)
    async def stop(self, request: Request[Any, Any, Any], clock: NamedDependency[Clock]) -> Response[bytes]:
        """Stop moving, where the clock has come to."""
        walker = _walker(await request.form())
        await clock.stop()
        return go(_address(walker))


async def _seen(request: Request[Any, Any, Any], clock: Clock, database: SandboxDatabase) -> dict[str, Any]:
    walker = _walker(request.query_params)
    reading = await clock.read()
    product_url = request.app.state.settings.base_url
    return {
        "walker": walker,
        "here": _address(walker),
        "face_address": _address(walker).replace("/rehearsal?", "/rehearsal/face?"),
        "now": reading.now,
        "move": await clock.last_move(),
        "refusal": clock.refusal,
        "letters": await find_letters(database, walker, product_url) if walker.email or walker.phone else [],
        "problem": request.query_params.get("problem", "")[:300],
    }


def _walker(values: Any) -> Walker:
    email, phone = str(values.get("email") or ""), str(values.get("phone") or "")
    return Walker(email.strip().lower()[:254], re.sub(r"\D", "", phone)[:15])


def _address(walker: Walker) -> str:
    return f"/rehearsal?{urlencode({'email': walker.email, 'phone': walker.phone})}"
