"""The rooms as a person sees them: the list, the door, the people, the recording's page."""

import re

from adapters.sandbox.zoom.recording_shape import play_passcode
from tests.adapters.sandbox.zoom.conftest import HOST, move_clock


def stays(page):
    return re.findall(r'id="stay-(\d+)"', page)


async def test_the_list_shows_what_runs_first(zoom):
    waits, runs = [await zoom.create(topic=topic) for topic in ("Algebra", "Geometry")]
    await zoom.press(runs, "start")
    page = (await zoom.client.get("/zoom-rooms")).text
    assert page.index("Geometry") < page.index("Algebra")
    assert "1 person in it" in page
    assert "This is the sandbox" in page
    found = (await zoom.client.get("/zoom-rooms", params={"q": str(waits["id"])})).text
    assert "Algebra" in found
    assert "Geometry" not in found


async def test_a_guest_needs_the_passcode_a_name_and_a_host(zoom):
    meeting = await zoom.create(settings={"approval_type": 2})
    guest = {"name": "Ben", "passcode": meeting["password"]}
    early = await zoom.press(meeting, "people", **guest)
    assert "not+started" in early.headers["Location"]
    await zoom.press(meeting, "start")
    wrong = await zoom.press(meeting, "people", name="Ben", passcode="wrong")
    assert "passcode+is+wrong" in wrong.headers["Location"]
    nameless = await zoom.press(meeting, "people", **(guest | {"name": " "}))
    assert "give+a+name" in nameless.headers["Location"]
    assert len(stays(await zoom.room(meeting))) == 1
    await zoom.press(meeting, "people", **guest)
    assert "Ben" in await zoom.room(meeting)


async def test_a_join_link_leads_to_the_door_and_brings_the_passcode(zoom):
    meeting = await zoom.create(settings={"approval_type": 2})
    await zoom.press(meeting, "start")
    led = await zoom.client.get(meeting["join_url"])
    assert led.status_code == 302
    door = await zoom.client.get(led.headers["Location"])
    assert 'name="passcode"' not in door.text
    pwd = re.search(r'name="pwd" value="([^"]+)"', door.text)[1]
    await zoom.press(meeting, "people", name="Ben", pwd=pwd)
    assert len(stays(await zoom.room(meeting))) == 2


async def test_who_comes_by_the_common_link_registers_first(zoom):
    meeting = await zoom.create()
    await zoom.press(meeting, "start")
    refused = await zoom.press(meeting, "people", name="Ben", passcode=meeting["password"])
    assert "registration" in refused.headers["Location"]
    await zoom.press(meeting, "people", name="Ben Das", email="ben@example.org")
    listed = (await zoom.api("GET", f"/meetings/{meeting['id']}/registrants")).json()["registrants"]
    assert [(one["first_name"], one["last_name"]) for one in listed] == [("Ben", "Das")]


async def test_a_waiting_room_holds_guests_until_they_are_admitted(zoom, receiver):
    meeting = await zoom.create(settings={"approval_type": 2, "waiting_room": True})
    await zoom.press(meeting, "start")
    await zoom.press(meeting, "people", name="Ben", passcode=meeting["password"])
    await receiver.event("meeting.participant_joined_waiting_room")
    waiting = re.search(r"/people/(\d+)/admission", await zoom.room(meeting))[1]
    await zoom.press(meeting, f"people/{waiting}/admission")
    joined = await receiver.event("meeting.participant_joined", 2)
    assert joined["payload"]["object"]["participant"]["user_name"] == "Ben"
    assert "/admission" not in await zoom.room(meeting)


async def test_who_comes_back_has_two_stays(zoom):
    meeting = await zoom.create(settings={"approval_type": 2})
    await zoom.press(meeting, "start")
    guest = {"name": "Ben", "passcode": meeting["password"]}
    await zoom.press(meeting, "people", **guest)
    ben = max(stays(await zoom.room(meeting)), key=int)
    await zoom.press(meeting, f"people/{ben}/departure")
    await zoom.press(meeting, "people", **guest)
    await zoom.press(meeting, "end")
    rows = (await zoom.api("GET", f"/past_meetings/{meeting['id']}/participants")).json()["participants"]
    assert [row["name"] for row in rows].count("Ben") == 2
    assert len({row["user_id"] for row in rows}) == 3


async def test_a_host_holds_one_meeting_at_a_time(zoom):
    first, second = await zoom.create(), await zoom.create()
    await zoom.press(first, "start")
    refused = await zoom.press(second, "start")
    assert "another+meeting" in refused.headers["Location"]
    assert "another meeting" in await zoom.room(second, said="The host is in another meeting")


async def test_the_chat_is_in_the_recording_which_opens_with_its_passcode(zoom, database_url):
    meeting = await zoom.create(topic="<b>Algebra</b>")
    await zoom.press(meeting, "start")
    host = stays(await zoom.room(meeting))[0]
    await zoom.press(meeting, "chat", stay=host, line="Page 12 <script>please")
    move_clock(database_url, "1 hour")
    await zoom.press(meeting, "end")
    recording = (await zoom.api("GET", f"/meetings/{meeting['id']}/recordings")).json()
    assert recording["duration"] in (60, 61)
    led = await zoom.client.get(recording["share_url"])
    closed = await zoom.client.get(led.headers["Location"])
    assert "Page 12" not in closed.text
    assert "default-src 'self'" in closed.headers["Content-Security-Policy"]
    page = (await zoom.client.get(led.headers["Location"], params={"pwd": play_passcode(recording["uuid"])})).text
    assert "Page 12 &lt;script&gt;please" in page
    assert "&lt;b&gt;Algebra&lt;/b&gt;" in page
    for source in re.findall(r'src="(/zoom-rooms/[^"]+)"', page):
        answer = await zoom.client.get(source.replace("&amp;", "&"))
        assert answer.headers["Content-Type"] in ("video/mp4", "audio/mp4")
        assert (await zoom.client.get(source.partition("?")[0], params={"pwd": "x"})).status_code == 403


async def test_the_address_of_webhooks_can_be_checked_as_zoom_does(zoom, receiver):
    checked = await zoom.client.post("/zoom-rooms/webhook-check")
    assert checked.headers["Location"].endswith("said=valid")
    assert receiver.signed() == [True]
    receiver.statuses = [403]
    refused = await zoom.client.post("/zoom-rooms/webhook-check")
    assert "403" in refused.headers["Location"]


async def test_an_event_is_sent_again_on_request(zoom, receiver):
    meeting = await zoom.create(settings={"auto_recording": "none"})
    await zoom.press(meeting, "start")
    await receiver.event("meeting.participant_joined")
    callback = re.search(r"/callbacks/(\d+)", await zoom.room(meeting))[1]
    await zoom.press(meeting, f"callbacks/{callback}")
    await receiver.event("meeting.participant_joined", 2)
    other = await zoom.create(HOST)
    assert (await zoom.client.post(f"/zoom-rooms/{other['id']}/callbacks/{callback}")).status_code == 404


async def test_rooms_that_are_not_there_are_not_found(zoom):
    for path in ("/zoom-rooms/1", "/zoom-rooms/recordings/none", "/zoom-rooms/99999999999999999999999"):
        assert (await zoom.client.get(path, headers={"Accept": "text/html"})).status_code == 404
    stranger = await zoom.client.post("/zoom-rooms/1/start", headers={"Sec-Fetch-Site": "cross-site"})
    assert stranger.status_code == 403
