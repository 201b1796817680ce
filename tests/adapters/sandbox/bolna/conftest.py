"""A sandbox asked as Bolna is: raw over HTTP, and by our adapter."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from adapters.bolna import BolnaVoiceCaller, client_for
from tests.adapters.sandbox.conftest import House, Sandbox

KEY = {"Authorization": "Bearer bn-sandbox-bolna-key"}
AGENT = "5a0db0c0-ffee-4000-8000-00000000b01a"


@dataclass
class Line:
    """A customer of Bolna's, and the house its webhooks go to."""

    sandbox: Sandbox
    house: House

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        options.setdefault("headers", KEY)
        return await self.sandbox.client.request(method, f"/bolna{path}", **options)

    async def place(self, number: str = "+919845012345", **changes: Any) -> httpx.Response:
        body = {
            "agent_id": AGENT,
            "recipient_phone_number": number,
            "user_data": {"name": "Asha", "course": "Product Design", "ref": "lead-4711"},
        }
        wanted = {name: value for name, value in (body | changes).items() if value is not None}
        return await self.ask("POST", "/call", json=wanted)

    async def called(self, number: str = "+919845012345", **changes: Any) -> dict[str, Any]:
        """Return the execution of a new call."""
        answer = await self.place(number, **changes)
        assert answer.status_code == 200, answer.text
        return await self.execution(answer.json()["execution_id"])

    async def execution(self, call_id: str) -> dict[str, Any]:
        answer = await self.ask("GET", f"/executions/{call_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, path: str = "") -> httpx.Response:
        return await self.sandbox.client.get(f"/calls{path}")

    def told(self) -> list[dict[str, Any]]:
        """Return the executions of the webhooks so far."""
        return [msgspec.json.decode(body) for body in self.house.posts]


@pytest.fixture
def line(sandbox: Sandbox, house: House) -> Line:
    return Line(sandbox, house)


@pytest_asyncio.fixture
async def caller(sandbox: Sandbox) -> AsyncIterator[BolnaVoiceCaller]:
    async with client_for(sandbox.settings) as client:
        yield BolnaVoiceCaller(client, AGENT)
