"""What Zoom's answers mean for a class, over real HTTP."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.zoom import client_for, meeting_provider
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.meetings import Meeting, Registrant
from tests.adapters.zoom.conftest import PLAN, settings_for

CREATED = {
    "uuid": "mT4rBz8WSfKq1nYc6Lx0Ug==", "id": 87412345678, "topic": "Algebra", "status": "waiting", "duration": 60,
    "start_time": "2027-01-12T10:30:00Z", "start_url": "https://us06web.zoom.us/s/874?zak=host-secret",
    "join_url": "https://us06web.zoom.us/j/87412345678?pwd=x", "password": "k7Rw2p",
    "settings": {"approval_type": 0, "auto_recording": "cloud"},
}  # fmt: skip


def error(code, message="Said by Zoom."):
    return {"code": code, "message": message}


async def test_a_class_is_asked_for_in_utc_with_a_link_for_each_student(provider, meetings):
    provider.will(201, CREATED)
    meeting = await meetings.create(PLAN)
    assert meeting.zoom_meeting_id == "87412345678"
    assert (meeting.join_url, meeting.passcode) == (CREATED["join_url"], "k7Rw2p")
    assert meeting.has_registration
    assert meeting.recording == "cloud"
    assert provider.path() == "/v2/users/host%2540academy.example/meetings"
    asked = json.loads(provider.requests[0][1])
    assert (asked["type"], asked["start_time"], asked["timezone"]) == (2, "2027-01-12T10:30:00Z", "Asia/Kolkata")
    assert asked["settings"]["approval_type"] == 0
    assert asked["settings"]["auto_recording"] == "cloud"
    assert asked["settings"]["meeting_authentication"] is False
    assert provider.bearer() == "token-1"


async def test_what_zoom_left_out_shows_in_what_comes_back(provider, meetings, caplog):
    provider.will(201, CREATED | {"settings": {"approval_type": 2, "auto_recording": "none"}})
    meeting = await meetings.create(PLAN)
    assert (meeting.has_registration, meeting.recording) == (False, "none")
    assert "other than asked" in caplog.text


async def test_a_creation_without_settings_is_read_back(provider, meetings):
    provider.will(201, {name: value for name, value in CREATED.items() if name != "settings"})
    provider.will(200, CREATED)
    assert (await meetings.create(PLAN)).has_registration
    assert provider.path() == "/v2/meetings/87412345678"


async def test_a_change_is_read_back_too(provider, meetings):
    provider.will(204)
    provider.will(200, CREATED | {"topic": "Geometry"})
    assert (await meetings.update("87412345678", PLAN)).topic == "Geometry"
    provider.will(404, error(3001))
    assert await meetings.update("1", PLAN) == Missing()
    provider.will(204)
    provider.will(503)
    assert isinstance(await meetings.update("1", PLAN), Unknown)


@pytest.mark.parametrize(
    ("status", "body", "meaning", "word"),
    [
        (400, error(300, "Validation Failed."), Refused, "Validation Failed."),
        (404, error(1001), Refused, "ZOOM_HOST"),
        (
            400,
            error(4711, "Invalid access token, does not contain scopes:[a:b, a:b:admin]."),
            Unavailable,
            "a:b, a:b:admin",
        ),
        (400, error(200, "Only available for paid account: x"), Unavailable, "paid account"),
        (400, error(3161), Unavailable, "does not allow"),
        (404, error(2300), Unavailable, "ZOOM_API_BASE_URL"),
        (404, b"<html>", Unavailable, "ZOOM_API_BASE_URL"),
        (302, b"", Unavailable, "ZOOM_API_BASE_URL"),
        (429, error(429), Unavailable, "limit"),
        (500, b"", Unknown, "500"),
        (502, b"<html>", Unknown, "502"),
        (503, b"", Unavailable, "503"),
        (201, b"[]", Unknown, "read"),
        (202, b"{}", Unknown, "202"),
    ],
)
async def test_every_answer_has_a_meaning(provider, meetings, status, body, meaning, word):
    provider.will(status, body)
    outcome = await meetings.create(PLAN)
    assert type(outcome) is meaning
    assert word in outcome.reason
    assert "token-1" not in outcome.reason


async def test_a_token_turned_away_is_renewed_once(provider, meetings):
    provider.will(401, error(124))
    provider.will(201, CREATED)
    assert isinstance(await meetings.create(PLAN), Meeting)
    assert [provider.bearer(number) for number in (0, 1)] == ["token-1", "token-2"]
    provider.will(400, error(124))
    provider.will(401, error(124))
    refused = await meetings.create(PLAN)
    assert isinstance(refused, Unavailable)
    assert "activated" in refused.reason
    assert len(provider.requests) == 4


async def test_zoom_is_asked_again_when_it_says(provider, meetings):
    async def wait(**headers):
        provider.will(429, error(429), **headers)
        return (await meetings.create(PLAN)).retry_after

    soon = (datetime.now(UTC) + timedelta(seconds=40)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert 30 < await wait(Retry_After=soon, X_RateLimit_Type="Daily-limit") <= 41
    assert await wait(Retry_After="7") == 7
    assert 1 <= await wait(X_RateLimit_Type="QPS") <= 2
    assert 1 <= await wait(Retry_After="soon") <= 2
    until_midnight = await wait(X_RateLimit_Type="Daily-limit", Date="Tue, 12 Jan 2027 22:00:00 GMT")
    assert until_midnight == 7200


async def test_nothing_left_and_silence_are_told_apart(provider, meetings):
    provider.silent = True
    assert isinstance(await meetings.create(PLAN), Unknown)
    settings = settings_for(9)
    async with client_for(settings) as client:
        assert isinstance(await meeting_provider(settings, client, None).create(PLAN), Unavailable)


async def test_a_creation_that_was_never_answered_is_found_by_topic_and_start(provider, meetings):
    other = CREATED | {"id": 1, "start_time": "2027-01-13T10:30:00Z"}
    provider.will(200, {"meetings": [other], "next_page_token": "more"})
    provider.will(200, {"meetings": [CREATED], "next_page_token": ""})
    provider.will(200, CREATED)
    assert (await meetings.find(PLAN)).passcode == "k7Rw2p"
    assert "next_page_token=more" in provider.path(1)
    provider.will(200, {"meetings": [other], "next_page_token": ""})
    assert await meetings.find(PLAN) == Missing()
    provider.will(500)
    assert isinstance(await meetings.find(PLAN), CannotTell)
    provider.will(200, {"meetings": None})
    assert isinstance(await meetings.find(replace(PLAN, topic="x")), CannotTell)


async def test_deleting_what_is_gone_is_done_and_ending_says_no_more_than_it_knows(provider, meetings):
    provider.will(204)
    assert await meetings.delete("1") is None
    provider.will(404, error(3001))
    assert await meetings.delete("1") is None
    provider.will(204)
    assert await meetings.end("1") is None
    assert json.loads(provider.requests[-1][1]) == {"action": "end"}
    provider.will(404, error(3001))
    assert isinstance(await meetings.end("1"), Refused)


async def test_a_student_gets_a_link_and_after_the_days_limit_the_one_they_have(provider, meetings):
    provider.will(201, {"registrant_id": "r1", "join_url": "https://us06web.zoom.us/w/1?tk=x"})
    assert await meetings.register("1", "asha@example.org", "Asha", "") == Registrant(
        "r1", "https://us06web.zoom.us/w/1?tk=x", "asha@example.org"
    )
    assert json.loads(provider.requests[0][1]) == {"email": "asha@example.org", "first_name": "Asha"}
    provider.will(429, error(429), X_RateLimit_Type="Daily-limit")
    provider.will(200, {"registrants": [{"id": "r1", "email": "Asha@example.org", "join_url": "https://w"}]})
    assert (await meetings.register("1", "asha@example.org", "Asha", "R")).join_url == "https://w"
    provider.will(429, error(429), X_RateLimit_Type="Daily-limit")
    provider.will(200, {"registrants": []})
    assert isinstance(await meetings.register("1", "asha@example.org", "Asha", "R"), Unavailable)
    provider.will(201, {"registrant_id": "r1"})
    provider.will(204)
    provider.will(200, {"registrants": [{"id": "r1", "email": "asha@example.org", "join_url": "https://w"}]})
    assert (await meetings.register("1", "asha@example.org", "Asha", "R")).join_url == "https://w"
    provider.will(201, {"registrant_id": "r1"})
    provider.will(204)
    provider.will(200, {"registrants": []})
    assert "approval" in (await meetings.register("1", "asha@example.org", "Asha", "R")).reason
    provider.will(404, error(404, "Registration has not been enabled for this meeting: 1."))
    assert isinstance(await meetings.register("1", "asha@example.org", "Asha", "R"), Refused)
    assert isinstance(await meetings.register("1", "", "Asha", "R"), Refused)


async def test_a_link_of_ones_own_is_cancelled_and_one_that_is_gone_is_fine(provider, meetings):
    provider.will(204)
    assert await meetings.unregister("874", "r1", "asha@example.org") is None
    assert provider.requests[-1][0].startswith("PUT /v2/meetings/874/registrants/status")
    who = {"id": "r1", "email": "asha@example.org"}
    assert json.loads(provider.requests[-1][1]) == {"action": "cancel", "registrants": [who]}
    provider.will(404, error(3001))
    assert await meetings.unregister("874", "r1", "asha@example.org") is None
    provider.will(400, error(300))
    assert isinstance(await meetings.unregister("874", "r1", ""), Refused)


async def test_attendance_has_a_row_a_stay_and_leaves_the_waiting_room_out(provider, meetings):
    row = {
        "name": "Asha R",
        "user_email": "",
        "registrant_id": "r1",
        "join_time": "2027-01-12T10:31:05Z",
        "duration": 60,
    }
    rows = [
        row | {"leave_time": "2027-01-12T10:32:05Z", "status": "in_meeting"},
        row | {"leave_time": "", "status": "in_meeting"},
        row | {"status": "in_waiting_room"},
        {"name": "No time"},
    ]
    provider.will(200, {"participants": rows, "next_page_token": ""})
    stays = await meetings.participants("/3Kx9vQ2//6mZ1sYb7Rd+A==")
    assert [(stay.registrant_id, stay.left_at) for stay in stays] == [
        ("r1", datetime(2027, 1, 12, 10, 32, 5, tzinfo=UTC)),
        ("r1", None),
    ]
    assert provider.path().startswith(
        "/v2/past_meetings/%252F3Kx9vQ2%252F%252F6mZ1sYb7Rd%252BA%253D%253D/participants?page_size=300"
    )
    provider.will(400, error(4711, "scopes:[x]"))
    provider.will(200, {"participants": rows[:1]})
    assert len(await meetings.participants("u")) == 1
    assert provider.path().startswith("/v2/report/meetings/u/participants?include_fields=registrant_id")
    provider.will(404, error(3001))
    assert await meetings.participants("u") == Missing()
    provider.will(400, error(200))
    assert isinstance(await meetings.participants("u"), CannotTell)


async def test_a_short_limit_within_a_list_is_waited_out(provider, meetings):
    provider.will(429, error(429), Retry_After="1")
    provider.will(200, {"participants": []})
    assert await meetings.participants("u") == []


async def test_recordings_of_a_long_time_are_asked_for_month_by_month(provider, meetings):
    def held(uuid, start):
        return {"uuid": uuid, "id": 1, "start_time": start, "recording_files": []}

    provider.will(200, {"meetings": [held("a", "2027-01-02T00:00:00Z"), held("early", "2027-01-01T00:00:00Z")]})
    provider.will(200, {"meetings": [held("b", "2027-02-02T00:00:00Z"), held("a", "2027-01-02T00:00:00Z")]})
    found = await meetings.recordings(datetime(2027, 1, 1, 12, tzinfo=UTC), datetime(2027, 2, 10, tzinfo=UTC))
    assert [one.uuid for one in found] == ["a", "b"]
    assert "from=2027-01-01&to=2027-01-28" in provider.path(0)
    assert "from=2027-01-29&to=2027-02-10" in provider.path(1)
    provider.will(503)
    assert isinstance(
        await meetings.recordings(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)), CannotTell
    )


async def test_a_recording_that_is_not_there_yet_is_missing(provider, meetings):
    provider.will(404, error(3301, "Esta grabación todavía se está procesando."))
    assert await meetings.recording("u/1") == Missing()
    assert provider.path().startswith("/v2/meetings/u%252F1/recordings?include_fields=download_access_token")
    provider.will(
        200, {"uuid": "u/1", "id": 1, "download_access_token": "file-secret", "recording_files": [{"id": "f"}]}
    )
    recording = await meetings.recording("u/1")
    assert recording.download_token == "file-secret"
    assert "file-secret" not in repr(recording)
    provider.will(400, error(4711, "scopes:[x]"))
    assert isinstance(await meetings.recording("u/1"), CannotTell)


async def test_secrets_are_in_no_log_and_no_text(provider, meetings, caplog):
    caplog.set_level("DEBUG", logger="adapters")
    provider.will(201, CREATED)
    meeting = await meetings.create(PLAN)
    assert meeting.start_url.endswith("host-secret")
    provider.will(401, error(124))
    provider.will(401, error(124))
    refused = await meetings.create(PLAN)
    for secret in ("host-secret", "token-1", "token-2", "very-secret"):
        assert secret not in caplog.text + repr(meeting) + repr(refused)
