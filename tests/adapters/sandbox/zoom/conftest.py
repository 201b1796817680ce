"""A running sandbox with a client of Zoom's API, a token in hand, and a receiver that verifies Zoom's webhooks."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from adapters.settings import Settings
from tests.adapters.sandbox.conftest import free_port, running, until

APP = ("sandbox-zoom-client", "sandbox-zoom-secret")
ACCOUNT = {"grant_type": "account_credentials", "account_id": "sandboxZoomAccount0001"}
SECRET = "sandbox-zoom-webhook-secret"
HOST, BASIC = "host@gurudesk.test", "basic@gurudesk.test"


@dataclass
class Receiver:
    """Takes webhooks as our web side would, and verifies each by the rule of the documentation."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            status = self.statuses.pop(0) if self.statuses else 200
            reply = self._checked(json.loads(body))
            self.requests.append((headers, body))
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(reply)}\r\nConnection: close\r\n\r\n".encode())
            writer.write(reply)
            await writer.drain()
        writer.close()

    def _checked(self, event: dict[str, Any]) -> bytes:
        if event["event"] != "endpoint.url_validation":
            return b""
        plain = event["payload"]["plainToken"]
        encrypted = hmac.new(SECRET.encode(), plain.encode(), hashlib.sha256).hexdigest()
        return json.dumps({"plainToken": plain, "encryptedToken": encrypted}).encode()

    def signed(self) -> list[bool]:
        return [
            hmac.compare_digest(
                headers["x-zm-signature"],
                "v0="
                + hmac.new(
                    SECRET.encode(), f"v0:{headers['x-zm-request-timestamp']}:{body.decode()}".encode(), hashlib.sha256
                ).hexdigest(),
            )
            for headers, body in self.requests
        ]

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for _, body in self.requests if (event := json.loads(body))["event"] == kind]

    async def event(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait for an event of this kind."""

        async def arrived() -> bool:
            return len(self.events(kind)) >= count

        await until(arrived)
        return self.events(kind)[-1]


@dataclass
class Zoom:
    """The running sandbox, and how to talk to it."""

    settings: Settings
    client: httpx.AsyncClient
    token: str = ""

    async def sign_in(self, **changes: str) -> httpx.Response:
        response = await self.client.post("/zoom/oauth/token", data=ACCOUNT | changes, auth=APP)
        self.token = response.json().get("access_token", "")
        return response

    async def api(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.client.request(method, f"/zoom/v2{path}", json=body, params=params, headers=headers)

    async def create(self, host: str = HOST, **changes: Any) -> dict[str, Any]:
        response = await self.api("POST", f"/users/{host}/meetings", plan(**changes))
        assert response.status_code == 201, response.text
        return response.json()

    async def press(self, meeting: dict[str, Any], button: str, **form: str) -> httpx.Response:
        """Press a button of the meeting's room."""
        response = await self.client.post(f"/zoom-rooms/{meeting['id']}/{button}", data=form)
        assert response.status_code == 303, response.text
        return response

    async def room(self, meeting: dict[str, Any], **params: str) -> str:
        return (await self.client.get(f"/zoom-rooms/{meeting['id']}", params=params)).text


def plan(**changes: Any) -> dict[str, Any]:
    """Return the body of a correct meeting, with ``changes`` made."""
    body = {
        "topic": "Álgebra – class 4",
        "type": 2,
        "start_time": "2027-01-12T10:30:00Z",
        "duration": 60,
        "timezone": "Asia/Kolkata",
        "settings": {"approval_type": 0, "auto_recording": "cloud"},
    }
    return body | changes


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    server.close()


@pytest.fixture
def zoom_settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"sandbox_port": free_port(), "public_url": f"http://127.0.0.1:{receiver.port}"})


@asynccontextmanager
async def zoom_running(settings: Settings, **options: Any) -> AsyncIterator[Zoom]:
    async with running(settings, **options) as sandbox:
        zoom = Zoom(settings, sandbox.client)
        await zoom.sign_in()
        yield zoom


@pytest_asyncio.fixture
async def zoom(zoom_settings: Settings) -> AsyncIterator[Zoom]:
    async with zoom_running(zoom_settings) as zoom:
        yield zoom


def move_clock(database_url: str, by: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update app_clock set shift = shift + %s::interval", (by,))
