"""One house for all tests of a module, whose providers fail on purpose. Each test writes to people of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from domain.messaging.outbox import Channel, plan_call, plan_email, plan_whatsapp
from domain.messaging.showing import find_delivery
from domain.work import SYSTEM, Row
from tests.fixtures.cast import BEN, create_cast, signed_in_browser
from tests.fixtures.house import House, running_house, until
from tests.fixtures.payments import Desk
from tests.fixtures.services import make_settings

DATABASE = "gurudesk_faults"
# channel -> its provider, and what a message is posted to.
LINES: dict[Channel, tuple[str, str]] = {
    "email": ("sendgrid", "/mail/send"),
    "whatsapp": ("aisensy", "/campaign/t1/api/v2"),
    "call": ("bolna", "/bolna/call"),
}
# channel -> what is shown of a message that fared well.
ENDS: dict[Channel, str] = {"email": "delivered", "whatsapp": "read", "call": "completed"}
LETTER = {"first_name": "Someone", "course_title": "Data Analytics", "reason": "The batch is full."}
# No number of these ends as one of those that the sandbox has fare in a way of their own.
_numbers = count(7001)


@dataclass(frozen=True)
class Post:
    """Sends messages of each channel, and shows what an admin sees of them and what their provider has."""

    house: House

    async def plan_fault(self, target: str, kind: str, times: int = 1, seconds: float | None = None) -> None:
        body = {"provider": target, "kind": kind, "count": times} | ({"seconds": seconds} if seconds else {})
        answer = await self.house.sandbox.post("/faults.json", json=body)
        assert answer.status_code == 201, answer.text

    async def plan_failures(self, provider: str, rate: float) -> None:
        answer = await self.house.sandbox.post("/failure-rates.json", json={"provider": provider, "rate": rate})
        assert answer.is_success, answer.text

    async def plan(self, channel: Channel, to: str = "", *, marketing: bool = False) -> UUID:
        """Plan a message to somebody who has got none yet, or to ``to``."""
        number = next(_numbers)
        to = to or (f"person-{number}@example.test" if channel == "email" else f"+91981110{number}")
        about: dict[str, Any] = {"to": to, "key": f"fault:{number}", "name": "Someone", "marketing": marketing}
        async with self.house.database.work(SYSTEM) as work:
            if channel == "email":
                planned = await plan_email(work, kind="rejection", params=LETTER, **about)
            elif channel == "whatsapp":
                params = ("Asha", "Gurudesk", "class moves to six")
                planned = await plan_whatsapp(
                    work, kind="announcement", template="announcement", params=params, **about
                )
            else:
                planned = await plan_call(work, kind="one_call", user_data={"course": "UX"}, **about)
        assert planned is not None
        return planned

    async def seen(self, delivery_id: UUID) -> Row:
        """Return what an admin sees of a message."""
        async with self.house.database.work(BEN.identity) as work:
            return await find_delivery(work, delivery_id)

    async def reaches(self, delivery_id: UUID, *states: str) -> Row:
        """Let the worker go on until one of these is shown of a message."""

        async def reached() -> Row | None:
            await self.house.run_due()
            found = await self.seen(delivery_id)
            return found if found.log_state in states else None

        found: Row = await until(reached)
        return found

    async def taken(self, delivery: Row) -> int:
        """Return how often a message's provider has taken it from us."""
        provider, path = LINES[delivery.channel]
        journal = (await self.house.sandbox.get("/journal.json", params={"provider": provider})).json()
        return sum(
            entry["path"].endswith(path) and entry["status"] < 300 and delivery.to_address in entry["body"]
            for entry in journal
        )

    async def page(self, path: str) -> str:
        """Return a page as an admin sees it."""
        async with signed_in_browser(self.house.app, BEN) as browser:
            answer = await browser.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def callbacks(self, provider: str, **which: str) -> list[dict[str, Any]]:
        """Return the webhooks of a provider."""
        answer = await self.house.sandbox.get("/callbacks.json", params={"provider": provider, **which})
        found: list[dict[str, Any]] = answer.json()
        return found

    async def sign_rightly(self, provider: str) -> None:
        """Have the webhooks that were signed wrongly, and turned away, sent again as they should have been."""

        async def tried() -> list[dict[str, Any]]:
            wrong = [one for one in await self.callbacks(provider) if one["is_signed_wrongly"]]
            return wrong if all(one["attempts"] for one in wrong) else []

        for one in await until(tried):
            answer = await self.house.sandbox.post(f"/journal/{one['form']}/{one['id']}/again")
            assert answer.status_code == 303, answer.text

    async def run(self, sql: str, **values: Any) -> None:
        async with self.house.database.work(SYSTEM) as work:
            await work.run(sql, **values)

    async def value(self, sql: str, **values: Any) -> Any:
        async with self.house.database.work(SYSTEM) as work:
            return await work.value(sql, **values)

    async def move_clock(self, by: str) -> None:
        """Let business time go on: what providers do and what we plan goes by it."""
        await self.run("select shift_clock(%(by)s::interval)", by=by)

    async def wait_out(self) -> None:
        """Let the real time pass that something waits for after a fault, and the provider be asked again."""
        await self.run("update provider_traffic set opened_until = now() where opened_until > now()")
        await self.run("update deliveries set retry_at = now() where retry_at > now()")
        await self.run("update automation_steps set retry_at = null where state = 'planned'")
        for lane in self.house.services.traffic.lanes.values():
            lane.forget()


@contextmanager
def impatient(client: httpx.AsyncClient, seconds: float = 0.3) -> Iterator[None]:
    """Let an adapter's client wait no longer than so many seconds for an answer."""
    patience = client.timeout
    client.timeout = httpx.Timeout(20.0, read=seconds)
    yield
    client.timeout = patience


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_house(
    databases: Any, redis_server: Any, tmp_path_factory: Any, password_hash: str
) -> AsyncIterator[House]:
    """Web, sandbox and worker, delays off, with the cast."""
    redis = f"unix://{redis_server.places.redis_socket}?db=1"
    settings = make_settings(databases.clone(DATABASE), redis, tmp_path_factory.mktemp("house"))
    async with running_house(settings) as house:
        await create_cast(house.database, password_hash)
        yield house
    databases.drop(DATABASE)


@pytest_asyncio.fixture(loop_scope="module")
async def house(whole_house: House) -> AsyncIterator[House]:
    """The house of the module; what a test planned for its providers ends with the test."""
    yield whole_house
    await whole_house.sandbox.delete("/faults.json")
    await whole_house.sandbox.delete("/failure-rates.json")
    await Post(whole_house).wait_out()


@pytest.fixture
def post(house: House) -> Post:
    return Post(house)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)
