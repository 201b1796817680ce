"""Calls at the sandbox: what becomes of them, and what Gurudesk is told."""

import asyncio
import io
import wave
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.adapters.sandbox.bolna.conftest import AGENT, KEY, Line
from tests.adapters.sandbox.conftest import running, until


async def told(line, count):
    return await until(lambda: asyncio.sleep(0, line.told() if len(line.told()) >= count else None))


async def test_a_call_is_taken_and_completed(line):
    answer = await line.place()
    assert answer.json() == {"message": "done", "status": "queued", "execution_id": answer.json()["execution_id"]}
    call = await line.execution(answer.json()["execution_id"])
    assert (call["status"], call["agent_id"], call["error_message"]) == ("completed", AGENT, None)
    assert 30 <= call["conversation_duration"] <= 180
    assert call["context_details"]["recipient_data"]["ref"] == "lead-4711"
    assert call["transcript"].startswith("assistant: Hello Asha, this is about Product Design.")
    assert call["summary"]
    assert call["extracted_data"]["interested"] in (True, False)
    assert call["total_cost"] == pytest.approx(sum(call["cost_breakdown"].values()))
    telephony = call["telephony_data"]
    assert telephony["duration"].isdigit()
    assert int(telephony["duration"]) >= call["conversation_duration"]
    assert (telephony["to_number"], telephony["hangup_by"]) == ("+919845012345", "Callee")
    assert telephony["recording_url"].endswith(f"/bolna/recordings/call/{call['id']}")


UNREACHED = {
    "0001": ("no-answer", "Carrier", 3000),
    "0002": ("busy", "Carrier", 3010),
    "0003": ("failed", "Carrier", 3020),
    "0005": ("balance-low", "Unknown", 0),
    "0009": ("error", "Error", 5010),
    "0010": ("canceled", "Caller", 4000),
}


async def test_a_call_that_reaches_nobody_has_no_talk_cost_or_recording(line):
    for ending, expected in UNREACHED.items():
        call = await line.called(f"+91984501{ending}")
        telephony = call["telephony_data"]
        assert (call["status"], telephony["hangup_by"], telephony["hangup_provider_code"]) == expected
        assert (call["conversation_duration"], call["total_cost"], call["transcript"]) == (0, 0, None)
        assert telephony["recording_url"] == ""
        assert (await line.ask("GET", f"/recordings/call/{call['id']}")).status_code == 404


async def test_voicemail_completes_with_a_recording_but_no_data(line):
    call = await line.called("+919845010004")
    assert (call["status"], call["answered_by_voice_mail"], call["extracted_data"]) == ("completed", True, None)
    assert call["telephony_data"]["recording_url"]


async def test_a_completed_call_may_hold_no_word(line):
    call = await line.called("+919845010006")
    assert (call["status"], call["conversation_duration"], call["transcript"]) == ("completed", 0, None)


async def test_a_call_may_hang_up_and_never_complete(line):
    call = await line.called("+919845010007")
    assert (call["status"], call["telephony_data"]["recording_url"]) == ("call-disconnected", "")
    assert call["transcript"]


async def test_each_status_is_told_with_the_execution_of_that_moment_and_no_signature(line):
    call = await line.called()
    posts = await told(line, 6)
    statuses = {post["status"]: post for post in posts}
    assert set(statuses) == {"queued", "initiated", "ringing", "in-progress", "call-disconnected", "completed"}
    assert statuses["completed"] == call | {"updated_at": statuses["completed"]["updated_at"]}
    hung_up = statuses["call-disconnected"]
    assert (hung_up["telephony_data"]["recording_url"], hung_up["total_cost"]) == ("", 0)
    assert (statuses["ringing"]["transcript"], statuses["ringing"]["conversation_duration"]) == (None, 0)
    assert not any(line.house.signed)


async def test_the_webhooks_address_ends_in_the_token(line):
    await line.called("+919845010002")
    await told(line, 3)
    journal = (await line.page(f"/{line.told()[0]['id']}")).text
    assert f"http://127.0.0.1:{line.house.port}/webhooks/bolna/sandbox-bolna-webhook-token" in journal


async def test_reports_come_twice_and_from_tools(line):
    for ending, count in (("0012", 7), ("0014", 7)):
        line.house.posts.clear()
        await line.called(f"+91984501{ending}")
        posts = await told(line, count)
        assert len(posts) == count
        assert sum("tool_name" in post for post in posts) == (ending == "0014")
        assert sum(post["status"] == "completed" for post in posts) == (2 if ending == "0012" else 1)


def planned(page: str) -> list[str]:
    """Return the statuses a call's page says that Gurudesk is told of, in this order."""
    return [part.split(" ")[0] for part in page.split('<p class="font-medium">')[1:]]


async def test_hanging_up_may_be_told_after_the_end(line, database_url):
    line.house.hold.clear()
    call = await line.called("+919845010011")
    await advance(database_url, "2 seconds")
    line.house.hold.set()
    page = (await line.page(f"/{call['id']}")).text
    assert planned(page) == ["queued", "initiated", "ringing", "in-progress", "completed", "call-disconnected"]
    assert len(await told(line, 6)) == 6


async def test_some_calls_are_never_told_of(line):
    call = await line.called("+919845010013")
    assert call["status"] == "completed"
    assert "None." in (await line.page(f"/{call['id']}")).text
    assert line.told() == []


async def test_a_post_nobody_takes_is_planned_again(line):
    line.house.status = 500
    call = await line.called("+919845010002")
    await told(line, 3)
    await until(lambda: _shows(line, call, "Answered 500"))
    assert "Waiting" in (await line.page(f"/{call['id']}")).text


async def _shows(line, call, words):
    return words in (await line.page(f"/{call['id']}")).text


async def test_webhook_faults_apply_to_the_next_report(line):
    for kind, count in (("twice", 4), ("never", 2), ("late", 2)):
        line.house.posts.clear()
        await line.sandbox.client.post("/faults.json", json={"provider": "bolna:webhook", "kind": kind})
        await line.called("+919845010002")
        assert len(await told(line, count)) == count


async def test_a_forged_report_goes_to_a_wrong_token(line):
    await line.sandbox.client.post("/faults.json", json={"provider": "bolna:webhook", "kind": "wrongly-signed"})
    await line.called("+919845010002")
    await told(line, 3)
    assert sum("webhook-token-forged" in path for path in line.house.paths) == 1


async def test_what_becomes_of_the_next_call_can_be_planned(line):
    await line.sandbox.client.post("/faults.json", json={"provider": "bolna:call", "kind": "busy"})
    assert [(await line.called())["status"] for _ in range(2)] == ["busy", "completed"]


async def test_chance_fails_the_share_that_is_set(sandbox_settings, house):
    async with running(sandbox_settings.model_copy(update={"sandbox_failure_rate": 1.0})) as sandbox:
        line = Line(sandbox, house)
        calls = [await line.called(f"+9198450{number}") for number in range(22300, 22308)]
    reached = [call for call in calls if call["status"] == "completed" and not call["answered_by_voice_mail"]]
    assert reached == []
    assert {"no-answer"} < {call["status"] for call in calls}


async def test_the_recording_lies_behind_a_link_signed_for_a_day(line):
    call = await line.called()
    url = call["telephony_data"]["recording_url"]
    assert (await line.sandbox.client.get(url)).status_code == 401
    led = await line.sandbox.client.get(url, headers=KEY)
    assert led.status_code == 302
    file = await line.sandbox.client.get(led.headers["Location"])
    assert file.headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(file.content)) as sound:
        assert sound.getnframes() / sound.getframerate() > 2
    assert (await line.sandbox.client.get(led.headers["Location"] + "0")).status_code == 403
    part = await line.sandbox.client.get(led.headers["Location"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")


async def test_a_link_to_a_recording_lapses_after_a_day(line, database_url):
    call = await line.called()
    led = await line.sandbox.client.get(call["telephony_data"]["recording_url"], headers=KEY)
    await advance(database_url, "25 hours")
    assert (await line.sandbox.client.get(led.headers["Location"])).status_code == 403


async def advance(database_url: str, time: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("update app_clock set shift = shift + %s::interval", (time,))


async def test_with_delays_a_call_goes_on_with_the_business_clock(sandbox_settings, house, database_url):
    async with running(sandbox_settings.model_copy(update={"sandbox_delays": True})) as sandbox:
        line = Line(sandbox, house)
        call = await line.called()
        assert call["status"] in ("queued", "initiated")
        await advance(database_url, "25 seconds")
        assert (await line.execution(call["id"]))["status"] == "in-progress"
        await advance(database_url, "5 minutes")
        assert (await line.execution(call["id"]))["status"] == "completed"
        await told(line, 6)


async def test_calls_over_the_limit_wait_for_a_line(sandbox_settings, house):
    async with running(sandbox_settings.model_copy(update={"sandbox_delays": True})) as sandbox:
        line = Line(sandbox, house)
        await sandbox.client.post("/calls/account", data={"wallet": "50", "most_at_once": "2"})
        calls = [await line.called() for _ in range(3)]
        begins = [await _begins(line, call) for call in calls]
    assert begins[2] > begins[1] + timedelta(seconds=20)


async def _begins(line, call):
    page = (await line.page(f"/{call['id']}")).text
    return datetime.fromisoformat(page.split('<time datetime="')[2].split('"')[0])


async def test_an_empty_wallet_fails_calls_until_it_is_filled(line):
    await line.sandbox.client.post("/calls/account", data={"wallet": "0", "most_at_once": "10"})
    call = await line.called()
    assert (call["status"], call["error_message"]) == ("balance-low", "Insufficient wallet balance")
    await line.sandbox.client.post("/calls/account", data={"wallet": "1", "most_at_once": "10"})
    call = await line.called()
    wallet = (await line.ask("GET", "/user/me")).json()["wallet"]
    assert (call["status"], wallet) == ("completed", pytest.approx(100 - call["total_cost"]))


async def test_only_a_waiting_call_can_be_stopped(line):
    waiting = await line.called("+919845010008")
    assert waiting["status"] == "queued"
    answer = await line.ask("POST", f"/call/{waiting['id']}/stop")
    assert answer.json() == {"message": "done", "status": "stopped", "execution_id": waiting["id"]}
    assert (await line.execution(waiting["id"]))["status"] == "stopped"
    assert (await line.ask("POST", f"/call/{waiting['id']}/stop")).status_code == 400
    done = await line.called()
    assert (await line.ask("POST", f"/call/{done['id']}/stop")).json()["message"].endswith("cannot be stopped")
    assert (await line.ask("POST", "/call/none/stop")).status_code == 404
    assert "stopped" in {post["status"] for post in await told(line, 8)}


async def test_all_waiting_calls_of_an_agent_are_stopped_at_once(line):
    waiting = [(await line.called("+919845010008"))["id"] for _ in range(2)]
    await line.called()
    answer = await line.ask("POST", f"/v2/agent/{AGENT}/stop")
    assert sorted(answer.json()["stopped_executions"]) == sorted(waiting)


async def test_a_scheduled_call_waits_for_its_moment_without_delays_too(line, database_url):
    at = datetime.now(UTC).astimezone() + timedelta(hours=1)
    answer = await line.place(scheduled_at=at.isoformat())
    assert answer.json()["status"] == "scheduled"
    call_id = answer.json()["execution_id"]
    assert (await line.execution(call_id))["status"] == "scheduled"
    assert [post["status"] for post in await told(line, 1)] == ["scheduled"]
    await advance(database_url, "61 minutes")
    assert (await line.execution(call_id))["status"] == "completed"
    assert len(await told(line, 7)) == 7


async def test_a_stopped_call_is_not_made_when_its_moment_comes(line, database_url):
    at = datetime.now(UTC) + timedelta(hours=1)
    call_id = (await line.place(scheduled_at=at.isoformat())).json()["execution_id"]
    await line.ask("POST", f"/call/{call_id}/stop")
    await advance(database_url, "2 hours")
    assert (await line.execution(call_id))["status"] == "stopped"
    await told(line, 2)
    assert planned((await line.page(f"/{call_id}")).text) == ["scheduled", "stopped"]


async def test_retries_are_told_as_scheduled_under_the_same_id(line):
    retry = {"enabled": True, "max_retries": 2, "retry_intervals_minutes": [30, 60]}
    call = await line.called("+919845010002", retry_config=retry)
    assert (call["status"], call["retry_count"], len(call["retry_history"])) == ("busy", 2, 2)
    assert call["retry_history"][0]["status"] == "busy"
    assert [post["retry_count"] for post in await told(line, 9) if post["status"] == "scheduled"] != []
