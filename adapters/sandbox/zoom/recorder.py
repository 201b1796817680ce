"""What a meeting's recording leaves: files that can be opened, ready after a while, and the event that tells of them."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import msgspec

from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.recording_shape import as_json
from adapters.sandbox.zoom.webhooks import tell

MEDIA = Path(__file__).parent / "media"
# The media hold eight seconds, however long the class was: captions keep to that.
SECONDS = 8.0
# Commonly twice the recorded time; a short test is ready almost at once, and never later than a day.
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=24)
TRANSCRIPT_LATER = timedelta(minutes=2)
TOKEN_SECONDS = 86_400
KINDS = (
    ("MP4", "MP4", "shared_screen_with_speaker_view"),
    ("M4A", "M4A", "audio_only"),
    ("TIMELINE", "JSON", "timeline"),
    ("CHAT", "TXT", "chat_file"),
    ("TRANSCRIPT", "VTT", "audio_transcript"),
)
_INSERT = """
insert into zoom_recording_files
  (recording_id, file_type, file_extension, recording_type, token, content, ready_at)
values (%(id)s, %(type)s, %(extension)s, %(recording_type)s, %(token)s, %(content)s, app_now() + %(delay)s)
"""
_PEOPLE = "select * from zoom_stays where uuid = %(uuid)s and status = 'in_meeting' order by joined_at, id"


def processing_time(recording: Any) -> timedelta:
    """Return how long Zoom works on a recording."""
    recorded: timedelta = recording.stopped_at - recording.started_at
    return min(max(recorded * 2, SHORTEST), LONGEST)


async def make_files(zoom: Account, meeting: Any, instance: Any, recording: Any) -> None:
    """Put the files of one recording down, each with the moment it will be ready."""
    people = await zoom.database.rows(_PEOPLE, uuid=instance.uuid)
    lines = await zoom.database.rows(
        "select * from zoom_chat_lines where uuid = %(uuid)s order by id", uuid=instance.uuid
    )
    contents = {
        "MP4": _media("class.mp4"),
        "M4A": _media("class.m4a"),
        "TIMELINE": timeline(people, recording),
        "CHAT": chat(lines, people, recording),
        "TRANSCRIPT": transcript(meeting.topic, [person.name for person in people]),
    }
    for kind, extension, recording_type in KINDS:
        delay = processing_time(recording) + (TRANSCRIPT_LATER if kind == "TRANSCRIPT" else timedelta())
        await zoom.database.run(
            _INSERT,
            id=recording.id,
            type=kind,
            extension=extension,
            recording_type=recording_type,
            token=token_urlsafe(32),
            content=contents[kind],
            delay=zoom.after(delay),
        )


async def tell_recorded(zoom: Account, meeting: Any, instance: Any, recording: Any) -> None:
    """Plan the events of one recording: its files at once, the transcript when that follows."""
    statement = "select f.*, r.started_at, r.stopped_at from zoom_recording_files f"
    statement += " join zoom_recordings r on r.id = f.recording_id where r.id = %(id)s order by f.file_type"
    files = await zoom.database.rows(statement, id=recording.id)
    for kind, is_transcript in (("recording.completed", False), ("recording.transcript_completed", True)):
        chosen = [file for file in files if (file.file_type == "TRANSCRIPT") == is_transcript]
        subject = as_json(zoom, meeting, instance, chosen, path="webhook_download") | {"on_prem": False}
        delay = processing_time(recording) + (TRANSCRIPT_LATER if is_transcript else timedelta())
        token = await zoom.new_token((), TOKEN_SECONDS + int(delay.total_seconds()))
        await tell(zoom, kind, meeting, subject, after=delay, download_token=token)


async def publish(zoom: Account, meeting_id: int) -> int:
    """End the processing of a meeting's recordings now; return how many files that made ready."""
    ready = await zoom.database.run(
        "update zoom_recording_files f set ready_at = app_now() from zoom_recordings r join zoom_instances i"
        " on i.uuid = r.uuid where r.id = f.recording_id and i.meeting_id = %(id)s and f.ready_at > app_now()",
        id=meeting_id,
    )
    await zoom.database.run(
        "update callbacks set due_at = app_now() where provider = 'zoom' and subject = %(subject)s and attempts = 0"
        " and state = 'pending' and kind in ('recording.completed', 'recording.transcript_completed')",
        subject=str(meeting_id),
    )
    return ready


def chat(lines: Any, people: Any, recording: Any) -> bytes:
    """Return what was written in the meeting, as the saved chat shows it: time into the recording, name, line."""
    written = [(_into(recording, line.at), line.name, line.line) for line in lines]
    if not written and people:
        # A saved chat of nothing at all would not be there.
        written = [("00:00:00", people[0].name, "Welcome, everybody.")]
    return "".join(f"{at}\t {name}:\t{line}\r\n" for at, name, line in written).encode()


def transcript(topic: str, names: list[str]) -> bytes:
    """Return the captions as WebVTT."""
    host = names[0] if names else "Host"
    said = [
        f"{host}: Welcome to {topic}.",
        *(f"{name}: Good morning." for name in names[1:4]),
        f"{host}: Let us begin.",
    ]
    step = SECONDS / len(said)
    cues = [
        f"{number + 1}\r\n{_cue(number * step)} --> {_cue((number + 1) * step)}\r\n{line.replace('-->', '->')}\r\n"
        for number, line in enumerate(said)
    ]
    return ("WEBVTT\r\n\r\n" + "\r\n".join(cues)).encode()


def timeline(people: Any, recording: Any) -> bytes:
    """Return who was speaking when, as Zoom's timeline file has it."""
    entries = [
        {
            "ts": _into(recording, person.joined_at) + ".000",
            "users": [{"username": person.name, "user_id": str(person.id)}],
        }
        for person in people
    ]
    return msgspec.json.encode({"timeline": entries})


def _into(recording: Any, moment: datetime) -> str:
    seconds = max(int((moment - recording.started_at).total_seconds()), 0)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _cue(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}"


@cache
def _media(name: str) -> bytes:
    return (MEDIA / name).read_bytes()
