"""One open HTTP connection that asks for one page again and again: so little of its own that the server is what is measured."""

import asyncio
import time
from types import TracebackType


class KeepAlive:
    """Asks ``path`` of a local server. Answers other than 200 with a Content-Length are errors."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.port = port
        self.request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()

    async def __aenter__(self) -> "KeepAlive":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()

    async def get(self) -> float:
        """Ask once and return the seconds until the whole answer was there."""
        started = time.perf_counter()
        self.writer.write(self.request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.splitlines()[0].decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self.reader.readexactly(int(length.split(b":")[1]))
        return time.perf_counter() - started
