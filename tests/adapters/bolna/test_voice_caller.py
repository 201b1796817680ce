"""What we ask of Bolna and what its answers mean, over real HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from adapters.bolna import BolnaVoiceCaller, client_for
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.voice import Call, CallReport, CallStarted, Recording
from tests.adapters.bolna.conftest import AGENT, CALL_ID, DELIVERY, EXECUTION, settings_for

LIST = f"/v2/agent/{AGENT}/executions"
SINCE = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ASKED = Call(UUID(DELIVERY), "+919845012345", {"name": "Asha"})


async def test_a_call_carries_our_delivery_and_is_made_now(bolna, caller):
    outcome = await caller.call(ASKED)
    head = bolna.requests[0][0].lower()
    assert bolna.lines() == ["POST /call"]
    assert "authorization: bearer bn-very-secret" in head
    assert bolna.sent() == {
        "agent_id": AGENT,
        "recipient_phone_number": "+919845012345",
        "user_data": {"name": "Asha", "ref": DELIVERY},
    }
    assert isinstance(outcome, CallStarted)
    assert (outcome.call_id, outcome.agent_id, outcome.status) == (CALL_ID, AGENT, "queued")
    assert (outcome.to_number, outcome.recording_url, outcome.success) == ("+919845012345", None, True)
    assert outcome.estimated_duration > 0


async def test_a_call_may_name_another_agent_and_cannot_forge_the_reference(bolna, caller):
    await caller.call(replace(ASKED, agent_id="other-agent", user_data={"ref": "mine"}))
    assert (bolna.sent()["agent_id"], bolna.sent()["user_data"]) == ("other-agent", {"ref": DELIVERY})


@pytest.mark.parametrize("number", ["9845012345", "+0123456789", "+91 98450 12345", ""])
async def test_what_is_no_number_is_refused_without_asking(bolna, caller, number):
    outcome = await caller.call(replace(ASKED, to_number=number))
    assert (type(outcome), outcome.recipients, bolna.requests) == (Refused, (0,), [])


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error": 1001, "message": "agent_id is required"}, Unavailable, "BOLNA_AGENT_ID"),
        (404, {"message": "Agent not found"}, Unavailable, "BOLNA_AGENT_ID"),
        (
            400,
            {"error": 1, "message": "Calling from_number doesn't exist for plivo."},
            Unavailable,
            "number to call from",
        ),
        (400, {"message": "recipient_phone_number is required"}, Refused, "recipient_phone_number is required"),
        (400, {"message": "You can call verified numbers only"}, Refused, "verified numbers"),
        (422, {"detail": [{"loc": ["body", "user_data"], "msg": "not a map"}]}, Refused, "user_data: not a map"),
        (401, {"error": 401, "message": "Access denied"}, Unavailable, "BOLNA_API_KEY"),
        (403, {"detail": "Invalid"}, Unavailable, "BOLNA_API_KEY"),
        (402, {"message": "Insufficient balance"}, Unavailable, "wallet is empty"),
        (429, {"message": "Rate limit exceeded"}, Unavailable, "slow down"),
        (408, {}, Unavailable, "in time"),
        (503, b"<html>", Unavailable, "out of service"),
        (500, {"message": "Internal server error"}, Unknown, "500"),
        (502, b"<html>", Unknown, "502"),
        (404, b"<html>", Unavailable, "BOLNA_BASE_URL"),
        (302, b"", Unavailable, "BOLNA_BASE_URL"),
        (200, b"ok", Unknown, "200"),
        (200, {"message": "done", "status": "queued"}, Unknown, "200"),
    ],
)
async def test_each_answer_means_what_it_should(bolna, caller, status, body, kind, words):
    bolna.say("/call", body, status=status, Location="/elsewhere")
    outcome = await caller.call(ASKED)
    assert isinstance(outcome, kind)
    assert words in outcome.reason
    assert "very-secret" not in outcome.reason
    assert len(bolna.requests) == 1


async def test_who_asks_to_wait_is_waited_for(bolna, caller):
    bolna.say("/call", {"message": "slow"}, status=429, Retry_After="7")
    assert (await caller.call(ASKED)).retry_after == 7
    bolna.say("/call", {"message": "slow"}, status=429)
    assert (await caller.call(ASKED)).retry_after is None


async def test_silence_after_asking_is_unknown_and_never_asked_twice(bolna, caller):
    bolna.silent = True
    outcome = await caller.call(ASKED)
    assert isinstance(outcome, Unknown)
    assert bolna.lines() == ["POST /call"]


async def test_nobody_there_means_nothing_left():
    async with client_for(settings_for(1)) as client:
        outcome = await BolnaVoiceCaller(client, AGENT).call(ASKED)
    assert isinstance(outcome, Unavailable)


async def test_without_an_agent_nothing_is_asked(bolna):
    async with client_for(settings_for(bolna.port)) as client:
        outcome = await BolnaVoiceCaller(client, "").call(ASKED)
    assert isinstance(outcome, Unavailable)
    assert "BOLNA_AGENT_ID" in outcome.reason
    assert bolna.requests == []


async def test_a_call_is_read_in_our_words(caller):
    report = await caller.get(CALL_ID)
    assert report == CallReport(
        call_id=CALL_ID,
        status="completed",
        to_number="+919845012345",
        has_ended=True,
        delivery_id=UUID(DELIVERY),
        duration=27.2,
        recording_url=f"https://api.bolna.ai/recordings/call/{CALL_ID}",
        transcript="assistant: Hello Asha, is this a good time?\nuser: Yes, tell me.",
        summary="Asked for a visit on Saturday.",
        extracted={"visit_day": "Saturday", "interested": True},
        cost_cents=6.4,
        created_at=datetime(2026, 3, 4, 10, 0, 2, 113000, tzinfo=UTC),
        updated_at=datetime(2026, 3, 4, 10, 1, 5, 870000, tzinfo=UTC),
    )
    assert report.has_talked


async def test_an_unknown_call_is_missing_and_a_fault_says_nothing(bolna, caller):
    path = f"/executions/{CALL_ID}"
    for body, status, kind in (
        ({"message": "Execution not found"}, 404, Missing),
        (b"<html>", 404, CannotTell),
        ({"message": "Internal server error"}, 500, CannotTell),
        ({**EXECUTION, "id": "another"}, 200, CannotTell),
        (b"null", 200, CannotTell),
    ):
        bolna.say(path, body, status=status)
        assert isinstance(await caller.get(CALL_ID), kind), body
    bolna.silent = True
    assert isinstance(await caller.get(CALL_ID), CannotTell)


async def test_a_forged_id_is_never_asked_for(bolna, caller):
    assert await caller.get("../user/me") == Missing()
    assert isinstance(await caller.stop("../v2/agent/all"), Refused)
    assert bolna.requests == []


async def test_a_waiting_call_is_stopped_and_a_running_one_refused(bolna, caller):
    path = f"/call/{CALL_ID}/stop"
    bolna.say(path, {"message": "done", "status": "stopped", "execution_id": CALL_ID})
    assert await caller.stop(CALL_ID) is None
    for status, body, kind in (
        (400, {"message": "Call is in progress"}, Refused),
        (404, {"message": "Not found"}, Refused),
        (403, {"detail": "Invalid"}, Unavailable),
        (500, {"message": "Internal server error"}, Unknown),
    ):
        bolna.say(path, body, status=status)
        assert isinstance(await caller.stop(CALL_ID), kind), body
    assert "in progress" in (await _refused(bolna, caller, path)).reason


async def _refused(bolna, caller, path):
    bolna.say(path, {"message": "Call is in progress"}, status=400)
    return await caller.stop(CALL_ID)


def row(call_id, created_at="2026-03-04T10:00:02Z"):
    return {"id": call_id, "status": "completed", "conversation_duration": 3, "created_at": created_at}


def page(*rows, has_more=False):
    return {"page_number": 1, "page_size": 50, "total": len(rows), "has_more": has_more, "data": list(rows)}


async def test_a_call_is_found_by_reading_the_candidates_nearest_in_time_first(bolna, caller):
    others = [row(f"other-{number}", f"2026-03-04T1{number}:30:00Z") for number in range(9)]
    for other in others:
        bolna.say(
            f"/executions/{other['id']}", EXECUTION | {"id": other["id"], "context_details": {"recipient_data": {}}}
        )
    bolna.say(LIST, page(*others, row(CALL_ID)), page())
    report = await caller.find(UUID(DELIVERY), SINCE)
    assert (report.call_id, report.delivery_id) == (CALL_ID, UUID(DELIVERY))
    read = [line for line in bolna.lines() if "/executions/" in line]
    assert len(read) <= 5


async def test_what_is_in_none_of_the_candidates_is_missing(bolna, caller):
    bolna.say(LIST, page(row(CALL_ID)), page())
    assert await caller.find(uuid4(), datetime.now(UTC)) == Missing()
    assert bolna.lines()[1:] == [f"GET /executions/{CALL_ID}"]


async def test_candidates_are_read_once_for_many_lookups(bolna, caller):
    bolna.say(LIST, page(row(CALL_ID)))
    for _ in range(3):
        assert await caller.find(uuid4(), datetime.now(UTC)) == Missing()
    assert sum("/executions/" in line for line in bolna.lines()) == 1


async def test_a_candidate_that_cannot_be_read_proves_nothing(bolna, caller):
    bolna.say(LIST, page(row("other")))
    bolna.say("/executions/other", {"message": "Internal server error"}, status=500)
    assert isinstance(await caller.find(UUID(DELIVERY), datetime.now(UTC)), CannotTell)


async def test_a_candidate_that_does_not_tell_its_data_proves_nothing(bolna, caller):
    bolna.say(LIST, page(row("other")))
    silent = {**EXECUTION, "id": "other", "context_details": None}
    for body, status in (({**silent, "status": "ringing"}, 200), ({"message": "none"}, 404)):
        bolna.say("/executions/other", body, status=status)
        assert isinstance(await caller.find(UUID(DELIVERY), datetime.now(UTC)), CannotTell)
    bolna.say("/executions/other", silent)
    assert await caller.find(UUID(DELIVERY), datetime.now(UTC)) == Missing()


async def test_the_list_is_asked_for_by_weeks_and_to_its_last_page(bolna, caller):
    first = [row(f"call-{number}") for number in range(3)]
    bolna.say(LIST, page(*first, has_more=True), page(row("call-3")))
    reports = await caller.recent(datetime.now(UTC) - timedelta(days=10))
    assert [report.call_id for report in reports] == ["call-0", "call-1", "call-2", "call-3"]
    queries = [dict(pair.split("=") for pair in line.partition("?")[2].split("&")) for line in bolna.lines()]
    assert [query["page_number"] for query in queries] == ["1", "2", "1"]
    for query in queries:
        start, end = (datetime.fromisoformat(query[name].replace("%3A", ":")) for name in ("from", "to"))
        assert timedelta(0) < end - start <= timedelta(days=7)


@pytest.mark.parametrize(
    ("body", "status"), [({"data": None}, 200), ({"data": [{}]}, 200), (b"", 200), ({"message": "no"}, 400)]
)
async def test_a_list_that_cannot_be_read_says_nothing(bolna, caller, body, status):
    bolna.say(LIST, body, status=status)
    assert isinstance(await caller.recent(datetime.now(UTC)), CannotTell)
    assert isinstance(await caller.find(UUID(DELIVERY), datetime.now(UTC)), CannotTell)


def recorded(bolna, url):
    telephony = {**EXECUTION["telephony_data"], "recording_url": url}
    bolna.say(f"/executions/{CALL_ID}", EXECUTION | {"telephony_data": telephony})


async def test_a_recording_is_fetched_by_its_link_which_never_sees_the_key(bolna, bucket, caller):
    recorded(bolna, f"http://127.0.0.1:{bolna.port}/recordings/call/{CALL_ID}")
    link = f"http://127.0.0.1:{bucket.port}/file"
    bolna.say(f"/recordings/call/{CALL_ID}", b"", status=302, Location=link)
    bucket.say("/file", b"RIFF0000WAVE", Content_Type="application/octet-stream")
    assert await caller.recording(CALL_ID) == Recording("audio/wav", b"RIFF0000WAVE")
    assert "authorization: bearer" in bolna.requests[-1][0].lower()
    assert "authorization" not in bucket.requests[-1][0].lower()


async def test_a_recording_may_come_at_once_fail_or_be_missing(bolna, caller):
    path = f"/recordings/call/{CALL_ID}"
    recorded(bolna, f"http://127.0.0.1:{bolna.port}{path}")
    bolna.say(path, b"ID3", Content_Type="audio/mpeg; x=1")
    assert await caller.recording(CALL_ID) == Recording("audio/mpeg", b"ID3")
    bolna.say(path, {"message": "gone"}, status=404)
    assert await caller.recording(CALL_ID) == Missing()
    bolna.say(path, b"<html>", Content_Type="text/html")
    assert isinstance(await caller.recording(CALL_ID), CannotTell)
    bolna.say(path, b"", status=302, Location=path)
    assert isinstance(await caller.recording(CALL_ID), CannotTell)
    recorded(bolna, "")
    assert await caller.recording(CALL_ID) == Missing()
    recorded(bolna, "file:///etc/passwd")
    assert isinstance(await caller.recording(CALL_ID), CannotTell)


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:99999/", "https://x\x00y/", "https://" + "x" * 70_000])
async def test_an_address_of_a_recording_that_is_none_is_told_as_a_reason(bolna, caller, url):
    recorded(bolna, url)
    assert isinstance(await caller.recording(CALL_ID), CannotTell)


@pytest.mark.parametrize("headers", [{}, {"Location": "http://["}])
async def test_a_recording_that_leads_nowhere_is_told_as_a_reason(bolna, caller, headers):
    recorded(bolna, f"http://127.0.0.1:{bolna.port}/recordings/call/{CALL_ID}")
    bolna.say(f"/recordings/call/{CALL_ID}", b"", status=302, **headers)
    assert isinstance(await caller.recording(CALL_ID), CannotTell)
