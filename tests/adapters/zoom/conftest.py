"""A server that answers as Zoom would, byte by byte, with what each path is told to answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from adapters.settings import Settings
from adapters.zoom import ZoomMeetingProvider, client_for, meeting_provider
from domain.ports.meetings import MeetingPlan

PLAN = MeetingPlan("Algebra", datetime(2027, 1, 12, 10, 30, tzinfo=UTC), 60, "Asia/Kolkata")


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Provider:
    """Gives tokens, and answers the rest in order; ``silent`` reads a request and hangs up."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    token: Answer | None = None
    silent: bool = False
    slow: float = 0
    tokens: int = 0
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    def will(self, status: int = 200, body: Any = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(Answer(status, body, named))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length")]
            body = await reader.readexactly(int(lengths[0]) if lengths else 0)
            given = await self._chosen(head, body)
            if given is not None:
                fields = {"Content-Length": str(len(given.content)), "Connection": "close", **given.headers}
                lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
                writer.write(f"HTTP/1.1 {given.status} X\r\n{lines}\r\n".encode() + given.content)
                await writer.drain()
        writer.close()

    async def _chosen(self, head: str, body: bytes) -> Answer | None:
        if head.startswith("POST /oauth/token"):
            self.tokens += 1
            await asyncio.sleep(self.slow)
            return self.token or Answer(200, {"access_token": f"token-{self.tokens}", "expires_in": 3600})
        self.requests.append((head, body))
        if self.silent:
            return None
        return self.answers.pop(0) if self.answers else Answer(500)

    def path(self, number: int = -1) -> str:
        return self.requests[number][0].split(" ")[1]

    def bearer(self, number: int = -1) -> str:
        lines = self.requests[number][0].splitlines()
        return next((line.split("Bearer ")[1] for line in lines if line.lower().startswith("authorization")), "")


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.answer, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    yield provider
    server.close()


def settings_for(port: int, secret: str = "very-secret") -> Settings:
    address = f"http://127.0.0.1:{port}"
    return Settings(
        _env_file=None,
        ZOOM_API_BASE_URL=f"{address}/v2",
        ZOOM_OAUTH_TOKEN_URL=f"{address}/oauth/token",
        ZOOM_ACCOUNT_ID="account",
        ZOOM_CLIENT_ID="client",
        ZOOM_CLIENT_SECRET=secret,
        ZOOM_HOST="host@academy.example",
    )


@pytest_asyncio.fixture
async def meetings(provider: Provider) -> AsyncIterator[ZoomMeetingProvider]:
    settings = settings_for(provider.port)
    async with client_for(settings) as client:
        yield meeting_provider(settings, client, None)
