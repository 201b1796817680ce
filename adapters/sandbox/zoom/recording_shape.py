"""A meeting's recordings as Zoom's answers and events show them."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from adapters.sandbox.zoom.account import Account, stamp

_WITHOUT_PLAYER = ("TIMELINE",)


def as_json(
    zoom: Account, meeting: Any, instance: Any, files: Sequence[Any], *, path: str = "download"
) -> dict[str, Any]:
    """Return one held meeting with these files; ``path`` is the kind of download address they get."""
    whole = [file_json(zoom, instance, file, path) for file in files]
    ended = instance.ended_at or instance.started_at
    return {
        "uuid": instance.uuid,
        "id": meeting.id,
        "account_id": zoom.id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": stamp(instance.started_at),
        "timezone": meeting.timezone,
        "host_email": meeting.host_email,
        # From the meeting's start, not from the recording's.
        "duration": -(-int((ended - instance.started_at).total_seconds()) // 60),
        "total_size": sum(one["file_size"] for one in whole),
        "recording_count": len(whole),
        "share_url": f"{zoom.url}/rec/share/{share_token(instance.uuid)}",
        "recording_play_passcode": play_passcode(instance.uuid),
        "password": play_passcode(instance.uuid)[:8],
        "recording_files": whole,
    }


def file_json(zoom: Account, instance: Any, file: Any, path: str) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "meeting_id": instance.uuid,
        "recording_start": stamp(file.started_at),
        "recording_end": stamp(file.stopped_at),
        "file_type": file.file_type,
        "file_extension": file.file_extension,
        "file_size": len(file.content),
        **({} if file.file_type in _WITHOUT_PLAYER else {"play_url": f"{zoom.url}/rec/play/{file.token}"}),
        "download_url": f"{zoom.url}/rec/{path}/{file.token}",
        "status": "completed",
        "recording_type": file.recording_type,
        **({"deleted_time": stamp(file.deleted_at)} if file.deleted_at else {}),
    }


def running_json(instance: Any, recording: Any) -> dict[str, Any]:
    """Return the entry of a recording that has not stopped yet."""
    return {
        "id": "",
        "meeting_id": instance.uuid,
        "recording_start": stamp(recording.started_at),
        "recording_end": "",
        "file_type": "",
        "file_extension": "",
        "file_size": 0,
    }


def share_token(uuid: str) -> str:
    return sha256(f"share {uuid}".encode()).hexdigest()[:32]


def play_passcode(uuid: str) -> str:
    return sha256(f"passcode {uuid}".encode()).hexdigest()[:20]
