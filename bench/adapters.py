"""Messages a second through each provider's adapter into the sandbox, against a bare httpx loop that sends the same requests.

The adapters go their whole way: their turn at the rate, the breaker, and the redacted log of requests.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import httpx

from adapters.bootstrap import Services, open_services
from adapters.providers import Providers, open_providers
from adapters.settings import Settings
from adapters.traffic import Traffic
from bench.ground import Row, ground, row
from bench.processes import free_port, module_running
from domain.ports import Email, Recipient
from domain.ports.meetings import MeetingPlan
from domain.ports.payments import PaymentRequest
from domain.ports.voice import Call
from domain.ports.whatsapp import WhatsAppMessage

COUNT = 100
ROUNDS = 3
PROVIDERS = ("sendgrid", "aisensy", "instamojo", "bolna", "zoom")
UNLIMITED = {f"{name}_rate": 10_000.0 for name in PROVIDERS}
NAMES = {"sendgrid": "e-mails", "aisensy": "WhatsApp messages", "instamojo": "payment requests", "bolna": "calls"}


async def _email(ports: Providers | Services, number: int) -> Any:
    recipients = [Recipient(uuid4(), f"person{number}@example.com", "Asha Rao")]
    text, html = "Your class begins at seven.", "<p>Your class begins at seven.</p>"
    return await ports.email.send(Email(uuid4(), recipients, "hello@gurudesk.test", "Gurudesk", "Class", text, html))


async def _whatsapp(ports: Providers | Services, number: int) -> Any:
    params = ("Asha", "Gurudesk", "No class on Monday")
    return await ports.whatsapp.send(
        WhatsAppMessage(uuid4(), "announcement", f"+9198{number:08d}", "Asha Rao", params=params)
    )


async def _payment(ports: Providers | Services, number: int) -> Any:
    return await ports.payments.create(PaymentRequest(uuid4().hex, "Data Analytics", 500_000, buyer_name="Asha Rao"))


async def _call(ports: Providers | Services, number: int) -> Any:
    return await ports.voice.call(Call(uuid4(), f"+9198{number:08d}", {"name": "Asha", "message": "No class."}))


async def _meeting(ports: Providers | Services, number: int) -> Any:
    starts_at = datetime.now(UTC) + timedelta(days=1 + number % 20)
    return await ports.meetings.create(MeetingPlan(f"Class {number}", starts_at, 60, "Asia/Kolkata"))


SENDS: dict[str, Callable[[Providers | Services, int], Awaitable[Any]]] = {
    "sendgrid": _email,
    "aisensy": _whatsapp,
    "instamojo": _payment,
    "bolna": _call,
    "zoom": _meeting,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as an adapter made it."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes


@dataclass
class Recorder:
    """Gives adapters transports that note every request; stands where the traffic control stands."""

    requests: dict[str, list[Recorded]] = field(default_factory=lambda: {name: [] for name in PROVIDERS})

    def transport(self, provider: str, limits: httpx.Limits) -> httpx.AsyncBaseTransport:
        return _Recording(self.requests[provider], limits)


class _Recording(httpx.AsyncHTTPTransport):
    def __init__(self, requests: list[Recorded], limits: httpx.Limits) -> None:
        super().__init__(limits=limits)
        self._requests = requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        self._requests.append(Recorded(request.method, request.url, headers, await request.aread()))
        return await super().handle_async_request(request)


def measure() -> list[Row]:
    """Return messages a second by provider, with the baseline's."""
    with ground(port=free_port(), sandbox_port=free_port(), **UNLIMITED) as settings:
        with module_running(["bench.open_sandbox"], settings, settings.sandbox_port):
            return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> list[Row]:
    async with open_services(settings) as services:
        requests = await _recorded(settings, services)
        return [await _compared(name, services, requests[name]) for name in PROVIDERS]


async def _recorded(settings: Settings, services: Services) -> dict[str, list[Recorded]]:
    recorder = Recorder()
    async with open_providers(settings, services.redis, cast(Traffic, recorder)) as ports:
        for name, send in SENDS.items():
            for number in range(COUNT):
                _check(await send(ports, number))
            # What comes before the first message, like a token, is no message.
            recorder.requests[name] = recorder.requests[name][-COUNT:]
    return recorder.requests


async def _compared(name: str, services: Services, requests: list[Recorded]) -> Row:
    """Take turns, so that whatever else the machine does falls on both; the first round warms up."""
    ours, bare = [], []
    async with httpx.AsyncClient(timeout=30) as client:
        for number in range(ROUNDS + 1):
            mine, other = await _ours(name, services, number * COUNT), await _bare(client, requests)
            if number:
                ours.append(COUNT / mine)
                bare.append(COUNT / other)
    what = f"{NAMES.get(name, 'meetings')} through the {name} adapter ÷ a bare httpx loop"
    return row(what, statistics.median(ours), "messages/s", statistics.median(bare))


async def _ours(name: str, services: Services, first: int) -> float:
    started = time.perf_counter()
    for number in range(first, first + COUNT):
        _check(await SENDS[name](services, number))
    return time.perf_counter() - started


async def _bare(client: httpx.AsyncClient, requests: list[Recorded]) -> float:
    started = time.perf_counter()
    for one in requests:
        answer = await client.request(one.method, one.url, headers=one.headers, content=one.content)
        answer.raise_for_status()
    return time.perf_counter() - started


def _check(outcome: Any) -> None:
    if not getattr(outcome, "success", hasattr(outcome, "join_url")):
        raise RuntimeError(f"the sandbox did not take it: {outcome}")
