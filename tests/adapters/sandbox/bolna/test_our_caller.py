"""Our adapter against the sandbox, as it stands against Bolna."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.ports.outcomes import Missing, Refused, Unavailable, Unknown
from domain.ports.voice import Call, CallReport, CallStarted, Recording
from tests.adapters.sandbox.bolna.conftest import AGENT


def call_to(number="+919845012345", **changes):
    return Call(**{"delivery_id": uuid4(), "to_number": number, "user_data": {"name": "Asha"}, **changes})


async def test_a_call_is_started_read_and_listened_to(caller):
    call = call_to()
    started = await caller.call(call)
    assert isinstance(started, CallStarted)
    assert (started.agent_id, started.status, started.to_number) == (AGENT, "queued", "+919845012345")
    assert started.recording_url is None
    report = await caller.get(started.call_id)
    assert isinstance(report, CallReport)
    assert (report.delivery_id, report.has_ended, report.has_talked) == (call.delivery_id, True, True)
    assert report.transcript.startswith("assistant: Hello Asha")
    assert report.cost_cents > 0
    recording = await caller.recording(started.call_id)
    assert isinstance(recording, Recording)
    assert (recording.media_type, recording.content[:4]) == ("audio/wav", b"RIFF")


REASONS = {
    "0001": "Nobody answered.",
    "0002": "The line was busy.",
    "0003": "The call failed: Call recipient number invalid",
    "0004": "Voicemail answered.",
    "0005": "The Bolna wallet is empty. Add credits in Bolna.",
    "0006": "The call was connected, but nobody spoke.",
}


async def test_a_call_that_reaches_nobody_says_why(caller):
    for ending, reason in REASONS.items():
        started = await caller.call(call_to(f"+91984501{ending}"))
        report = await caller.get(started.call_id)
        assert (report.reason, report.has_ended, report.has_talked) == (reason, True, False)


async def test_a_call_that_was_taken_in_silence_is_found_by_its_delivery(sandbox, caller):
    for _ in range(3):
        await caller.call(call_to())
    call, since = call_to(), datetime.now(UTC)
    await sandbox.client.post("/faults.json", json={"provider": "bolna", "kind": "silent"})
    caller._client.timeout = 0.5
    assert isinstance(await caller.call(call), Unknown)
    caller._client.timeout = 10
    report = await caller.find(call.delivery_id, since)
    assert (report.delivery_id, report.to_number) == (call.delivery_id, call.to_number)
    assert len(await caller.recent(since - timedelta(minutes=1))) == 4


async def test_a_call_that_never_arrived_is_missing(sandbox, caller):
    await caller.call(call_to())
    call = call_to()
    await sandbox.client.post("/faults.json", json={"provider": "bolna", "kind": "lost"})
    caller._client.timeout = 0.5
    assert isinstance(await caller.call(call), Unknown)
    caller._client.timeout = 10
    assert await caller.find(call.delivery_id, datetime.now(UTC)) == Missing()
    assert await caller.find(call.delivery_id, datetime.now(UTC) - timedelta(days=20)) == Missing()


async def test_only_a_waiting_call_is_stopped(caller):
    waiting = await caller.call(call_to("+919845010008"))
    assert await caller.stop(waiting.call_id) is None
    assert (await caller.get(waiting.call_id)).reason == "The call was stopped before it began."
    done = await caller.call(call_to())
    assert isinstance(await caller.stop(done.call_id), Refused)
    assert isinstance(await caller.stop("none"), Refused)


ERRORS = {
    "0401": (Unavailable, "BOLNA_API_KEY", 300.0),
    "0403": (Unavailable, "BOLNA_API_KEY", 300.0),
    "0429": (Unavailable, "slow down", 2.0),
    "0500": (Unknown, "500", None),
    "0503": (Unavailable, "out of service", None),
    "0504": (Unknown, "504", None),
}


async def test_each_error_means_what_it_should(caller):
    for ending, (kind, words, wait) in ERRORS.items():
        outcome = await caller.call(call_to(f"+91984501{ending}"))
        assert isinstance(outcome, kind)
        assert words in outcome.reason
        assert getattr(outcome, "retry_after", None) == wait


async def test_an_unknown_agent_is_the_accounts_fault(caller):
    outcome = await caller.call(call_to(agent_id=str(uuid4())))
    assert isinstance(outcome, Unavailable)
    assert "BOLNA_AGENT_ID" in outcome.reason


async def test_an_unknown_call_is_missing(caller):
    assert await caller.get("none") == Missing()
    assert await caller.get("../user/me") == Missing()
    assert await caller.recording("none") == Missing()
    busy = await caller.call(call_to("+919845010002"))
    assert await caller.recording(busy.call_id) == Missing()
