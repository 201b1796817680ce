"""What admins do with recordings: look for them now, show and hide them, add their own, and see who has watched."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from domain.audit import record
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.recordings.captions import Cue, read_captions
from domain.recordings.checking import plan_look
from domain.recordings.contents import keep_cues
from domain.recordings.copying import stored_name
from domain.recordings.filing import number_parts
from domain.recordings.media import Kind
from domain.recordings.playing import PLAYABLE
from domain.recordings.telling import refresh_students, tell, tell_students
from domain.sessions.roster import COUNT_UNMATCHED
from domain.work import Row, Work

PER_PAGE = 20
LONGEST_URL = 2_000

SESSION = f"""
select {COUNT_UNMATCHED} as unmatched,
  s.id, s.batch_id, s.title, s.starts_at, s.ends_at, s.version, s.recording, s.zoom_meeting_id, s.zoom_recording_status,
  s.zoom_recording_reason, s.recordings_checked_at, s.recordings_told_at, b.name as batch, b.course_id, c.title as course,
  b.recordings_visible, b.timezone,
  (select min(due_at) from automation_steps
    where subject_id = s.id and kind = 'check_recordings' and state = 'planned') as next_look,
  exists (select from automation_steps where subject_id = s.id and kind = 'check_recordings' and (state = 'running'
    or (state = 'planned' and due_at <= %(now)s))) as is_looking
from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id where s.id = %(id)s
"""
FILES = f"""
select r.id, r.kind, r.source, r.part, r.title, r.duration, r.state, r.is_visible, r.url, r.zoom_file_size as size,
  r.zoom_recording_type, r.copy_state, r.copy_reason, r.recording_start, {PLAYABLE} as is_playable,
  (select count(*) from recording_views v where v.recording_id = r.id) as viewers,
  (select count(*) from recording_views v where v.recording_id = r.id and v.watched_at is not null) as watched,
  exists (select from recording_cues l where l.recording_id = r.id and l.kind = 'line') as has_captions
from recordings r where r.session_id = %(id)s
order by r.part, array_position(array['video', 'link', 'audio', 'transcript', 'chat', 'chapters'], r.kind), r.created_at, r.id
"""
LOOKING = """
update sessions set zoom_recording_status = 'waiting', zoom_recording_reason = ''
where id = %(id)s and zoom_recording_status in ('', 'missing', 'failed')
"""
SHOW = "update recordings set is_visible = %(is_visible)s, updated_at = %(now)s where id = %(id)s returning session_id, kind"
RENAME = """
update recordings set title = %(title)s, updated_at = %(now)s where id = %(id)s and title <> %(title)s returning session_id
"""
ADD = """
insert into recordings (id, session_id, kind, source, title, duration, media_type, url, stored_name, checksum, zoom_file_size,
  read_at, created_by, created_at, updated_at)
values (
  coalesce(%(id)s::uuid, gen_random_uuid()), %(session_id)s, %(kind)s, %(source)s, %(title)s, %(duration)s, %(media_type)s, 
  %(url)s, %(stored_name)s, %(checksum)s,
  %(size)s, %(now)s, %(me)s, %(now)s, %(now)s)
returning id
"""
REMOVE = "delete from recordings where id = %(id)s and source <> 'zoom' returning session_id, title, kind"
# Nothing came from Zoom, and nobody has put another in its place. As SQL over `s`, a session.
HAS_NO_RECORDING = """
(s.cancelled_at is null and s.zoom_recording_status in ('failed', 'missing')
  and not exists (select from recordings r where r.session_id = s.id and r.source <> 'zoom'))
"""
OVERVIEW = f"""
select s.id, s.title, s.starts_at, s.ends_at, s.zoom_recording_status as status, s.zoom_recording_reason as reason,
  b.name as batch, c.title as course, count(*) over () as total,
  (select count(*) from recordings r where r.session_id = s.id and r.kind in ('video', 'link')) as films
from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
where s.cancelled_at is null and (s.zoom_recording_status <> '' or exists (select from recordings r where r.session_id = s.id))
  and (%(state)s in ('', 'trouble') or s.zoom_recording_status = %(state)s)
  and (%(state)s <> 'trouble' or {HAS_NO_RECORDING})
  and (%(q)s = '' or position(lower(%(q)s) in lower(s.title || ' ' || b.name || ' ' || c.title)) > 0)
order by s.ends_at desc, s.id limit 20 offset %(skip)s
"""
# Each enrolled student, whether they have watched or not; who left the batch and had watched stays in the list.
VIEWERS = """
select p.id, p.name, p.email, v.percent, v.seconds, v.position, v.seen_at, v.watched_at, count(*) over () as total
from recordings r join sessions s on s.id = r.session_id
  join people p on p.id in (select e.person_id from enrolments e where e.batch_id = s.batch_id and e.state <> 'withdrawn'
    union select w.person_id from recording_views w where w.recording_id = r.id)
  left join recording_views v on v.recording_id = r.id and v.person_id = p.id
where r.id = %(id)s
order by v.percent desc nulls last, lower(p.name), p.id limit 20 offset %(skip)s
"""
# Of those who began: how many have seen something of each tenth, and where the last position of the others lies.
TENTHS = """
select tenth, count(v.person_id) filter (where v.watched && int4multirange(int4range(
    tenth * v.duration / 10, greatest((tenth + 1) * v.duration / 10, tenth * v.duration / 10 + 1)))) as seen,
  count(v.person_id) filter (where v.watched_at is null
    and least(v.position * 10 / greatest(v.duration, 1), 9) = tenth) as stopped
from generate_series(0, 9) tenth left join recording_views v on v.recording_id = %(id)s and v.duration > 0
group by tenth order by tenth
"""


async def session_recordings(work: Work, session_id: UUID) -> tuple[Row, Sequence[Row]]:
    """Return a session and every file of it. Raises NotFound."""
    session = await find_session(work, session_id)
    return session, await work.rows(FILES, id=session_id)


async def find_session(work: Work, session_id: UUID) -> Row:
    """Return a session with where its recording stands. Raises NotFound."""
    work.require_admin()
    session = await work.row(SESSION, id=session_id, now=work.now)
    if session is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    return session


async def sync_now(work: Work, session_id: UUID) -> None:
    """Look for the recordings of a session now. Raises InvalidInput where there is nothing to ask for."""
    session = await find_session(work, session_id)
    if session.zoom_meeting_id is None:
        raise InvalidInput({"": _("This class has no meeting in Zoom.")})
    await plan_look(work, session_id, session.version, f"by hand {work.now.isoformat()}")
    await work.run(LOOKING, id=session_id)
    await record(work, "recordings.sync_asked", "session", session_id, session.title)
    tell(work, session_id)


async def show_to_students(work: Work, recording_id: UUID, is_visible: bool) -> UUID:
    """Show a recording to students or hide it; return its session. Raises NotFound."""
    work.require_admin()
    row = await work.row(SHOW, id=recording_id, is_visible=is_visible, now=work.now)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    session = await find_session(work, row.session_id)
    await record(
        work, "recording.shown" if is_visible else "recording.hidden", "recording", recording_id, session.title
    )
    await (tell_students(work, session) if is_visible else refresh_students(work, session.batch_id))
    tell(work, session.id)
    session_id: UUID = session.id
    return session_id


async def rename(work: Work, recording_id: UUID, title: str) -> None:
    """Give a recording a title of its own."""
    work.require_admin()
    session_id = await work.value(RENAME, id=recording_id, title=title, now=work.now)
    if session_id:
        await record(work, "recording.renamed", "recording", recording_id, title)
        tell(work, session_id)


async def add_link(work: Work, session_id: UUID, url: str, title: str, seconds: int = 0) -> UUID:
    """Add a recording that lies elsewhere. ``seconds`` is its length, 0 when unknown. Raises InvalidInput."""
    session = await find_session(work, session_id)
    address = _checked(url)
    media_type = "video/mp4" if urlsplit(address).path.lower().endswith((".mp4", ".m4v")) else ""
    values = {"kind": "link", "source": "link", "url": address, "duration": seconds, "media_type": media_type}
    recording_id = await _add(work, session, title, values)
    await record(work, "recording.linked", "recording", recording_id, title or session.title)
    return recording_id


async def add_upload(
    work: Work, session_id: UUID, recording_id: UUID, title: str, kind: Kind, *, size: int, seconds: int
) -> UUID:
    """Add a film or sound that lies in our store as ``stored_name(recording_id, kind)``. ``seconds`` is its length."""
    session = await find_session(work, session_id)
    name = stored_name(recording_id, kind.name)
    values = {"id": recording_id, "kind": kind.name, "source": "upload", "stored_name": name, "size": size}
    recording_id = await _add(work, session, title, values | {"media_type": kind.media_type, "duration": seconds})
    await record(work, "recording.uploaded", "recording", recording_id, title or session.title, size=size)
    return recording_id


async def add_captions(work: Work, recording_id: UUID, content: bytes) -> int:
    """Replace the captions of a recording by those of a WebVTT file; return how many lines. Raises InvalidInput."""
    work.require_admin()
    row = await work.row("select session_id, title from recordings where id = %(id)s", id=recording_id)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    cues: list[Cue] = read_captions(content)
    if not cues:
        raise InvalidInput({"file": _("This is no WebVTT file, or there are no lines in it.")})
    await keep_cues(work, [recording_id], "line", cues)
    await record(work, "recording.captioned", "recording", recording_id, row.title, lines=len(cues))
    tell(work, row.session_id)
    return len(cues)


async def remove(work: Work, recording_id: UUID) -> tuple[UUID, str | None]:
    """Remove what was added by hand; return its session, and the name in our store to delete after the commit.

    What Zoom recorded can be hidden, not removed: the next look would bring it back. Raises NotFound.
    """
    work.require_admin()
    row = await work.row(REMOVE, id=recording_id)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    await record(work, "recording.removed", "recording", recording_id, row.title)
    tell(work, row.session_id)
    return row.session_id, None if row.kind == "link" else stored_name(recording_id, row.kind)


async def list_sessions(work: Work, state: str = "", q: str = "", page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of the sessions that have recordings or wait for them, the last first, and how many there are."""
    work.require_admin()
    rows = await work.rows(OVERVIEW, state=state, q=q, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def viewers_of(work: Work, recording_id: UUID, page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of the students of a recording, with what they have watched, and how many there are."""
    work.require_admin()
    rows = await work.rows(VIEWERS, id=recording_id, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def tenths_of(work: Work, recording_id: UUID) -> Sequence[Row]:
    """Return for each tenth of a recording how many have seen some of it, and how many stopped in it."""
    work.require_admin()
    return await work.rows(TENTHS, id=recording_id)


async def _add(work: Work, session: Row, title: str, values: dict[str, object]) -> UUID:
    defaults: dict[str, object] = {"id": None, "url": "", "stored_name": None, "checksum": "", "size": 0}
    me = work.identity.person_id
    recording_id: UUID = await work.value(
        ADD, session_id=session.id, title=title, me=me, now=work.now, **(defaults | values)
    )
    await number_parts(work, session)
    await tell_students(work, session)
    tell(work, session.id)
    return recording_id


def _checked(url: str) -> str:
    """Return an address that a browser may be led to."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.password)
        _port = parts.port
    except ValueError:
        is_good = False
    if not is_good or len(url) > LONGEST_URL or any(character <= " " for character in url):
        raise InvalidInput({"url": _("Write the whole address, beginning with https://.")})
    return url
