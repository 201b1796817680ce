"""Zoom's webhooks: one event a request, about a meeting, who came and went, or what was recorded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from adapters.zoom.shapes import moment, recording_of, text
from domain.ports.meetings import Attendee, MeetingEvent, MeetingRecording


class MalformedEvent(ValueError):
    """The body is not the JSON Zoom sends."""


def parse_event(body: bytes, received_at: datetime) -> MeetingEvent:
    """Return the event; ``received_at`` stands in where it tells no time. Raises MalformedEvent."""
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedEvent("The body is not JSON.") from error
    if not isinstance(event, dict) or not text(event, "event"):
        raise MalformedEvent("The body is no event.")
    subject = _part(_part(event, "payload"), "object")
    return MeetingEvent(
        event_id=event_id(body),
        kind=text(event, "event"),
        # Text in meeting events, a number in those of recordings.
        zoom_meeting_id=text(subject, "id"),
        uuid=text(subject, "uuid"),
        happened_at=_happened_at(event, subject) or received_at,
        topic=text(subject, "topic"),
        attendee=_attendee(_part(subject, "participant")),
        recording=_recording(event, subject),
    )


def event_id(body: bytes) -> str:
    """Return what is the same for every sending of one event.

    The bytes are the same on each retry; Zoom's request id is, too, but it is not signed: anybody could change it.
    """
    return "sha256-" + sha256(body).hexdigest()


def _recording(event: Mapping[str, Any], subject: Mapping[str, Any]) -> MeetingRecording | None:
    if not isinstance(subject.get("recording_files"), list):
        return None
    return replace(recording_of(subject), download_token=text(event, "download_token"))


def _attendee(participant: Mapping[str, Any]) -> Attendee | None:
    if not participant:
        return None
    # The addresses people came from are left out on purpose.
    return Attendee(
        name=text(participant, "user_name"),
        email=text(participant, "email"),
        registrant_id=text(participant, "registrant_id"),
        connection=text(participant, "user_id") or text(participant, "participant_uuid"),
        reason=text(participant, "leave_reason"),
    )


def _happened_at(event: Mapping[str, Any], subject: Mapping[str, Any]) -> datetime | None:
    """Return the moment told inside, which orders events; else the time of sending."""
    participant = _part(subject, "participant")
    kind = text(event, "event")
    own = {
        "meeting.started": subject.get("start_time"),
        "meeting.ended": subject.get("end_time"),
        "meeting.participant_joined": participant.get("join_time"),
        "meeting.participant_left": participant.get("leave_time"),
    }
    return moment(own.get(kind)) or _sent_at(event.get("event_ts"))


def _sent_at(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, (int, float)) else None
    except (ValueError, OverflowError, OSError):
        return None


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
