"""Until when something may leave: its lease is no longer sure to be ours after that, and another may have sent it instead.

Looked at when all waiting is over, at the last moment before the first byte: a process may have stood still anywhere before.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx

from adapters.traffic.held_back import HeldBack
from domain.language import _

_FIRST_BYTE = "send_request_headers.started"
_until: ContextVar[float | None] = ContextVar("leaves_until", default=None)


@contextmanager
def leaving_until(moment: float) -> Iterator[None]:
    """Let requests begin until this moment of the monotonic clock; later ones raise HeldBack, and nothing has left."""
    token = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(token)


def watch(request: httpx.Request) -> None:
    """Have the request look at the clock before its first byte."""
    if (moment := _until.get()) is None:
        return

    async def look(event: str, _info: dict[str, Any]) -> None:
        if event.endswith(_FIRST_BYTE) and time.monotonic() > moment:
            raise HeldBack(_("The worker was held up before sending."), 0.0)

    request.extensions = {**request.extensions, "trace": look}
