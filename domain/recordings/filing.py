"""Filing what the provider has: each file once, parts in the order they were recorded. Nothing is ever deleted here."""

from collections.abc import Sequence
from datetime import timedelta

from domain.ports.meetings import MeetingRecording, RecordingFile
from domain.work import Row, Work

KINDS = {
    "MP4": ("video", "video/mp4"),
    "M4A": ("audio", "audio/mp4"),
    "CHAT": ("chat", "text/plain; charset=utf-8"),
    "TRANSCRIPT": ("transcript", "text/vtt"),
    "CC": ("transcript", "text/vtt"),
    "TIMELINE": ("chapters", "application/json"),
}
# Of several films of the same stretch students see the first of these; the others are kept for admins.
VIEWS = (
    "shared_screen_with_speaker_view",
    "shared_screen_with_speaker_view(CC)",
    "shared_screen_with_gallery_view",
    "active_speaker",
    "gallery_view",
    "shared_screen",
)
# What was recorded longer before the class was a test of the host's.
TRIAL = timedelta(hours=1)

STORE = """
insert into recordings (session_id, kind, source, duration, media_type, state, is_visible, zoom_uuid, zoom_recording_id,
  zoom_file_type, zoom_recording_type, zoom_file_size, zoom_download_url, recording_start, recording_end, created_at, updated_at)
values (%(session_id)s, %(kind)s, 'zoom', %(duration)s, %(media_type)s, %(state)s, %(is_visible)s, %(uuid)s, %(id)s,
  %(file_type)s, %(recording_type)s, %(size)s, %(url)s, %(starts_at)s, %(ends_at)s, %(now)s, %(now)s)
on conflict (zoom_recording_id) do update set state = excluded.state, zoom_file_size = excluded.zoom_file_size,
  zoom_download_url = %(url)s, recording_start = excluded.recording_start,
  recording_end = excluded.recording_end, updated_at = excluded.updated_at,
  duration = case when recordings.read_at is null then excluded.duration else recordings.duration end
"""
NUMBER = """
with parts as (
  select id, dense_rank() over (order by recording_start nulls last,
      case when recording_start is null then created_at end) as part
  from recordings where session_id = %(id)s)
update recordings r set part = parts.part from parts where parts.id = r.id and r.part <> parts.part
"""


async def file_recordings(work: Work, session: Row, found: Sequence[MeetingRecording]) -> int:
    """File what was found of a session; return how many files are still being processed."""
    processing = 0
    for recording in found:
        best = _best_views(recording)
        for file in recording.files:
            processing += not _is_complete(file)
            if file.kind in KINDS and file.starts_at and file.status != "recording":
                await work.run(STORE, **_values(session, recording, file, best), now=work.now)
    await number_parts(work, session)
    return processing


async def number_parts(work: Work, session: Row) -> None:
    """Number the stretches of a session by when they were recorded; what was added by hand follows."""
    await work.run(NUMBER, id=session.id)


def _best_views(recording: MeetingRecording) -> set[str]:
    best: dict[object, RecordingFile] = {}
    for file in recording.files:
        if file.kind == "MP4" and (file.starts_at not in best or _rank(file) < _rank(best[file.starts_at])):
            best[file.starts_at] = file
    return {file.id for file in best.values()}


def _rank(file: RecordingFile) -> int:
    return VIEWS.index(file.recording_type) if file.recording_type in VIEWS else len(VIEWS)


def _values(session: Row, recording: MeetingRecording, file: RecordingFile, best: set[str]) -> dict[str, object]:
    kind, media_type = KINDS[file.kind]
    starts_at, ends_at = file.starts_at, file.ends_at
    assert starts_at is not None
    is_hidden = (file.kind == "MP4" and file.id not in best) or starts_at < session.starts_at - TRIAL
    return {
        "session_id": session.id,
        "kind": kind,
        "media_type": media_type,
        "duration": max(int((ends_at - starts_at).total_seconds()), 0) if ends_at else 0,
        "state": "ready" if _is_complete(file) else "processing",
        "is_visible": False if is_hidden else None,
        "uuid": recording.uuid,
        # Zoom gives some small files no id of their own.
        "id": file.id or f"{recording.uuid} {file.kind} {starts_at.isoformat()}",
        "file_type": file.kind[:40],
        "recording_type": file.recording_type[:100],
        "size": max(file.size, 0),
        "url": file.download_url[:2_000],
        "starts_at": starts_at,
        "ends_at": ends_at,
    }


def _is_complete(file: RecordingFile) -> bool:
    return file.status == "completed" and bool(file.download_url)
