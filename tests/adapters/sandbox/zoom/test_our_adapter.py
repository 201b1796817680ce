"""Our own adapter against the sandbox: a class from its planning to the recording on disk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from redis.asyncio import Redis

from adapters.zoom import ZoomMeetingProvider, client_for, meeting_provider
from adapters.zoom.events import parse_event
from adapters.zoom.signature import is_signed, secret_token
from domain.ports import Missing, Refused, Unavailable, Unknown
from domain.ports.meetings import MeetingPlan
from tests.adapters.sandbox.zoom.conftest import BASIC

PLAN = MeetingPlan("Algebra", datetime(2027, 1, 12, 10, 30, tzinfo=UTC), 60, "Asia/Kolkata")


@pytest_asyncio.fixture
async def meetings(zoom, redis_address) -> AsyncIterator[ZoomMeetingProvider]:
    async with client_for(zoom.settings) as client, Redis.from_url(redis_address) as redis:
        yield meeting_provider(zoom.settings, client, redis)


async def test_a_class_is_planned_held_counted_and_watched(zoom, meetings, receiver):
    made = await meetings.create(PLAN)
    assert made.has_registration
    assert made.recording == "cloud"
    assert await meetings.find(PLAN) == made
    assert (await meetings.update(made.zoom_meeting_id, replace(PLAN, topic="Geometry"))).topic == "Geometry"
    assert await meetings.find(PLAN) == Missing()
    asha = await meetings.register(made.zoom_meeting_id, "asha@example.org", "Asha", "R")
    assert (await meetings.register(made.zoom_meeting_id, "asha@example.org", "Asha", "R")) == asha
    meeting = {"id": made.zoom_meeting_id}
    await zoom.press(meeting, "start")
    assert (await meetings.get(made.zoom_meeting_id)).status == "started"
    await zoom.press(meeting, "people", tk=asha.join_url.split("tk=")[1].split("&")[0])
    assert await meetings.end(made.zoom_meeting_id) is None
    stays = await meetings.participants(made.uuid)
    assert [(stay.name, stay.registrant_id) for stay in stays] == [("Meera Host", ""), ("Asha R", asha.registrant_id)]
    now = datetime.now(UTC)
    (recording,) = await meetings.recordings(now - timedelta(days=100), now + timedelta(days=1))
    assert recording.uuid == made.uuid
    recording = await meetings.recording(made.uuid)
    for file in recording.files:
        whole = b"".join(
            [chunk async for chunk in meetings.download(file.download_url, token=recording.download_token)]
        )
        assert len(whole) == file.size
        rest = b"".join([chunk async for chunk in meetings.download(file.download_url, 10)])
        assert rest == whole[10:]
    assert await meetings.delete(made.zoom_meeting_id) is None
    assert await meetings.get(made.zoom_meeting_id) == Missing()
    await receiver.event("recording.completed")
    for headers, body in receiver.requests:
        stamped = datetime.now(UTC)
        signature, timestamp = headers["x-zm-signature"], headers["x-zm-request-timestamp"]
        assert is_signed(secret_token(zoom.settings), signature, timestamp, body, stamped)
        assert parse_event(body, stamped).zoom_meeting_id == made.zoom_meeting_id


async def test_the_basic_hosts_meeting_comes_back_without_what_was_asked(zoom, meetings):
    made = await meetings.create(replace(PLAN, host=BASIC))
    assert (made.has_registration, made.recording) == (False, "none")
    assert isinstance(await meetings.register(made.zoom_meeting_id, "asha@example.org", "Asha", "R"), Refused)
    assert isinstance(await meetings.create(replace(PLAN, host="nobody@x.test")), Refused)


async def test_each_fault_of_the_sandbox_has_its_outcome(zoom, meetings):
    async def plan(kind, provider="zoom"):
        await zoom.client.post("/faults.json", json={"provider": provider, "kind": kind, "count": 1})
        return await meetings.create(replace(PLAN, topic=kind))

    assert isinstance(await plan("429"), Unavailable)
    assert isinstance(await plan("503"), Unavailable)
    assert isinstance(await plan("403"), Unavailable)
    assert isinstance(await plan("500"), Unknown)
    # A token turned away is renewed, and the class is made all the same.
    assert (await plan("401")).zoom_meeting_id


async def test_a_creation_that_was_taken_but_never_answered_is_found(zoom, redis_address):
    async with client_for(zoom.settings) as client, Redis.from_url(redis_address) as redis:
        client.timeout = 0.5
        meetings = meeting_provider(zoom.settings, client, redis)
        await zoom.client.post("/faults.json", json={"provider": "zoom", "kind": "silent", "count": 1})
        assert isinstance(await meetings.create(PLAN), Unknown)
        client.timeout = 20
        found = await meetings.find(PLAN)
        assert found.topic == "Algebra"
        assert found.passcode
        await zoom.client.post("/faults.json", json={"provider": "zoom", "kind": "lost", "count": 1})
        client.timeout = 0.5
        lost = replace(PLAN, topic="Geometry")
        assert isinstance(await meetings.create(lost), Unknown)
        client.timeout = 20
        assert await meetings.find(lost) == Missing()
