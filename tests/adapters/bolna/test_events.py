"""Executions and webhooks as they really come: partial, in old shapes, and with what we do not know."""

import json
from uuid import UUID

import pytest

from adapters.bolna import webhook_path
from adapters.bolna.events import MalformedReport, event_id_of, parse_webhook
from adapters.bolna.webhook_token import is_token
from tests.adapters.bolna.conftest import CALL_ID, DELIVERY, EXECUTION, settings_for


def told(**changes):
    return parse_webhook(json.dumps({**EXECUTION, **changes}).encode())


def test_a_webhook_is_read_like_an_answer():
    report = told()
    assert (report.call_id, report.status, report.delivery_id) == (CALL_ID, "completed", UUID(DELIVERY))
    assert event_id_of(report) == f"{CALL_ID}:completed"


@pytest.mark.parametrize(
    ("status", "has_ended"),
    [
        *((name, False) for name in ("scheduled", "queued", "prepared", "rescheduled", "initiated", "ringing")),
        *((name, False) for name in ("in-progress", "call-disconnected", "something-new")),
        *((name, True) for name in ("completed", "no-answer", "busy", "failed", "canceled", "stopped")),
        *((name, True) for name in ("error", "balance-low", "cancelled", "No_Answer")),
    ],
)
def test_only_known_ends_are_ends(status, has_ended):
    report = told(status=status)
    assert report.has_ended is has_ended
    assert bool(report.reason) is (has_ended and status != "completed")


def test_what_is_empty_before_the_end_is_not_known_yet():
    early = told(
        status="in-progress",
        conversation_duration=0,
        total_cost="",
        transcript=None,
        extracted_data=None,
        telephony_data={"recording_url": "", "duration": None},
    )
    assert (early.duration, early.cost_cents, early.recording_url) == (None, None, None)
    assert (early.transcript, early.extracted, early.to_number) == ("", None, "+919845012345")


@pytest.mark.parametrize(
    ("changes", "duration"),
    [
        ({"conversation_duration": None, "conversation_time": 12}, 12),
        ({"conversation_duration": "27.5"}, 27.5),
        ({"conversation_duration": None}, 28),
        ({"conversation_duration": "NaN", "telephony_data": {"duration": 9}}, 9),
        ({"conversation_duration": True, "telephony_data": None}, None),
        ({"conversation_duration": -1, "telephony_data": "x"}, None),
    ],
)
def test_durations_come_as_numbers_and_as_texts(changes, duration):
    assert told(**changes).duration == duration


def test_a_completed_call_in_which_nobody_spoke_reached_nobody():
    silent, machine = told(conversation_duration=0), told(answered_by_voice_mail=True)
    assert (silent.has_talked, silent.reason) == (False, "The call was connected, but nobody spoke.")
    assert (machine.has_talked, machine.reason, machine.is_voicemail) == (False, "Voicemail answered.", True)
    assert told().has_talked
    assert not told(status="in-progress").has_talked


def test_a_failure_says_what_bolna_says():
    assert told(status="error", error_message="Telephony down").reason == "The call failed: Telephony down"
    assert told(status="failed", error_message=None).reason == "The call failed: Call recipient hungup"
    assert told(status="failed", telephony_data={}).reason == "The call failed."


def test_ids_were_integers_once_and_the_data_may_nest():
    nested = {"Lead": {"Disposition": {"subjective": "warm", "confidence_label": "high"}}}
    report = told(id=4711, extracted_data=nested)
    assert (report.call_id, report.extracted) == ("4711", nested)


def test_another_program_s_call_has_no_delivery_of_ours():
    for data in ({"ref": "lead-4711"}, {}, None, "x"):
        assert told(context_details={"recipient_data": data}).delivery_id is None
    assert told(context_details=None).delivery_id is None


def test_moments_come_in_several_forms():
    for text in ("2026-03-04T10:00:02Z", "2026-03-04T10:00:02.000000+00:00", "2026-03-04 10:00:02"):
        assert told(created_at=text).created_at.isoformat() == "2026-03-04T10:00:02+00:00"
    assert told(created_at="yesterday").created_at is None


def test_a_null_byte_harms_nobody():
    assert told(transcript="a\x00b", summary="c\x00d").transcript == "ab"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b"\xff", b'{"id": "x"}', b'{"status": "busy"}', b"[" * 100_000]
)
def test_what_is_no_execution_is_malformed(body):
    with pytest.raises(MalformedReport):
        parse_webhook(body)


def test_only_the_token_opens_the_webhook():
    assert is_token("very-secret-token", "very-secret-token")
    for given in ("", "very-secret-toke", "very-secret-token-forged", "VERY-SECRET-TOKEN", "é", "\udcff"):
        assert not is_token("very-secret-token", given)
    assert not is_token("", "")


def test_the_webhooks_path_ends_in_the_token_of_the_settings():
    assert webhook_path(settings_for(1)) == "/webhooks/bolna/very-secret-token"


def test_the_keys_are_never_shown():
    assert "very-secret" not in repr(settings_for(1))
