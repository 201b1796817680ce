"""Reading what is inside the files: how long a film plays, what was said, the chapters. The bytes come over the network.

Zoom tells from when to when it recorded; pauses are in that, so only the film itself says how long it plays.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from uuid import UUID

from domain.automation.running import StepRun, hold
from domain.ports.meetings import DownloadFailed, MeetingProvider
from domain.recordings.captions import LARGEST, Cue, read_captions, read_timeline
from domain.recordings.media import Read, seconds_of
from domain.work import Row, Work

UNREAD = """
select r.id, r.kind, r.part, r.duration, r.zoom_file_size as size, s.zoom_download_url as url, s.zoom_uuid as uuid
from recordings r cross join lateral recording_source(r.id) s
where r.session_id = %(session_id)s and r.source = 'zoom' and r.state = 'ready' and r.read_at is null and r.read_attempts < 5
  and r.kind in ('video', 'audio', 'transcript', 'chapters')
order by array_position(array['video', 'audio', 'transcript', 'chapters'], r.kind), r.part
"""
MEASURED = """
update recordings set duration = coalesce(%(seconds)s, duration), read_at = %(now)s where id = %(id)s
"""
FAILED = "update recordings set read_attempts = read_attempts + 1 where id = %(id)s"
# The lines go to every film of the part, or to its sound where there is no film.
FILMS = """
select f.id, f.duration, f.has_typed_chapters
from recordings t join recordings f on f.session_id = t.session_id and f.part = t.part
where t.id = %(id)s and f.kind in ('video', 'audio')
"""
# Two looks at one class may come at once: the second replaces what the first has kept, and does not run into it.
HOLD = "select id from recordings where id = any(%(ids)s) order by id for update"
FORGET = "delete from recording_cues where recording_id = any(%(ids)s) and kind = %(kind)s"
KEEP = """
insert into recording_cues (recording_id, kind, number, starts_ms, ends_ms, text)
select film, %(kind)s, number, starts_ms, ends_ms, said from unnest(%(ids)s::uuid[]) film
  cross join unnest(%(starts)s::int[], %(ends)s::int[], %(texts)s::text[]) with ordinality cue (starts_ms, ends_ms, said, number)
"""


async def read_contents(run: StepRun, session_id: UUID, tokens: Mapping[str, str]) -> None:
    """Read the files of a session that have not been read; what does not come now is tried at the next look."""
    async with run.work() as work:
        unread = await work.rows(UNREAD, session_id=session_id)
    for file in unread:
        token = tokens.get(file.uuid or "", "")
        try:
            await _read(run, file, token)
        except DownloadFailed:
            async with run.work() as work:
                await work.run(FAILED, id=file.id)


async def keep_cues(work: Work, recording_ids: Sequence[UUID], kind: str, cues: Sequence[Cue]) -> None:
    """Replace the lines or chapters of these recordings."""
    await work.rows(HOLD, ids=list(recording_ids))
    await work.run(FORGET, ids=list(recording_ids), kind=kind)
    await work.run(
        KEEP,
        ids=list(recording_ids),
        kind=kind,
        starts=[cue.starts_ms for cue in cues],
        ends=[cue.ends_ms for cue in cues],
        texts=[cue.text for cue in cues],
    )


async def part_of_file(chunks: AsyncIterator[bytes], most: int) -> bytes:
    """Return the first ``most`` bytes of what comes, and let the rest be."""
    taken = bytearray()
    async with aclosing(chunks) as open_chunks:  # type: ignore[type-var]
        async for chunk in open_chunks:
            taken += chunk
            if len(taken) >= most:
                break
    return bytes(taken[:most])


async def _read(run: StepRun, file: Row, token: str) -> None:
    meetings = run.ports.meetings
    if file.kind in ("video", "audio"):
        seconds = await seconds_of(_reader(meetings, file.url, token), file.size) if file.size else None
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            await work.run(MEASURED, id=file.id, seconds=seconds, now=work.now)
        return
    content = await part_of_file(meetings.download(file.url, 0, token), LARGEST)
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        films = await work.rows(FILMS, id=file.id)
        if file.kind == "transcript":
            cues, kind = read_captions(content), "line"
        else:
            cues, kind = read_timeline(content, max((film.duration for film in films), default=0)), "chapter"
        # What an admin has typed stands.
        ids = [film.id for film in films if kind == "line" or not film.has_typed_chapters]
        await keep_cues(work, ids, kind, cues)
        await work.run(MEASURED, id=file.id, seconds=None, now=work.now)


def _reader(meetings: MeetingProvider, url: str, token: str) -> Read:
    async def read(first: int, most: int) -> bytes:
        return await part_of_file(meetings.download(url, first, token), most)

    return read
