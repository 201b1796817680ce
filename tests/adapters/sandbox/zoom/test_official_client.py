"""The sandbox as ``zoomus`` finds it: the client of its own that Zoom's customers use in Python."""

import asyncio
from datetime import UTC, datetime

from zoomus import ZoomClient

from tests.adapters.sandbox.zoom.conftest import HOST


def client_of(zoom, secret="sandbox-zoom-secret"):
    return ZoomClient(
        "sandbox-zoom-client",
        secret,
        "sandboxZoomAccount0001",
        base_uri=f"{zoom.settings.sandbox_url}/zoom/v2",
        oauth_uri=f"{zoom.settings.sandbox_url}/zoom/oauth/token",
    )


async def test_a_customers_program_holds_a_class_without_noticing(zoom):
    # It blocks, so it runs beside the loop.
    client = await asyncio.to_thread(client_of, zoom)
    ask = asyncio.to_thread
    assert (await ask(client.user.get, id=HOST)).json()["type"] == 2
    created = await ask(
        client.meeting.create,
        user_id=HOST,
        topic="Algebra",
        type=2,
        start_time=datetime(2027, 1, 12, 10, 30, tzinfo=UTC),
        duration=60,
        timezone="Asia/Kolkata",
        settings={"approval_type": 0, "auto_recording": "cloud"},
    )
    assert created.status_code == 201
    number = created.json()["id"]
    assert created.json()["start_time"] == "2027-01-12T10:30:00Z"
    assert (await ask(client.meeting.update, id=number, topic="Geometry")).status_code == 204
    assert (await ask(client.meeting.get, id=number)).json()["topic"] == "Geometry"
    assert [one["id"] for one in (await ask(client.meeting.list, user_id=HOST)).json()["meetings"]] == [number]
    asha = {"email": "asha@example.org", "first_name": "Asha", "last_name": "R"}
    assert (await ask(client.meeting.add_registrant, id=number, **asha)).json()["join_url"]
    assert (await ask(client.meeting.list_registrants, id=number)).json()["total_records"] == 1
    await zoom.press(created.json(), "start")
    assert (await ask(client.meeting.update_status, id=number, action="end")).status_code == 204
    uuid = (await ask(client.past_meeting.get, meeting_id=str(number))).json()["uuid"]
    assert uuid == created.json()["uuid"]
    people = await ask(client.past_meeting.get_participants, meeting_id=uuid)
    assert [one["name"] for one in people.json()["participants"]] == ["Meera Host"]
    recording = await ask(client.recording.get, meeting_id=uuid)
    assert {file["file_type"] for file in recording.json()["recording_files"]} >= {"MP4", "M4A", "CHAT", "TRANSCRIPT"}
    today = datetime.now(UTC)
    listed = await ask(client.recording.list, user_id=HOST, start=today, end=today)
    assert [one["uuid"] for one in listed.json()["meetings"]] == [uuid]
    assert (await ask(client.recording.delete, meeting_id=uuid)).status_code == 204
    assert (await ask(client.meeting.delete, id=number)).status_code == 204


async def test_a_customers_program_with_the_wrong_secret_gets_nowhere(zoom):
    client = await asyncio.to_thread(client_of, zoom, "wrong")
    answer = await asyncio.to_thread(client.user.list)
    assert (answer.status_code, answer.json()["code"]) == (401, 124)
