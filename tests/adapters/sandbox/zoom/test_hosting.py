"""Meetings that start and end at their moments by themselves, with most of those registered in them."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.adapters.sandbox.conftest import until
from tests.adapters.sandbox.zoom.conftest import plan, zoom_running


@pytest.fixture
def slow(zoom_settings):
    return zoom_settings.model_copy(update={"sandbox_delays": True})


async def planned(zoom, **changes):
    """Return a new meeting that starts in two hours."""
    now = datetime.fromisoformat((await zoom.client.get("/clock.json")).json()["now"])
    start = (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = await zoom.api("POST", "/users/me/meetings", plan(start_time=start, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(receiver, kind):
    return receiver.events(kind)


async def moved(zoom, by):
    await zoom.client.post("/clock.json", json={"by": by})

    async def is_done():
        move = (await zoom.client.get("/clock.json")).json()["move"]
        assert move["state"] in ("running", "done"), move
        return move["state"] == "done"

    await until(is_done, 60)


async def test_a_meeting_starts_and_ends_as_planned_and_its_recording_appears_after_it(slow, receiver):
    async with zoom_running(slow) as zoom:
        meeting = await planned(zoom)
        for number in range(5):
            person = {"email": f"s{number}@example.com", "first_name": f"Student {number}", "last_name": "Rao"}
            assert (await zoom.api("POST", f"/meetings/{meeting['id']}/registrants", person)).status_code == 201
        await moved(zoom, "4h")
        (started,), (ended,) = told(receiver, "meeting.started"), told(receiver, "meeting.ended")
        held = ended["payload"]["object"]
        start = datetime.fromisoformat(meeting["start_time"])
        assert abs(datetime.fromisoformat(held["start_time"]) - start) < timedelta(seconds=30)
        length = datetime.fromisoformat(held["end_time"]) - start
        assert abs(length - timedelta(minutes=60)) < timedelta(seconds=30)
        joined = {
            event["payload"]["object"]["participant"]["user_name"]
            for event in told(receiver, "meeting.participant_joined")
        }
        assert len(joined) >= 3
        assert told(receiver, "recording.completed") == []
        await moved(zoom, "2h")  # the processing takes twice the hour it lasted, and a little may be recorded longer
        assert len(told(receiver, "recording.completed")) == 1
        assert started["payload"]["object"]["uuid"] == held["uuid"]


async def test_a_host_who_is_told_to_stay_away_does_not_come(slow, receiver):
    async with zoom_running(slow) as zoom:
        await planned(zoom)
        await until(lambda: with_words(zoom, "Let hosts stay away"))
        await zoom.client.post("/zoom-rooms/host", data={"is_automatic": "false"})
        await moved(zoom, "130m")
        assert told(receiver, "meeting.started") == []
        await zoom.client.post("/zoom-rooms/host", data={"is_automatic": "true"})
        await until(lambda: asyncio.sleep(0, told(receiver, "meeting.started")))


async def with_words(zoom, words):
    return words in (await zoom.client.get("/zoom-rooms")).text
