"""Scheduling classes by the API."""

import asyncio

import pytest

from domain.work import SYSTEM
from tests.fixtures.api import program, token_of
from tests.fixtures.cast import BEN

SESSIONS = "/api/admin/sessions"


@pytest.fixture
async def outside(house, cast):
    token, _token_id = await token_of(house.app, BEN)
    async with program(house.app, token) as client:
        yield client


@pytest.fixture
def body(catalogue):
    facts = {"title": "Joins", "session_date": "2030-01-14T19:00", "duration": 90, "description": "Bring data."}
    return {"batch_id": str(catalogue.batch_id), "create_zoom_meeting": True, **facts}


async def working(house, request):
    asked = asyncio.create_task(request)
    while not asked.done():
        await house.run_due()
        await asyncio.sleep(0.01)
    return await asked


async def test_a_class_is_answered_for_with_its_meeting(house, outside, body):
    answer = await working(house, outside.post(SESSIONS, json=body))
    made = answer.json()
    assert answer.status_code == 201, made
    assert {"session_id", "zoom_meeting_id", "join_url", "passcode", "start_url"} <= set(made)
    assert all(made[name] for name in ("session_id", "zoom_meeting_id", "join_url", "passcode"))
    assert "zak=" in made["start_url"]
    session = (await outside.get(made["session_url"])).json()
    assert session["session_date"] == "2030-01-14T13:30:00Z"
    assert (session["state"], session["zoom_state"], session["join_url"]) == ("upcoming", "ready", made["join_url"])


async def test_the_hosts_link_is_for_who_may_host(house, outside, body):
    made = (await working(house, outside.post(SESSIONS, json=body))).json()
    token, _token_id = await token_of(house.app, BEN, ["sessions:read"])
    async with program(house.app, token) as reader:
        assert (await reader.get(made["session_url"])).json()["start_url"] is None
        assert "start_url" not in (await reader.get(SESSIONS)).json()["items"][0]
        assert (await reader.post(SESSIONS, json=body)).status_code == 403


async def test_the_hosts_link_is_not_kept_with_the_answer_to_a_change(house, outside, body):
    made = (await working(house, outside.post(SESSIONS, json=body))).json()
    headers = {"Idempotency-Key": "change 1"}
    first = await outside.patch(made["session_url"], json={"title": "Joins, again"}, headers=headers)
    again = await outside.patch(made["session_url"], json={"title": "Joins, again"}, headers=headers)
    assert "zak=" in first.json()["start_url"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json() | {"start_url": None}
    async with house.database.work(SYSTEM) as work:
        (kept,) = await work.rows("select answer::text as answer from api_answers")
    assert "zak=" not in kept.answer


async def test_the_same_key_schedules_once_and_what_zoom_refuses_is_told(house, outside, body):
    headers = {"Idempotency-Key": "class 1"}
    body |= {"host": "nobody@elsewhere.test"}
    first = await outside.post(SESSIONS, json=body, headers=headers | {"Prefer": "respond-async"})
    again = await working(house, outside.post(SESSIONS, json=body, headers=headers))
    assert (first.status_code, again.status_code) == (202, 201)
    assert first.json()["session_id"] == again.json()["session_id"]
    assert (again.json()["zoom_state"], again.json()["zoom_meeting_id"]) == ("failed", None)
    assert "does not know this host" in again.json()["reason"]


WRONG = [
    ({"session_date": "2030-01-14"}, "session_date"),
    ({"session_date": "soon"}, "session_date"),
    ({"session_date": "0001-01-01T00:00+14:00"}, "session_date"),
    ({"session_date": "2020-01-14T19:00Z"}, "session_date"),
    ({"duration": 0}, "duration"),
    ({"duration": 1800}, "duration"),
    ({"batch_id": "00000000-0000-0000-0000-000000000000"}, "batch_id"),
    ({"module_id": "00000000-0000-0000-0000-000000000000"}, "module_id"),
    ({"title": ""}, "title"),
    ({"start_url": "https://x"}, "start_url"),
]


async def test_what_is_wrong_is_named_by_its_field(api, body, services):
    for changes, field in WRONG:
        answer = await api.post(SESSIONS, json=body | changes)
        assert answer.status_code == 422, changes
        assert field in answer.json()["error"]["fields"], changes
    async with services.database.work(SYSTEM) as work:
        await work.run("update batches set timezone = 'America/New_York'")
    for date, words in {"2030-03-10T02:30": "The next time there is: 03:00", "2030-11-03T01:30": "comes twice"}.items():
        answer = await api.post(SESSIONS, json=body | {"session_date": date})
        assert words in answer.json()["error"]["fields"]["session_date"]


async def test_a_class_is_listed_changed_and_cancelled(api, body):
    body |= {"create_zoom_meeting": False, "place": "Room 4"}
    made = (await api.post(SESSIONS, json=body)).json()
    assert made["zoom_state"] == "none"
    path = made["session_url"]
    listed = (await api.get(SESSIONS, params={"state": "upcoming", "q": "join"})).json()
    assert [one["id"] for one in listed["items"]] == [made["session_id"]]
    moved = (await api.patch(path, json={"session_date": "2030-01-15T19:00+05:30", "version": 1})).json()
    assert (moved["version"], moved["title"], moved["place"]) == (2, "Joins", "Room 4")
    assert moved["moved_from"] == "2030-01-14T13:30:00Z"
    assert (await api.patch(path, json={"title": "Late", "version": 1})).status_code == 409
    gone = (await api.delete(path, params={"reason": "Ill."})).json()
    assert (gone["state"], gone["cancel_reason"]) == ("cancelled", "Ill.")
    assert (await api.delete(path)).status_code == 409
    assert (await api.get(f"{SESSIONS}/00000000-0000-0000-0000-000000000000")).status_code == 404
