"""A server that answers as SendGrid would, byte by byte, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from adapters.sendgrid import SendGridEmailSender, client_for
from adapters.settings import Settings
from domain.ports import Email, Recipient

SEND_ID = UUID("11111111-1111-4111-8111-111111111111")
DELIVERIES = [UUID(int=number) for number in range(1, 4)]


@dataclass
class Provider:
    """Answers every request with ``status``, ``headers`` and ``body``; with ``silent`` reads it and hangs up."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    silent: bool = False
    port: int = 0
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x.split(":")[1]) for x in head.splitlines() if x.lower().startswith("content-length")), 0
            )
            self.requests.append((head, await reader.readexactly(length)))
            if not self.silent:
                fields = {"Content-Length": str(len(self.body)), "Connection": "close", **self.headers}
                lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
                writer.write(f"HTTP/1.1 {self.status} X\r\n{lines}\r\n".encode() + self.body)
                await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.answer, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    async with server:
        yield provider


def settings_for(port: int) -> Settings:
    return Settings(
        _env_file=None,
        SENDGRID_BASE_URL=f"http://127.0.0.1:{port}",
        SENDGRID_API_KEY="SG.abc.very-secret",
    )


@pytest_asyncio.fixture
async def sender(provider: Provider) -> AsyncIterator[SendGridEmailSender]:
    client: httpx.AsyncClient = client_for(settings_for(provider.port))
    async with client:
        yield SendGridEmailSender(client)


@pytest.fixture
def email() -> Email:
    return Email(
        send_id=SEND_ID,
        recipients=[
            Recipient(
                delivery_id,
                f"lead{number}@example.com",
                name=f"Lead {number}",
                substitutions={"-link-": f"https://x.test/{number}"},
                headers={"List-Unsubscribe": f"<https://x.test/u/{number}>"},
            )
            for number, delivery_id in enumerate(DELIVERIES)
        ],
        sender="hello@gurudesk.test",
        sender_name="Gurudesk",
        subject="Your seat",
        text="Apply: -link-",
        html="<p><a href='-link-'>Apply</a></p>",
        reply_to="desk@gurudesk.test",
        categories=["cta"],
    )
