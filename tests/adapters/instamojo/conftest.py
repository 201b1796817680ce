"""A server that answers as Instamojo would, byte by byte, and remembers what it was asked."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest_asyncio

from adapters.instamojo import InstamojoPaymentGateway, client_for
from adapters.settings import Settings
from tests.adapters.sendgrid.conftest import Provider, provider

__all__ = ["provider"]

REQUEST = {
    "id": "0f3c2a9d4b6e4c1f8a7d5e2b9c0a1f34",
    "longurl": "https://www.instamojo.com/@demo/0f3c2a9d4b6e4c1f8a7d5e2b9c0a1f34",
    "amount": "5000.00",
    "purpose": "Course deposit",
    "status": "Pending",
    "buyer_name": "Asha Rao",
    "email": None,
    "phone": "+919845012345",
    "allow_repeated_payments": False,
    "webhook": "https://shop.test/hook?reference=r-1",
}
PAYMENT = {
    "payment_id": "MOJO6b21A05N90817263",
    "status": "Credit",
    "amount": "5000.00",
    "fees": "103.00",
    "billing_instrument": "UPI",
    "failure": None,
    "payment_request": f"https://www.instamojo.com/api/1.1/payment-requests/{REQUEST['id']}/",
    "created_at": "2026-02-03T09:18:02.551210Z",
}


def settings_for(port: int) -> Settings:
    return Settings(
        _env_file=None,
        INSTAMOJO_BASE_URL=f"http://127.0.0.1:{port}/api/1.1",
        INSTAMOJO_API_KEY="very-secret-key",
        INSTAMOJO_AUTH_TOKEN="very-secret-token",
    )


@pytest_asyncio.fixture
async def gateway(provider: Provider) -> AsyncIterator[InstamojoPaymentGateway]:
    provider.status = 201
    say(provider, payment_request=REQUEST)
    async with client_for(settings_for(provider.port)) as client:
        yield InstamojoPaymentGateway(client, "https://desk.test/webhooks/instamojo")


def say(provider: Provider, status: int = 200, **parts: Any) -> None:
    """Let every later answer be this one."""
    provider.status, provider.body = status, json.dumps({"success": True, **parts}).encode()


def refuse(provider: Provider, status: int, message: Any) -> None:
    provider.status, provider.body = status, json.dumps({"success": False, "message": message}).encode()


def asked(provider: Provider, number: int = -1) -> tuple[str, dict[str, str]]:
    """Return the first line of a request, and its form."""
    head, body = provider.requests[number]
    return head.splitlines()[0], dict(parse_qsl(body.decode(), keep_blank_values=True))


def pages_asked(provider: Provider) -> list[str]:
    return [parse_qs(head.split(" ")[1].partition("?")[2])["page"][0] for head, _ in provider.requests]
