"""Zoom's JSON as our own words, and ours as Zoom's. Every field may be missing: what is there depends on plan and age."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.ports.meetings import Meeting, MeetingPlan, MeetingRecording, Participant, RecordingFile

MAX_TOPIC, MAX_AGENDA = 200, 2000


def meeting_body(plan: MeetingPlan) -> dict[str, Any]:
    """Return the body that creates the meeting, or changes it into this."""
    return {
        "topic": plan.topic[:MAX_TOPIC],
        "agenda": plan.agenda[:MAX_AGENDA],
        "type": 2,
        # UTC says when; the zone is for display.
        "start_time": plan.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": plan.duration,
        "timezone": plan.timezone,
        "default_password": True,
        "settings": _settings(plan),
    }


def _settings(plan: MeetingPlan) -> dict[str, Any]:
    return {
        "approval_type": 0 if plan.registration else 2,
        "registration_type": 1,
        "auto_recording": plan.recording,
        "join_before_host": False,
        "waiting_room": False,
        "mute_upon_entry": True,
        "use_pmi": False,
        # The account's default may demand a Zoom sign-in, which shuts students with a link of their own out.
        "meeting_authentication": False,
        # We write to students ourselves.
        "registrants_email_notification": False,
        "registrants_confirmation_email": False,
    }


def meeting_of(body: Mapping[str, Any]) -> Meeting:
    """Return the meeting with the settings in effect, which may be fewer than were asked for."""
    settings = body.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    return Meeting(
        zoom_meeting_id=text(body, "id"),
        join_url=text(body, "join_url"),
        passcode=text(body, "password"),
        start_url=text(body, "start_url"),
        topic=text(body, "topic"),
        starts_at=moment(body.get("start_time")),
        duration=whole(body.get("duration")),
        status=text(body, "status") or "waiting",
        uuid=text(body, "uuid"),
        has_registration=settings.get("approval_type") in (0, 1),
        recording=text(settings, "auto_recording") or "none",
        host_email=text(body, "host_email"),
    )


def participant_of(row: Mapping[str, Any]) -> Participant | None:
    """Return the stay, or None for time in the waiting room and rows without a beginning."""
    joined_at = moment(row.get("join_time"))
    if joined_at is None or row.get("status") == "in_waiting_room":
        return None
    return Participant(
        name=text(row, "name"),
        email=text(row, "user_email"),
        registrant_id=text(row, "registrant_id"),
        joined_at=joined_at,
        left_at=moment(row.get("leave_time")),
        duration=whole(row.get("duration")),
    )


def recording_of(body: Mapping[str, Any]) -> MeetingRecording:
    files = body.get("recording_files")
    return MeetingRecording(
        zoom_meeting_id=text(body, "id"),
        uuid=text(body, "uuid"),
        topic=text(body, "topic"),
        starts_at=moment(body.get("start_time")),
        duration=whole(body.get("duration")),
        files=[_file_of(file) for file in files if isinstance(file, dict)] if isinstance(files, list) else [],
        passcode=text(body, "recording_play_passcode") or text(body, "password"),
        download_token=text(body, "download_access_token"),
    )


def _file_of(file: Mapping[str, Any]) -> RecordingFile:
    ends_at = moment(file.get("recording_end"))
    return RecordingFile(
        id=text(file, "id"),
        kind=text(file, "file_type") or text(file, "file_extension"),
        recording_type=text(file, "recording_type"),
        # A recording that still runs has neither an end nor a status.
        status=text(file, "status") or ("completed" if ends_at else "recording"),
        size=whole(file.get("file_size")),
        download_url=text(file, "download_url"),
        starts_at=moment(file.get("recording_start")),
        ends_at=ends_at,
    )


def text(body: Mapping[str, Any], name: str) -> str:
    """Return a value as text: ids come as numbers here and as text there. Postgres stores no null byte."""
    value = body.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else str(value).replace("\x00", "")


def whole(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def moment(value: object) -> datetime | None:
    """Return a moment of Zoom's, which are in UTC; None for what is none."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
    return parsed.replace(tzinfo=parsed.tzinfo or UTC) if parsed else None
