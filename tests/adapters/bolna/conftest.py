"""A server that answers as Bolna would, byte by byte, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio

from adapters.bolna import BolnaVoiceCaller, client_for
from adapters.settings import Settings

AGENT = "5e0c1b52-8a41-4c1d-9a77-2f6d0c9b1e30"
CALL_ID = "9b1f6c2e-3d57-4b8e-8f0a-6a4c2e7d9010"
DELIVERY = "11111111-1111-4111-8111-111111111111"
# As in Bolna's own sample.
EXECUTION = {
    "id": CALL_ID,
    "agent_id": AGENT,
    "batch_id": None,
    "status": "completed",
    "error_message": None,
    "termination_reason": None,
    "conversation_duration": 27.2,
    "total_cost": 6.4,
    "answered_by_voice_mail": False,
    "transcript": "assistant: Hello Asha, is this a good time?\nuser: Yes, tell me.",
    "summary": "Asked for a visit on Saturday.",
    "extracted_data": {"visit_day": "Saturday", "interested": True},
    "created_at": "2026-03-04T10:00:02.113000+00:00",
    "updated_at": "2026-03-04T10:01:05.870000Z",
    "telephony_data": {
        "duration": "28",
        "to_number": "+919845012345",
        "from_number": "+918035550100",
        "recording_url": f"https://api.bolna.ai/recordings/call/{CALL_ID}",
        "hangup_by": "Callee",
        "hangup_reason": "Call recipient hungup",
        "hangup_provider_code": 4000,
    },
    "context_details": {
        "recipient_data": {"name": "Asha", "ref": DELIVERY},
        "recipient_phone_number": "+919845012345",
    },
    "smart_status": "hot",
}


@dataclass
class Bolna:
    """Answers each path with what ``say`` gave for it; for a list, one after the other. ``silent`` reads and hangs up."""

    port: int = 0
    silent: bool = False
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)

    def say(self, path: str, *bodies: Any, status: int = 200, **headers: str) -> None:
        """Let a path answer with these bodies; the last one stays."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        self.answers[path] = [(status, named, body) for body in raw]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line for line in head.lower().splitlines() if line.startswith("content-length")]
            self.requests.append((head, await reader.readexactly(int(lengths[0].split(":")[1]) if lengths else 0)))
            if not self.silent:
                writer.write(self._bytes(head.split(" ")[1].partition("?")[0]))
                await writer.drain()
        writer.close()

    def _bytes(self, path: str) -> bytes:
        found = self.answers.get(path, [(404, {}, b"<html>nothing here</html>")])
        status, headers, body = found.pop(0) if len(found) > 1 else found[0]
        fields = {"Content-Length": str(len(body)), "Connection": "close", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body

    def lines(self) -> list[str]:
        """Return method and path of each request."""
        return [head.splitlines()[0].rpartition(" ")[0] for head, _ in self.requests]

    def sent(self, number: int = -1) -> dict[str, Any]:
        return json.loads(self.requests[number][1])


@asynccontextmanager
async def serving(bolna: Bolna) -> AsyncIterator[Bolna]:
    server = await asyncio.start_server(bolna.answer, "127.0.0.1", 0)
    bolna.port = server.sockets[0].getsockname()[1]
    async with server:
        yield bolna


@pytest_asyncio.fixture
async def bolna() -> AsyncIterator[Bolna]:
    async with serving(Bolna()) as bolna:
        bolna.say("/call", {"message": "done", "status": "queued", "execution_id": CALL_ID})
        bolna.say(f"/executions/{CALL_ID}", EXECUTION)
        yield bolna


@pytest_asyncio.fixture
async def bucket() -> AsyncIterator[Bolna]:
    """Another host, which must never see our key."""
    async with serving(Bolna()) as bucket:
        yield bucket


def settings_for(port: int) -> Settings:
    return Settings(
        _env_file=None,
        BOLNA_BASE_URL=f"http://127.0.0.1:{port}",
        BOLNA_API_KEY="bn-very-secret",
        BOLNA_AGENT_ID=AGENT,
        BOLNA_WEBHOOK_TOKEN="very-secret-token",
    )


@pytest_asyncio.fixture
async def caller(bolna: Bolna) -> AsyncIterator[BolnaVoiceCaller]:
    async with client_for(settings_for(bolna.port)) as client:
        yield BolnaVoiceCaller(client, AGENT)
