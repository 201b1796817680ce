"""Chapters that an admin types, one on a line as `00:12:30 Title`. They stand until they are cleared, whatever Zoom tells."""

import re
from collections.abc import Sequence
from uuid import UUID

from domain.audit import record
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.recordings.captions import MOST_CHAPTERS, Cue
from domain.recordings.checking import plan_look
from domain.recordings.contents import keep_cues
from domain.recordings.telling import tell
from domain.work import Row, Work

LONGEST_TITLE, LONGEST_TYPED = 120, 20_000
_LINE = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\s*[-–—:])?\s+(\S.*)")

RECORDING = """
select r.id, r.session_id, r.part, r.title, r.duration, r.kind, r.media_type, r.has_typed_chapters, s.version, s.zoom_meeting_id,
  s.title as session
from recordings r join sessions s on s.id = r.session_id where r.id = %(id)s and r.kind in ('video', 'audio', 'link')
"""
MARK = "update recordings set has_typed_chapters = %(typed)s, updated_at = %(now)s where id = %(id)s"
# What Zoom tells of this part is read anew by the next look.
READ_AGAIN = """
update recordings set read_at = null, read_attempts = 0
where session_id = %(session)s and part = %(part)s and kind = 'chapters' and source = 'zoom'
"""


def read_typed(text: str, duration: int) -> list[Cue]:
    """Return the chapters typed. ``duration`` in seconds, 0 for unknown. Raises InvalidInput naming the line."""
    starts: list[tuple[int, str]] = []
    for line in filter(None, (line.strip() for line in text.replace("\0", "").splitlines())):
        found = _LINE.fullmatch(line)
        if found is None or int(found[3]) > 59 or (found[1] and int(found[2]) > 59):
            raise _wrong(_("Write it like 00:12:30 Title: “{line}”", line=line[:60]))
        at, title = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]), " ".join(found[4].split())
        if duration and at >= duration:
            raise _wrong(_("The recording is over by then: “{line}”", line=line[:60]))
        if len(title) > LONGEST_TITLE:
            raise _wrong(_("A title has at most {count} characters: “{line}”", count=LONGEST_TITLE, line=line[:60]))
        if any(at == other for other, _title in starts):
            raise _wrong(_("Two chapters begin at the same moment: “{line}”", line=line[:60]))
        starts.append((at, title))
    if len(starts) > MOST_CHAPTERS:
        raise _wrong(_("At most {count} chapters.", count=MOST_CHAPTERS))
    starts.sort()
    ends = [*(at for at, _title in starts[1:]), max(duration, starts[-1][0] + 1 if starts else 0)]
    return [Cue(at * 1000, end * 1000, title) for (at, title), end in zip(starts, ends, strict=True)] if starts else []


def write_typed(chapters: Sequence[Cue]) -> str:
    """Return chapters as they are typed."""
    lines = []
    for chapter in chapters:
        seconds = chapter.starts_ms // 1000
        lines.append(f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} {chapter.text}")
    return "\n".join(lines)


async def type_chapters(work: Work, recording_id: UUID, text: str) -> int:
    """Replace the chapters of a recording by those typed, or give back those of Zoom for none; return how many were typed.

    Raises InvalidInput, NotFound.
    """
    work.require_admin()
    recording = await work.row(RECORDING, id=recording_id)
    if recording is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    chapters = read_typed(text, recording.duration)
    await keep_cues(work, [recording_id], "chapter", chapters)
    await work.run(MARK, id=recording_id, typed=bool(chapters), now=work.now)
    if not chapters:
        await _ask_zoom(work, recording)
    title = recording.title or recording.session
    await record(work, "recording.chaptered", "recording", recording_id, title, chapters=len(chapters))
    tell(work, recording.session_id)
    return len(chapters)


async def _ask_zoom(work: Work, recording: Row) -> None:
    if await work.run(READ_AGAIN, session=recording.session_id, part=recording.part) and recording.zoom_meeting_id:
        await plan_look(work, recording.session_id, recording.version, f"chapters {work.now.isoformat()}")


def _wrong(text: str) -> InvalidInput:
    return InvalidInput({"chapters": text})
