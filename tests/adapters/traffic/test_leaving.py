"""What another worker may have sent by now does not leave any more, however late that is noticed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from adapters.traffic import HeldBack
from adapters.traffic.leaving import leaving_until
from adapters.traffic.transport import GuardedTransport
from domain.integrations.states import breaker_of


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers; its port, and all it has heard."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], heard


async def test_a_request_whose_moment_is_past_once_its_line_is_open_says_nothing_there(road):
    lane = road.process().lane
    transport = GuardedTransport(httpx.AsyncHTTPTransport(), lane, lambda _exchange: None, "127.0.0.1")
    async with listening() as (port, heard), httpx.AsyncClient(transport=transport) as client:
        with leaving_until(time.monotonic() - 1), pytest.raises(HeldBack, match="held up"):
            await client.post(f"http://127.0.0.1:{port}/mail", content=b"hello")
        with leaving_until(time.monotonic() + 60):
            await client.post(f"http://127.0.0.1:{port}/mail", content=b"again")
    assert b"hello" not in b"".join(heard)
    assert b"again" in b"".join(heard)
    found = await road.row()
    assert (found.failures, breaker_of(found)) == (0, "closed")
