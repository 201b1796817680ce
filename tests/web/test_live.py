"""The live stream says that something changed, to those it concerns, and what was missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from adapters.redis.live import STREAM
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA, sign_in_as


@asynccontextmanager
async def page_of(house, actor, last_id: str = "") -> AsyncIterator[AsyncIterator[str]]:
    """Open somebody's stream; the iterator yields its events, each as one text."""
    async with httpx.AsyncClient(base_url=house.settings.base_url, timeout=20) as client:
        if actor:
            await sign_in_as(client, house.app, actor)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with client.stream("GET", "/live", headers=headers) as answer:
            assert answer.status_code == (200 if actor else 401)
            yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[str]:
    lines: list[str] = []
    async for line in answer.aiter_lines():
        if line:
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []


async def changed(house, topic: str, person_id=None) -> None:
    async with house.database.work(SYSTEM) as work:
        work.signal(topic, person_id)


async def next_of(events: AsyncIterator[str]) -> str:
    async with asyncio.timeout(15):
        return await anext(events)


async def test_nobody_is_refused_without_a_redirect(house):
    async with page_of(house, None):
        pass


async def test_a_page_is_told_to_resync_and_then_of_each_change(house, cast):
    async with page_of(house, BEN) as events:
        assert "event: resync" in await next_of(events)
        await changed(house, "leads")
        assert "event: leads" in await next_of(events)


async def test_a_student_hears_of_their_own_things_alone(house, cast):
    async with page_of(house, ASHA) as events:
        await next_of(events)
        await changed(house, "applications")
        await changed(house, "notifications", CHITRA.id)
        await changed(house, "notifications", ASHA.id)
        await changed(house, "last", ASHA.id)
        assert "event: notifications" in await next_of(events)
        assert "event: last" in await next_of(events)


async def test_what_a_page_missed_is_replayed_in_order(house, cast):
    async with page_of(house, BEN) as events:
        await next_of(events)
        await changed(house, "first")
        last_id = (await next_of(events)).split("\n")[0].removeprefix("id: ")
    await changed(house, "second")
    await changed(house, "third")
    async with page_of(house, BEN, last_id) as events:
        assert "event: second" in await next_of(events)
        assert "event: third" in await next_of(events)


async def test_what_cannot_be_replayed_any_more_is_a_resync(house, cast):
    await changed(house, "old")
    await house.services.redis.delete(STREAM)
    await changed(house, "new")
    async with page_of(house, BEN, "1-1") as events:
        assert "event: resync" in await next_of(events)


async def test_a_rolled_back_change_is_no_news(house, cast):
    async with page_of(house, BEN) as events:
        await next_of(events)
        try:
            async with house.database.work(SYSTEM) as work:
                work.signal("never")
                raise RuntimeError
        except RuntimeError:
            pass
        await changed(house, "after")
        assert "event: after" in await next_of(events)
