"""What Zoom's webhooks tell, and what of it we keep."""

import json
from datetime import UTC, datetime

import pytest

from adapters.zoom.events import MalformedEvent, parse_event

NOW = datetime(2027, 1, 12, 12, tzinfo=UTC)


def event(kind, subject, **more):
    return json.dumps({"event": kind, "event_ts": 1799753479310, **more, "payload": {"object": subject}}).encode()


def test_a_leaving_names_the_stay_and_when_it_ended():
    participant = {
        "leave_time": "2027-01-12T11:31:18Z", "user_id": "16779264", "user_name": "Asha R",
        "registrant_id": "tB7xQm2KRVa1pLzW9nYcDg", "email": "", "public_ip": "203.0.113.9",
        "leave_reason": "Asha R left the meeting.<br>Reason: Host ended the meeting.",
        "participant_uuid": "4F0C1B52-8A41-4C1D-9A77-2F6D0C9B1E30",
    }  # fmt: skip
    body = event(
        "meeting.participant_left", {"id": "87412345678", "uuid": "p3/+A==", "topic": "A", "participant": participant}
    )
    left = parse_event(body, NOW)
    assert (left.kind, left.zoom_meeting_id, left.uuid) == ("meeting.participant_left", "87412345678", "p3/+A==")
    assert left.happened_at == datetime(2027, 1, 12, 11, 31, 18, tzinfo=UTC)
    assert left.attendee.registrant_id == "tB7xQm2KRVa1pLzW9nYcDg"
    assert left.attendee.connection == "16779264"
    assert "203.0.113.9" not in repr(left)


def test_a_recording_brings_its_files_and_a_token_that_is_not_shown():
    files = [
        {"id": "5b1d", "file_type": "MP4", "file_size": 118200311, "download_url": "https://us06web.zoom.us/rec/x",
         "recording_start": "2027-01-12T10:30:10Z", "recording_end": "2027-01-12T11:31:20Z", "status": "completed",
         "recording_type": "shared_screen_with_speaker_view"},
        {"file_type": "TIMELINE", "download_url": "https://us06web.zoom.us/rec/y", "recording_start": "", "recording_end": ""},
    ]  # fmt: skip
    body = event(
        "recording.completed",
        {"id": 87412345678, "uuid": "p3", "recording_files": files},
        download_token="eyJ.e30.secret",
    )
    told = parse_event(body, NOW)
    assert told.zoom_meeting_id == "87412345678"
    assert told.happened_at == datetime.fromtimestamp(1799753479.31, UTC)
    assert told.recording.download_token == "eyJ.e30.secret"
    assert "secret" not in repr(told)
    mp4, timeline = told.recording.files
    assert (mp4.kind, mp4.size, mp4.status) == ("MP4", 118200311, "completed")
    assert (timeline.kind, timeline.id, timeline.size, timeline.status) == ("TIMELINE", "", 0, "recording")


def test_times_inside_order_events_and_the_arrival_stands_in():
    started = {"id": "1", "uuid": "u", "start_time": "2027-01-12T10:28:51Z", "end_time": "2027-01-12T11:31:20Z"}
    assert parse_event(event("meeting.started", started), NOW).happened_at.hour == 10
    assert parse_event(event("meeting.ended", started), NOW).happened_at.hour == 11
    bare = json.dumps({"event": "meeting.started", "payload": {"object": {"start_time": "soon"}}}).encode()
    assert parse_event(bare, NOW).happened_at == NOW


def test_the_same_bytes_are_the_same_event_and_unknown_kinds_are_kept():
    body = event("meeting.risk_alert", {"id": 1})
    assert parse_event(body, NOW).event_id == parse_event(body, NOW).event_id
    assert parse_event(body, NOW).event_id != parse_event(body + b" ", NOW).event_id
    assert parse_event(body, NOW).kind == "meeting.risk_alert"


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"{}", b'{"event": 1e999}', b"\xff\xfe", b'{"event": null}'])
def test_what_is_no_event_is_malformed(body):
    with pytest.raises(MalformedEvent):
        parse_event(body, NOW)


@pytest.mark.parametrize(
    "payload",
    [None, [], "x", {"object": None}, {"object": {"recording_files": [1, None]}}, {"object": {"participant": []}}],
)
def test_a_strange_payload_loses_nothing(payload):
    body = json.dumps({"event": "meeting.started", "event_ts": "x", "payload": payload}).encode()
    assert parse_event(body, NOW).happened_at == NOW
