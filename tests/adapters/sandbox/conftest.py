"""A running sandbox over real HTTP and real Postgres, and a house that receives its webhooks."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio
from sendgrid.helpers.eventwebhook import EventWebhook

from adapters.certificates import certificates
from adapters.sandbox.sendgrid.access import RateLimit
from adapters.sendgrid.signature import SANDBOX_SENDGRID_PUBLIC_KEY, SIGNATURE_HEADER, TIMESTAMP_HEADER
from adapters.settings import SANDBOX_SENDGRID_KEY, Settings
from tests.fixtures._ports import free_port
from tests.fixtures._serving import served_sandbox


async def until(ready: Callable[[], Awaitable[Any]], seconds: float = 15) -> Any:
    """Ask again and again until the answer is true, and return it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (answer := await ready()):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)
    return answer


@dataclass
class House:
    """Receives webhooks as our own web side would, and checks each with SendGrid's official helper."""

    port: int = 0
    status: int = 200
    posts: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            signature, timestamp = headers.get(SIGNATURE_HEADER.lower()), headers.get(TIMESTAMP_HEADER.lower(), "")
            helper = EventWebhook(SANDBOX_SENDGRID_PUBLIC_KEY)
            self.signed.append(bool(signature) and helper.verify_signature(body.decode(), signature, timestamp))
            self.paths.append(request.split(" ")[1])
            self.posts.append(body)
            await self.hold.wait()
            writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.posts for event in msgspec.json.decode(body)]

    def kinds(self, email: str) -> set[str]:
        return {event["event"] for event in self.events if event["email"] == email}


@dataclass
class Sandbox:
    """The running program and a client for it."""

    settings: Settings
    client: httpx.AsyncClient

    async def send(self, body: dict[str, Any], key: str = SANDBOX_SENDGRID_KEY, **headers: str) -> httpx.Response:
        return await self.client.post(
            "/sendgrid/v3/mail/send", json=body, headers={"Authorization": f"Bearer {key}", **headers}
        )

    async def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.client.request(
            method, f"/sendgrid/v3{path}", json=body, headers={"Authorization": f"Bearer {SANDBOX_SENDGRID_KEY}"}
        )

    async def messages(self, **which: Any) -> list[dict[str, Any]]:
        return (await self.client.get("/mailbox.json", params=which)).json()


def mail(*emails: str, **changes: Any) -> dict[str, Any]:
    """Return a correct request for these recipients, with ``changes`` made."""
    body: dict[str, Any] = {
        "personalizations": [
            {"to": [{"email": email}], "custom_args": {"delivery_id": f"d-{number}", "send_id": "s-1"}}
            for number, email in enumerate(emails or ["asha@example.com"])
        ],
        "from": {"email": "hello@gurudesk.test", "name": "Gurudesk"},
        "subject": "Your seat",
        "content": [{"type": "text/plain", "value": "Hi"}, {"type": "text/html", "value": "<p>Hi</p>"}],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    house.hold.set()
    server = await asyncio.start_server(house.answer, "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    yield house
    house.hold.set()
    server.close()


@pytest.fixture
def sandbox_settings(settings: Settings, house: House) -> Settings:
    return settings.model_copy(
        update={"sandbox_port": free_port(), "public_url": f"http://127.0.0.1:{house.port}", "mail_from": "a@b.test"}
    )


@asynccontextmanager
async def running(settings: Settings, **options: Any) -> AsyncIterator[Sandbox]:
    """Run the sandbox as its own server until the block ends."""
    async with (
        served_sandbox(settings, **options),
        httpx.AsyncClient(verify=certificates(), base_url=settings.sandbox_url, trust_env=False, timeout=30) as client,
    ):
        yield Sandbox(settings, client)


@pytest_asyncio.fixture
async def sandbox(sandbox_settings: Settings) -> AsyncIterator[Sandbox]:
    async with running(sandbox_settings) as sandbox:
        yield sandbox


@pytest_asyncio.fixture
async def limited_sandbox(sandbox_settings: Settings) -> AsyncIterator[Sandbox]:
    async with running(sandbox_settings, rate_limit=RateLimit(mail_send=1, others=1)) as sandbox:
        yield sandbox


@pytest.fixture
def uuid4() -> Callable[[], UUID]:
    return uuid.uuid4
