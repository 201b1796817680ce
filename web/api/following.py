"""Sends: planned in one transaction, and waited for without one until the worker has settled them, for a while."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from litestar import Request
from litestar.params import HeaderParameter
from litestar.response import Response
from pydantic import BaseModel

from domain.accounts.api_answers import claim_key, keep_answer
from domain.work import Work
from web.api.access import api_work
from web.api.repeating import Once, answer

MOST_SECONDS = 10.0
FIRST_LOOK, EVERY = 0.05, 0.5  # seconds between looks, doubled from the first to this

Seen = TypeVar("Seen")

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        max_length=100,
        description="`respond-async` answers at once with 202; `wait=3` waits for at most so many seconds, 10 at most.",
    ),
]


async def plan_once(
    request: Request[Any, Any, Any], once: Once, body: BaseModel, plan: Callable[[Work], Awaitable[UUID]]
) -> UUID:
    """Plan it in a transaction of its own and return what to follow; under the same key, what was planned before."""
    async with api_work(request) as work:
        if once.key and (found := await claim_key(work, once.key, once.digest(body))):
            return UUID(str(found.follows))
        planned = await plan(work)
        if once.key:
            await keep_answer(work, once.key, 202, "", planned)
        return planned


async def follow(
    request: Request[Any, Any, Any],
    look: Callable[[Work], Awaitable[Seen]],
    is_over: Callable[[Seen, Work], bool],
    prefer: str | None,
) -> Seen:
    """Look until waiting is over or the time is up, each time in a short transaction; return what was seen last."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds_to_wait(prefer), FIRST_LOOK
    while True:
        async with api_work(request) as work:
            seen = await look(work)
            over = is_over(seen, work)
        left = deadline - loop.time()
        if over or left <= 0:
            return seen
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 2, EVERY)


def seconds_to_wait(prefer: str | None) -> float:
    """Return for how long who asks would wait."""
    wished = prefer or ""
    if "respond-async" in wished:
        return 0.0
    found = re.search(r"\bwait=(\d{1,3})", wished)
    return min(float(found[1]), MOST_SECONDS) if found else MOST_SECONDS


def followed(shape: BaseModel, url: str, *, done: bool) -> Response[Any]:
    """Answer 201 with what came of it, or 202 with where to look for it."""
    return answer(201 if done else 202, shape.model_dump_json(), {"Location": url})
