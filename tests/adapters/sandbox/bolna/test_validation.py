"""What Bolna refuses, in its own bodies, and how it is read and listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.sandbox.bolna import Access
from tests.adapters.sandbox.bolna.conftest import AGENT, Line
from tests.adapters.sandbox.conftest import running


async def test_without_a_key_access_is_denied_and_with_a_wrong_one_forbidden(line):
    missing = await line.ask("GET", "/user/me", headers={})
    assert (missing.status_code, missing.json()) == (401, {"error": 401, "message": "Access denied"})
    wrong = await line.ask("GET", "/user/me", headers={"Authorization": "Bearer bn-other"})
    assert (wrong.status_code, wrong.json()) == (403, {"detail": "Invalid API key"})


WRONG: list[tuple[dict[str, Any], int, dict[str, Any]]] = [
    ({"agent_id": None}, 400, {"error": 1001, "message": "agent_id is required"}),
    ({"recipient_phone_number": None}, 400, {"error": 400, "message": "recipient_phone_number is required"}),
    (
        {"recipient_phone_number": "9845012345"},
        400,
        {"error": 400, "message": "recipient_phone_number is not a valid phone number"},
    ),
    ({"agent_id": "5a0db0c0-ffee-4000-8000-000000000000"}, 404, {"error": 404, "message": "Agent not found"}),
    (
        {"from_phone_number": "+14155550100"},
        400,
        {
            "error": 400,
            "message": "Calling from_number doesn't exist for plivo. Please check your agent telephony provider.",
        },
    ),
    (
        {"retry_config": {"max_retries": 9}},
        400,
        {"error": 400, "message": "max_retries should be between 1 and 3"},
    ),
    ({"scheduled_at": "2030-01-01T10:00:00Z"}, 500, {"message": "Internal server error"}),
    (
        {"scheduled_at": "2020-01-01T10:00:00+05:30"},
        400,
        {"error": 400, "message": "Scheduled time should be atleast 2 minutes in the future"},
    ),
]


async def test_a_wrong_request_is_refused_in_bolnas_words(line):
    for changes, status, body in WRONG:
        answer = await line.place(**changes)
        assert (answer.status_code, answer.json()) == (status, body), changes


async def test_a_field_of_the_wrong_shape_is_named(line):
    for changes in ({"agent_id": "admissions"}, {"user_data": "Asha"}):
        answer = await line.place(**changes)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", next(iter(changes))]


async def test_what_is_no_json_is_refused(line):
    for content in (b"", b"[1]", b"{", b'{"agent_id": "\\u0000"}'):
        assert (await line.ask("POST", "/call", content=content)).status_code == 422


async def test_an_own_number_may_call(line):
    call = await line.called(from_phone_number="+918035550101")
    assert call["telephony_data"]["from_number"] == "+918035550101"


async def test_some_numbers_are_answered_with_an_error(line):
    for status in (401, 403, 429, 500, 503, 504):
        assert (await line.place(f"+91984501{status:04}")).status_code == status
    assert (await line.ask("GET", f"/v2/agent/{AGENT}/executions")).json()["total"] == 0


async def test_a_planned_fault_answers_the_next_request(line):
    for kind in ("401", "403", "429", "500", "503"):
        await line.sandbox.client.post("/faults.json", json={"provider": "bolna", "kind": kind})
        answers = [await line.ask("GET", "/user/me") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [int(kind), 200]
        assert answers[0].headers.get("Retry-After") == ("2" if kind == "429" else None)


async def test_unknown_calls_agents_and_paths_are_not_found(line):
    for path in ("/executions/none", "/executions/none/log", "/v2/agent/none", "/v2/agent/none/executions", "/none"):
        answer = await line.ask("GET", path)
        assert answer.status_code == 404, path
        assert answer.headers["Content-Type"] == "application/json"
    call = await line.called()
    assert (await line.ask("GET", f"/agent/{AGENT}/execution/{call['id']}")).json()["id"] == call["id"]


async def test_the_log_tells_what_each_part_of_the_agent_did(line):
    call = await line.called()
    log = (await line.ask("GET", f"/executions/{call['id']}/log")).json()
    assert log["status"] == "success"
    assert {entry["component"] for entry in log["data"]} == {"llm", "synthesizer", "transcriber"}
    busy = await line.called("+919845010002")
    assert (await line.ask("GET", f"/executions/{busy['id']}/log")).json()["data"] == []


async def test_calls_are_listed_in_short_by_pages_and_filters(line):
    calls = [(await line.called(number))["id"] for number in ("+919845012345", "+919845010002", "+919845010004")]
    listed = await _listed(line)
    assert (listed["page_number"], listed["page_size"], listed["total"], listed["has_more"]) == (1, 20, 3, False)
    assert [row["id"] for row in listed["data"]] == calls[::-1]
    assert set(listed["data"][0]) == {"id", "status", "conversation_duration", "created_at", "telephony_data"}
    second = await _listed(line, page_number=2, page_size=1)
    assert ([row["id"] for row in second["data"]], second["has_more"]) == ([calls[1]], True)
    assert (await _listed(line, page_size=500))["page_size"] == 50
    assert [row["id"] for row in (await _listed(line, status="busy"))["data"]] == [calls[1]]
    assert [row["id"] for row in (await _listed(line, answered_by_voice_mail="true"))["data"]] == [calls[2]]
    assert (await _listed(line, provider="twilio"))["data"] == []


async def test_a_range_needs_both_ends_and_spans_a_week_at_most(line):
    await line.called()
    now = datetime.now(UTC)
    for days, status in ((1, 200), (7, 200), (8, 400)):
        query = {"from": _instant(now - timedelta(days=days)), "to": _instant(now + timedelta(minutes=0))}
        answer = await line.ask("GET", f"/v2/agent/{AGENT}/executions", params=query)
        assert answer.status_code == status
    assert (await line.ask("GET", f"/v2/agent/{AGENT}/executions", params={"to": _instant(now)})).status_code == 400
    past = {"from": _instant(now - timedelta(days=3)), "to": _instant(now - timedelta(days=2))}
    assert (await _listed(line, **past))["data"] == []


async def _listed(line, **query):
    answer = await line.ask("GET", f"/v2/agent/{AGENT}/executions", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_an_agents_webhook_can_be_moved_and_taken_away(line):
    agents = (await line.ask("GET", "/v2/agent/all")).json()
    assert [agent["id"] for agent in agents] == [AGENT]
    answer = await line.ask("PATCH", f"/v2/agent/{AGENT}", json={"agent_config": {"webhook_url": None}})
    assert answer.json() == {"message": "success", "state": "updated"}
    await line.called()
    url = f"http://127.0.0.1:{line.house.port}/elsewhere"
    await line.ask("PATCH", f"/v2/agent/{AGENT}", json={"agent_config": {"webhook_url": url}})
    call = await line.called("+919845010002")
    assert (await line.ask("GET", f"/v2/agent/{AGENT}")).json()["webhook_url"] == url
    assert url in (await line.page(f"/{call['id']}")).text
    bad = await line.ask("PATCH", f"/v2/agent/{AGENT}", json={"agent_config": {"webhook_url": "file:///etc"}})
    assert bad.status_code == 422


async def test_the_account_names_itself_and_its_numbers(line):
    me = (await line.ask("GET", "/user/me")).json()
    assert me["concurrency"] == {"max": 10, "current": 0}
    assert len((await line.ask("GET", "/phone-numbers/all")).json()) == 2


async def test_each_kind_of_request_has_its_own_limit_by_the_minute(sandbox_settings, house):
    async with running(sandbox_settings, bolna=Access(calls=2, others=3)) as sandbox:
        line = Line(sandbox, house)
        # Enough of them to be over the limit though a minute ends in between.
        calls = [await line.place("9845012345") for _ in range(6)]
        others = [await line.ask("GET", "/user/me") for _ in range(3)]
    assert [answer.status_code for answer in calls[:2]] == [400, 400]
    refused = next(answer for answer in calls if answer.status_code == 429)
    assert (refused.json(), refused.headers.get("Retry-After")) == ({"message": "Rate limit exceeded"}, None)
    assert [answer.status_code for answer in others] == [200, 200, 200]


async def test_the_key_never_reaches_the_journal(line):
    await line.called()
    journal = (await line.sandbox.client.get("/journal.json", params={"provider": "bolna"})).text
    assert "/bolna/call" in journal
    assert "bn-sandbox-bolna-key" not in journal
