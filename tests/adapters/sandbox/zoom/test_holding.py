"""A meeting is held: who starts, comes and goes in its room, what is told of it, and what it leaves."""

import json
from datetime import datetime
from urllib.parse import quote

import psycopg

from tests.adapters.sandbox.conftest import until
from tests.adapters.sandbox.zoom.conftest import BASIC, move_clock, zoom_running
from tests.fixtures._ports import free_port


async def held(zoom, **changes):
    """Hold a meeting with one registered student, and return it as it was made."""
    meeting = await zoom.create(**changes)
    student = {"email": "asha@example.org", "first_name": "Asha", "last_name": "R"}
    registered = (await zoom.api("POST", f"/meetings/{meeting['id']}/registrants", student)).json()
    await zoom.press(meeting, "start")
    tk = registered["join_url"].split("tk=")[1].split("&")[0]
    await zoom.press(meeting, "people", tk=tk)
    await zoom.press(meeting, "end")
    return meeting | {"registrant_id": registered["registrant_id"]}


async def test_a_held_meeting_is_told_of_with_signed_events(zoom, receiver):
    meeting = await held(zoom)
    ended = await receiver.event("meeting.ended")
    assert ended["payload"]["object"]["id"] == str(meeting["id"])
    assert ended["payload"]["object"]["uuid"] == meeting["uuid"]
    left = await receiver.event("meeting.participant_left", 2)
    assert left["payload"]["object"]["participant"]["leave_reason"].endswith("Reason: Host ended the meeting.")
    joined = [event["payload"]["object"]["participant"] for event in receiver.events("meeting.participant_joined")]
    assert {person["user_name"]: person.get("registrant_id", "") for person in joined} == {
        "Meera Host": "",
        "Asha R": meeting["registrant_id"],
    }
    recorded = await receiver.event("recording.completed")
    assert recorded["payload"]["object"]["id"] == meeting["id"]
    assert {file["file_type"] for file in recorded["payload"]["object"]["recording_files"]} == {
        "MP4", "M4A", "CHAT", "TIMELINE",
    }  # fmt: skip
    assert recorded["download_token"].count(".") == 2
    await receiver.event("recording.transcript_completed")
    assert all(receiver.signed())
    for headers, body in receiver.requests:
        # Official receivers write the JSON anew before they check: it must be the same bytes.
        assert json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode() == body
        assert len(headers["x-zm-request-timestamp"]) == 10


async def test_the_next_start_has_a_uuid_of_its_own(zoom):
    meeting = await held(zoom)
    after = (await zoom.api("GET", f"/meetings/{meeting['id']}")).json()
    assert after["status"] == "waiting"
    assert after["uuid"] != meeting["uuid"]
    await zoom.press(meeting, "start")
    assert (await zoom.api("GET", f"/meetings/{meeting['id']}")).json()["status"] == "started"
    # The number means the latest, which still runs; the uuid means the one that was.
    assert (await zoom.api("GET", f"/past_meetings/{meeting['id']}")).status_code == 404
    twice = quote(quote(meeting["uuid"], safe=""), safe="")
    assert (await zoom.api("GET", f"/past_meetings/{twice}")).json()["participants_count"] == 2
    await zoom.api("PUT", f"/meetings/{meeting['id']}/status", {"action": "end"})
    instances = (await zoom.api("GET", f"/past_meetings/{meeting['id']}/instances")).json()["meetings"]
    assert [one["uuid"] for one in instances] == [meeting["uuid"], after["uuid"]]


async def test_ending_what_does_not_run_is_no_error(zoom, receiver):
    meeting = await zoom.create()
    assert (await zoom.api("PUT", f"/meetings/{meeting['id']}/status", {"action": "end"})).status_code == 204
    assert receiver.events("meeting.ended") == []


async def test_who_was_there_is_known_by_registration(zoom):
    meeting = await held(zoom)
    twice = quote(quote(meeting["uuid"], safe=""), safe="")
    rows = (await zoom.api("GET", f"/past_meetings/{twice}/participants")).json()["participants"]
    assert [(row["name"], row["user_email"], row["registrant_id"]) for row in rows] == [
        ("Meera Host", "host@gurudesk.test", ""),
        ("Asha R", "", meeting["registrant_id"]),
    ]
    report = (await zoom.api("GET", f"/report/meetings/{twice}/participants")).json()["participants"]
    assert "registrant_id" not in report[0]
    named = (await zoom.api("GET", f"/report/meetings/{twice}/participants", include_fields="registrant_id")).json()
    assert named["participants"][1]["registrant_id"] == meeting["registrant_id"]


async def test_a_uuid_is_understood_however_it_is_encoded(zoom, database_url):
    meeting = await held(zoom)
    awkward = "/3Kx9vQ2//6mZ1sYb7Rd+A=="
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into sandbox.zoom_instances select %s, meeting_id, started_at - interval '1 day', ended_at "
                           "- interval '1 day' from sandbox.zoom_instances", (awkward,))  # fmt: skip
    once = quote(awkward, safe="")
    for form in (awkward, once, quote(once, safe="")):
        answer = await zoom.client.get(
            f"/zoom/v2/past_meetings/{form}/participants", headers={"Authorization": f"Bearer {zoom.token}"}
        )
        assert answer.status_code == 200, form
        past = await zoom.client.get(
            f"/zoom/v2/past_meetings/{form}", headers={"Authorization": f"Bearer {zoom.token}"}
        )
        assert past.json()["uuid"] == awkward, form
    assert meeting["uuid"] != awkward


async def test_recordings_take_their_time_by_the_business_clock(zoom_settings, receiver, database_url):
    slow = zoom_settings.model_copy(update={"sandbox_delays": True})
    async with zoom_running(slow) as zoom:
        meeting = await held(zoom)
        twice = quote(quote(meeting["uuid"], safe=""), safe="")
        early = await zoom.api("GET", f"/meetings/{twice}/recordings")
        assert (early.status_code, early.json()["code"]) == (404, 3301)
        assert "still being processed" in early.json()["message"]
        move_clock(database_url, "65 seconds")
        files = (await zoom.api("GET", f"/meetings/{twice}/recordings")).json()["recording_files"]
        assert {file["file_type"] for file in files} == {"MP4", "M4A", "CHAT", "TIMELINE"}
        await receiver.event("recording.completed")
        assert receiver.events("recording.transcript_completed") == []
        await zoom.press(meeting, "publication")
        await receiver.event("recording.transcript_completed")
        files = (await zoom.api("GET", f"/meetings/{twice}/recordings")).json()["recording_files"]
        assert "TRANSCRIPT" in {file["file_type"] for file in files}


async def test_files_open_for_each_kind_of_token_and_show_a_page_to_strangers(zoom, receiver):
    meeting = await held(zoom)
    event = await receiver.event("recording.completed")
    body = (
        await zoom.api("GET", f"/meetings/{meeting['id']}/recordings", include_fields="download_access_token", ttl=60)
    ).json()
    files = {file["file_type"]: file for file in body["recording_files"]}
    for token in (zoom.token, body["download_access_token"], event["download_token"]):
        answer = await zoom.client.get(files["MP4"]["download_url"], headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 302
        video = await zoom.client.get(answer.headers["Location"])
        assert (video.headers["Content-Type"], len(video.content)) == ("video/mp4", files["MP4"]["file_size"])
        assert video.content[4:8] == b"ftyp"
    stranger = await zoom.client.get(files["MP4"]["download_url"])
    assert (stranger.status_code, stranger.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    part = await zoom.client.get(video.request.url, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    chat = await zoom.client.get(files["CHAT"]["download_url"].replace("/download/", "/store/"))
    assert "Meera Host:" in chat.text
    captions = await zoom.client.get(files["TRANSCRIPT"]["download_url"].replace("/download/", "/store/"))
    assert captions.text.startswith("WEBVTT")
    assert "Álgebra – class 4" in captions.text
    # A download token opens files and nothing else.
    zoom.token = body["download_access_token"]
    assert (await zoom.api("GET", "/users/me")).json()["code"] == 4711


async def test_recordings_are_listed_by_month_thrown_away_and_brought_back(zoom):
    meeting = await held(zoom)
    today = datetime.fromisoformat(meeting["created_at"]).date().isoformat()
    path = "/users/host@gurudesk.test/recordings"
    listed = (await zoom.api("GET", path, **{"from": "2020-01-01", "to": today})).json()
    assert listed["from"] > "2020-01-01"
    assert [one["uuid"] for one in listed["meetings"]] == [meeting["uuid"]]
    assert "password" not in listed["meetings"][0]
    twice = quote(quote(meeting["uuid"], safe=""), safe="")
    files = (await zoom.api("GET", f"/meetings/{twice}/recordings")).json()["recording_files"]
    assert (await zoom.api("DELETE", f"/meetings/{twice}/recordings/{files[0]['id']}")).status_code == 204
    assert (await zoom.api("DELETE", f"/meetings/{twice}/recordings")).status_code == 204
    assert (await zoom.api("GET", f"/meetings/{twice}/recordings")).json()[
        "message"
    ] == "This recording does not exist."
    assert (await zoom.api("GET", path, **{"from": today, "to": today, "trash": "true"})).json()["total_records"] == 1
    assert (await zoom.api("PUT", f"/meetings/{twice}/recordings/status", {"action": "recover"})).status_code == 204
    assert len((await zoom.api("GET", f"/meetings/{twice}/recordings")).json()["recording_files"]) == 5


async def test_each_stop_of_a_recording_leaves_files_of_its_own(zoom):
    meeting = await zoom.create()
    await zoom.press(meeting, "start")
    running = (await zoom.api("GET", f"/meetings/{meeting['id']}/recordings")).json()["recording_files"]
    assert [(file["file_type"], file["recording_end"]) for file in running] == [("", "")]
    for method in ("recording.stop", "recording.start"):
        answer = await zoom.api("PATCH", f"/live_meetings/{meeting['id']}/events", {"method": method})
        assert answer.status_code == 202
    await zoom.press(meeting, "end")
    files = (await zoom.api("GET", f"/meetings/{meeting['id']}/recordings")).json()["recording_files"]
    assert len([file for file in files if file["file_type"] == "MP4"]) == 2


async def test_a_basic_host_records_nothing_and_reports_nothing(zoom):
    meeting = await zoom.create(BASIC)
    await zoom.press(meeting, "start")
    await zoom.press(meeting, "end")
    assert (await zoom.api("GET", f"/meetings/{meeting['id']}/recordings")).json()["code"] == 3301
    assert (await zoom.api("GET", f"/past_meetings/{meeting['id']}/participants")).json()["code"] == 200


async def test_an_event_is_tried_again_for_faults_only(zoom_settings, receiver, database_url):
    receiver.statuses = [503]
    async with zoom_running(zoom_settings) as zoom:
        meeting = await zoom.create(settings={"auto_recording": "none"})
        await zoom.press(meeting, "start")
        await receiver.event("meeting.participant_joined")
        before = len(receiver.requests)
        move_clock(database_url, "6 minutes")

        async def tried_again():
            return len(receiver.requests) > before

        await until(tried_again)
        bodies = [body for _, body in receiver.requests]
        repeated = [headers["x-zm-request-id"] for headers, body in receiver.requests if bodies.count(body) == 2]
        assert len(repeated) == 2
        assert len(set(repeated)) == 1
        receiver.statuses = [404, 404]
        await zoom.press(meeting, "end")
        await receiver.event("meeting.ended")
        seen = len(receiver.requests)
        move_clock(database_url, "2 hours")
        await zoom.press(meeting, "start")
        await receiver.event("meeting.started", 2 if len(receiver.events("meeting.started")) < 2 else 3)
        assert [body for _, body in receiver.requests[seen:] if b"meeting.ended" in body] == []


async def test_planned_faults_happen(zoom):
    meeting = await zoom.create()
    for kind, status in (("401", 401), ("429", 429), ("503", 503), ("403", 400)):
        await zoom.client.post("/faults.json", json={"provider": "zoom", "kind": kind, "count": 1})
        assert (await zoom.api("GET", f"/meetings/{meeting['id']}")).status_code == status
    assert (await zoom.api("GET", f"/meetings/{meeting['id']}")).status_code == 200
    await zoom.client.post("/faults.json", json={"provider": "zoom:token", "kind": "503", "count": 1})
    assert (await zoom.sign_in()).status_code == 503


async def test_a_share_of_requests_fails_the_same_ones_for_the_same_seed(zoom_settings):
    unlucky = zoom_settings.model_copy(update={"sandbox_failure_rate": 0.5})
    runs = []
    for _ in range(2):
        async with zoom_running(unlucky) as zoom:
            runs.append([(await zoom.api("GET", "/users/me")).status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert 200 in runs[0]
    assert set(runs[0]) - {200} <= {429, 500, 503, 504}
    assert set(runs[0]) != {200}


async def test_the_journal_keeps_neither_tokens_nor_the_hosts_way_in(zoom, receiver):
    meeting = await held(zoom)
    recorded = await receiver.event("recording.completed")
    found = await zoom.api("GET", f"/meetings/{meeting['id']}/recordings", include_fields="download_access_token")
    await zoom.client.get(recorded["payload"]["object"]["recording_files"][0]["download_url"] + "?access_token=x1x2x3")
    journal = (await zoom.client.get("/journal", params={"provider": "zoom"})).text
    callbacks = (await zoom.client.get("/callbacks.json", params={"provider": "zoom"})).text
    zak = meeting["start_url"].partition("zak=")[2]
    assert zak
    for secret in (zoom.token, found.json()["download_access_token"], recorded["download_token"], zak, "x1x2x3"):
        assert secret not in journal + callbacks
    assert journal.count("[redacted]") > 3


async def test_the_same_seed_delays_the_same_events_alike(zoom_settings, receiver, database_url):
    for seed in (1, 1, 2):
        changes = {"sandbox_delays": True, "sandbox_seed": seed, "sandbox_port": free_port()}
        async with zoom_running(zoom_settings.model_copy(update=changes)) as zoom:
            meeting = await zoom.create()
            for button in ("start", "end"):
                await zoom.press(meeting, button)
    with psycopg.connect(database_url) as connection:
        waits = "select due_at - created_at from sandbox.callbacks where kind = 'meeting.started' order by id"
        first, second, other = [row[0] for row in connection.execute(waits).fetchall()]
    assert first == second
    assert first != other
