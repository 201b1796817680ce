"""AiSensy's side running, and a house that checks each webhook with code of its own."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest_asyncio

from adapters.certificates import certificates
from adapters.provider_settings import SANDBOX_VALUES
from adapters.settings import Settings
from tests.fixtures._ports import free_port
from tests.fixtures._serving import served_sandbox
from tests.fixtures.house import until

KEY = SANDBOX_VALUES["AISENSY_API_KEY"]
PROJECT = SANDBOX_VALUES["AISENSY_PROJECT_ID"]
PASSWORD = SANDBOX_VALUES["AISENSY_PROJECT_PASSWORD"]
SECRET = SANDBOX_VALUES["AISENSY_WEBHOOK_SECRET"]
ASHA = "919812300555"


@dataclass
class Receiver:
    """Receives webhooks as our own web side would."""

    port: int = 0
    status: int = 200
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    gets: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if head[0].startswith("GET"):
                self.gets += 1
            else:
                self.posts.append((headers, body))
            writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.posts]

    def messages(self, topic: str) -> list[dict[str, Any]]:
        return [event["data"]["message"] for event in self.events if event.get("topic") == topic]

    def statuses(self, submitted_id: str) -> list[str]:
        told = self.messages("message.status.updated")
        return [one["status"] for one in told if one["submitted_message_id"] == submitted_id]

    def is_signed(self, index: int) -> bool:
        headers, body = self.posts[index]
        expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return headers.get("x-aisensy-signature") == expected

    async def heard(self, count: int) -> None:
        await until(lambda: asyncio.sleep(0, len(self.posts) >= count), seconds=10)


@dataclass
class AiSensy:
    """The running program and a client for it."""

    settings: Settings
    client: httpx.AsyncClient

    async def send(self, campaign: str = "announcement", **changes: Any) -> httpx.Response:
        body: dict[str, Any] = {
            "apiKey": KEY,
            "campaignName": campaign,
            "destination": f"+{ASHA}",
            "userName": "Asha Rao",
            "templateParams": ["Asha", "Gurudesk", "no class today"],
        }
        body = {name: value for name, value in (body | changes).items() if value is not None}
        return await self.client.post("/aisensy/campaign/t1/api/v2", json=body)

    async def project(self, method: str, path: str, body: Any = None, password: str = PASSWORD) -> httpx.Response:
        return await self.client.request(
            method,
            f"/aisensy/project-apis/v1/project/{PROJECT}{path}",
            json=body,
            headers={"X-AiSensy-Project-API-Pwd": password},
        )

    async def write(self, text: str = "Hello", number: str = ASHA, **fields: Any) -> dict[str, Any]:
        answer = await self.client.post("/phone.json", json={"number": number, "text": text, "name": "Asha", **fields})
        answer.raise_for_status()
        return dict(answer.json())

    async def phone(self, number: str = ASHA) -> list[dict[str, Any]]:
        return list((await self.client.get("/phone.json", params={"number": number})).json())


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    server.close()


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[AiSensy]:
    async with (
        served_sandbox(settings),
        httpx.AsyncClient(verify=certificates(), base_url=settings.sandbox_url, trust_env=False, timeout=30) as client,
    ):
        yield AiSensy(settings, client)


@pytest_asyncio.fixture
async def aisensy(settings: Settings, receiver: Receiver) -> AsyncIterator[AiSensy]:
    changes = {"sandbox_port": free_port(), "public_url": f"http://127.0.0.1:{receiver.port}"}
    async with running(settings.model_copy(update=changes)) as aisensy:
        yield aisensy
