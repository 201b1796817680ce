"""The live stream: one a tab, saying *that* something changed; the page asks the ordinary way *what*."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response, Stream

from adapters.redis.live import Hint, LiveHub, Subscriber
from domain.accounts.sign_ins import ENDED
from domain.work import Identity
from web.cookies import Cookies
from web.work import services_of, token_hash

HEARTBEAT = 15.0
RESYNC = "event: resync\ndata: all\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class LiveController(Controller):
    path = "/live"
    # The stream checks the sign-in itself, since it must answer 200 or 401 and never redirect.
    opt = {"audience": "infrastructure", "no_shell": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any]) -> Response[Any] | Stream:
        identity = await signed_in(request)
        if identity is None:
            return Response(b"", status_code=401, headers=HEADERS)
        hub: LiveHub = request.app.state.hub
        stream = events(request, hub, identity, request.headers.get("last-event-id", ""))
        return Stream(stream, media_type="text/event-stream", headers=HEADERS)


async def signed_in(request: Request[Any, Any, Any]) -> Identity | None:
    """Return who is signed in now, read from the database each time: a revoked sign-in ends its streams."""
    services = services_of(request)
    async with services.database.work_of(token_hash(Cookies(services.settings).sign_in(request))) as work:
        return work.identity if work.identity.person_id else None


async def events(request: Request[Any, Any, Any], hub: LiveHub, identity: Identity, last_id: str) -> AsyncIterator[str]:
    """Say what was missed, or "resync"; then each topic as it changes, and a comment in every 15 quiet seconds.

    Who is signed in is asked again at least every 15 seconds, and at once when a sign-in of theirs has ended.
    """
    # Subscribed before replaying, so that nothing falls in between; hearing of a change twice does no harm.
    subscriber, asked_at = hub.subscribe(identity), time.monotonic()
    try:
        missed = await hub.replay(last_id, identity) if last_id else None
        yield RESYNC if missed is None else "".join(as_event(hint) for hint in missed) or ": caught up\n\n"
        while True:
            hint = await next_hint(subscriber)
            if hint is None or hint.topic == ENDED or time.monotonic() - asked_at > HEARTBEAT:
                still = await signed_in(request)
                if still is None:
                    return
                subscriber.identity, asked_at = still, time.monotonic()
            if hint:
                yield as_event(hint)
            else:
                yield RESYNC if subscriber.missed else ": still here\n\n"
                subscriber.missed = False
    finally:
        hub.unsubscribe(subscriber)  # no await here: a client that left would never let it finish


async def next_hint(subscriber: Subscriber) -> Hint | None:
    """Return the next hint, or None after 15 seconds without any."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await subscriber.queue.get()
    except TimeoutError:
        return None


def as_event(hint: Hint) -> str:
    return f"id: {hint.id}\nevent: {hint.topic}\ndata: changed\n\n"
