"""A sandbox asked as Instamojo is: by its own Python client, by our adapter, and by a payer's browser."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import pytest_asyncio
from instamojo_wrapper import Instamojo

from adapters.instamojo import InstamojoPaymentGateway, client_for
from adapters.settings import Settings
from tests.adapters.sandbox.conftest import House, Sandbox

PAYER = {"buyer_name": "Asha Rao", "email": "asha.rao@example.com", "phone": "9845012345"}
UPI = {"method": "upi", "upi_id": "asha@upi"}
KEYS = {"X-Api-Key": "sandbox-instamojo-key", "X-Auth-Token": "sandbox-instamojo-token"}


@dataclass
class Shop:
    """A merchant who asks for money with Instamojo's own client, and the browser of who pays."""

    sandbox: Sandbox
    house: House

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.house.port}/webhooks/instamojo?reference=r-1"

    async def official(self, method: str, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Ask as a merchant's program does; the client blocks, so it runs beside the loop."""
        settings = self.sandbox.settings
        client = Instamojo(
            api_key=named.pop("api_key", KEYS["X-Api-Key"]),
            auth_token=KEYS["X-Auth-Token"],
            endpoint=settings.address("instamojo") + "/",
        )
        return await asyncio.to_thread(getattr(client, method), *arguments, **named)

    async def asked(self, amount: str = "5000.00", **changes: Any) -> dict[str, Any]:
        """Return a new payment request."""
        wanted: dict[str, Any] = {
            "purpose": "Course deposit",
            "amount": amount,
            **PAYER,
            "redirect_url": "https://shop.test/pay/return?reference=r-1",
            "webhook": self.webhook,
            "allow_repeated_payments": False,
        }
        answer = await self.official("payment_request_create", **(wanted | changes))
        assert answer["success"], answer
        return answer["payment_request"]

    async def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        options.setdefault("headers", KEYS)
        return await self.sandbox.client.request(method, f"/instamojo/api/1.1/{path}", **options)

    async def page(self, request: dict[str, Any], **query: str) -> httpx.Response:
        return await self.sandbox.client.get(f"/instamojo/@demo/{request['id']}", params=query)

    async def pay(self, request: dict[str, Any], outcome: str = "pay", **form: str) -> httpx.Response:
        path = f"/instamojo/@demo/{request['id']}"
        return await self.sandbox.client.post(path, data={**PAYER, **UPI, "outcome": outcome, **form})

    async def state(self, request: dict[str, Any]) -> dict[str, Any]:
        return (await self.official("payment_request_status", request["id"]))["payment_request"]

    async def paid(self, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a request that was paid, and its payment."""
        request = await self.asked(**changes)
        assert (await self.pay(request)).status_code == 303
        return request, (await self.state(request))["payments"][0]

    def told(self) -> list[dict[str, str]]:
        """Return the forms of the webhooks so far."""
        return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for body in self.house.posts]


@pytest.fixture
def shop(sandbox: Sandbox, house: House) -> Shop:
    return Shop(sandbox, house)


@pytest_asyncio.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[InstamojoPaymentGateway]:
    settings: Settings = sandbox.settings
    async with client_for(settings) as client:
        yield InstamojoPaymentGateway(client, f"{settings.base_url}/webhooks/instamojo")
