"""What a student finds to watch, and what plays: our copy of a file, or the provider's handed through."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.ports import CannotTell, FileStore, MeetingProvider
from domain.ports.meetings import DownloadFailed, MeetingRecording
from domain.recordings.captions import Cue
from domain.work import Row, Work

PER_PAGE = 20
MOST_FOUND = 50

# What is listed by itself: films and links, and sound where a part has no film. Row security decides which of them.
PLAYABLE = """(r.kind in ('video', 'link') or (r.kind = 'audio' and not exists (
  select from recordings f where f.session_id = r.session_id and f.part = r.part and f.kind = 'video')))"""
MINE = f"""
select r.id, r.title, r.kind, r.part, r.duration, r.state, r.recording_start, s.title as session, s.starts_at, s.batch_id,
  c.title as course, m.title as module, v.percent, v.position, v.watched_at, count(*) over () as total,
  (select max(o.part) from recordings o where o.session_id = r.session_id and o.kind in ('video', 'link')) as parts,
  (select timezone from people where id = %(me)s) as zone
from recordings r join sessions s on s.id = r.session_id join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
  left join modules m on m.id = s.module_id
  left join recording_views v on v.recording_id = r.id and v.person_id = %(me)s
where {PLAYABLE} and r.state <> 'processing'
  and exists (select from enrolments e where e.person_id = %(me)s and e.batch_id = s.batch_id and e.state <> 'withdrawn')
  and (%(q)s = '' or position(lower(%(q)s) in lower(r.title || ' ' || s.title || ' ' || coalesce(m.title, ''))) > 0
    or exists (select from recording_cues l where l.recording_id = r.id and l.kind = 'line'
      and position(lower(%(q)s) in lower(l.text)) > 0))
order by s.starts_at desc, r.part, r.id limit {PER_PAGE} offset %(skip)s
"""
SHOWN = """
select r.id, r.session_id, r.title, r.kind, r.part, r.duration, r.state, r.media_type, r.url, r.source, r.zoom_file_size as size,
  r.is_visible, r.recording_start, r.copy_state, s.title as session, s.starts_at, c.title as course, b.name as batch,
  v.percent, v.position, v.watched_at,
  (select count(*) from recordings o where o.session_id = r.session_id and o.kind in ('video', 'link')) as parts,
  coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind, 'size', o.zoom_file_size, 'part', o.part, 'title',
    o.title) order by o.part, o.kind) from recordings o where o.session_id = r.session_id and o.id <> r.id and o.state = 'ready'
    and (o.kind in ('video', 'link') or (o.part = r.part and o.kind in ('audio', 'chat')))), '[]') as others,
  (select timezone from people where id = %(me)s) as zone, r.has_typed_chapters
from recordings r join sessions s on s.id = r.session_id join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
  left join recording_views v on v.recording_id = r.id and v.person_id = %(me)s
where r.id = %(id)s and r.kind in ('video', 'audio', 'link')
"""
CUES = """
select kind, starts_ms, ends_ms, text from recording_cues where recording_id = %(id)s order by kind, number
"""
FILE = """
select id, kind, media_type, state, zoom_file_size as size, copy_state from recordings
where id = %(id)s and kind in ('video', 'audio', 'chat')
"""
SOURCE = "select * from recording_source(%(id)s)"
# A copy of ours that failed is none any more.
MOVED = """
update recordings set zoom_download_url = %(url)s, state = 'ready', stored_name = null, updated_at = %(now)s,
  copy_state = case when copy_state = 'copied' then 'none' else copy_state end
where id = %(id)s
"""
BACK = "update recordings set state = 'ready', updated_at = %(now)s where id = %(id)s and state = 'gone'"
GONE = "update recordings set state = 'gone', updated_at = %(now)s where id = %(id)s"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording, and its chapters."""

    lines: Sequence[Cue]
    chapters: Sequence[Cue]


async def my_recordings(work: Work, q: str = "", page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of what who asks may watch, the latest first, and how many there are. ``q`` finds spoken words, too."""
    rows = await work.rows(MINE, me=work.identity.person_id, q=q, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def show_recording(work: Work, recording_id: UUID) -> tuple[Row, Transcript]:
    """Return what the page of a recording shows. Raises NotFound for what who asks may not see."""
    row = await work.row(SHOWN, id=recording_id, me=work.identity.person_id)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    return row, await transcript_of(work, recording_id)


async def transcript_of(work: Work, recording_id: UUID) -> Transcript:
    """Return the lines and chapters of a recording that who asks may see."""
    cues: dict[str, list[Cue]] = {"line": [], "chapter": []}
    for row in await work.rows(CUES, id=recording_id):
        cues[row.kind].append(Cue(row.starts_ms, row.ends_ms, row.text))
    return Transcript(cues["line"], cues["chapter"])


async def file_of(work: Work, recording_id: UUID) -> Row:
    """Return the file that who asks may play. Raises NotFound; with other words when it does not exist any more."""
    row = await work.row(FILE, id=recording_id)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    if row.state != "ready":
        raise NotFound(_("This video no longer exists."))
    return row


async def source_of(work: Work, recording_id: UUID) -> Row:
    """Return, to the system, where the bytes of a file are."""
    source = await work.row(SOURCE, id=recording_id)
    if source is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    return source


async def note_moved(work: Work, recording_id: UUID, url: str) -> None:
    """Keep the file's present address at the provider."""
    await work.run(MOVED, id=recording_id, url=url, now=work.now)


async def note_gone(work: Work, recording_id: UUID) -> None:
    """Note that the file exists no more, so that pages say so."""
    await work.run(GONE, id=recording_id, now=work.now)
    work.signal("recordings")


async def note_back(work: Work, recording_id: UUID) -> None:
    """Note that a file which was missing is there again."""
    if await work.run(BACK, id=recording_id, now=work.now):
        work.signal("recordings")


async def played(
    files: FileStore, meetings: MeetingProvider, source: Row, start: int, length: int | None
) -> AsyncIterator[bytes]:
    """Yield a file's bytes from ``start`` on. Raises DownloadFailed; ``is_final`` when it is not there."""
    if source.stored_name:
        try:
            async for chunk in files.read(source.stored_name, start, length):
                yield chunk
        except FileNotFoundError:
            raise DownloadFailed(_("This video no longer exists."), is_final=True) from None
        except OSError:
            raise DownloadFailed(_("The file cannot be read just now. Try again in a while."), is_final=False) from None
        return
    async for chunk in _first_bytes(meetings.download(source.zoom_download_url, start), length):
        yield chunk


async def found_again(meetings: MeetingProvider, source: Row) -> tuple[str, str] | CannotTell | None:
    """Ask the provider for a file whose address failed: its present address and token, or None when it exists no more."""
    if not source.zoom_uuid:
        return None
    answer = await meetings.recording(source.zoom_uuid)
    if isinstance(answer, CannotTell):
        return answer
    files = answer.files if isinstance(answer, MeetingRecording) else ()
    file = next((one for one in files if one.id == source.zoom_recording_id and one.download_url), None)
    return (file.download_url, answer.download_token) if file and isinstance(answer, MeetingRecording) else None


def from_provider(
    meetings: MeetingProvider, url: str, token: str, start: int, length: int | None
) -> AsyncIterator[bytes]:
    """Yield a file's bytes with its own token."""
    return _first_bytes(meetings.download(url, start, token), length)


async def _first_bytes(chunks: AsyncIterator[bytes], length: int | None) -> AsyncIterator[bytes]:
    left = length
    async with aclosing(chunks) as open_chunks:  # type: ignore[type-var]
        async for chunk in open_chunks:
            if left is None:
                yield chunk
                continue
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return
