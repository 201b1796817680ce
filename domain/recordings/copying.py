"""Copying recordings into our own store: streamed, gone on with where it stopped, checked, and off unless it is set."""

from uuid import UUID

from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.errors import DomainError
from domain.language import _
from domain.ports.meetings import DownloadFailed, MeetingRecording
from domain.recordings.telling import tell
from domain.work import Row, Work

TO_COPY = """
select id from recordings where session_id = %(session_id)s and source = 'zoom' and state = 'ready'
  and kind in ('video', 'audio', 'chat') and copy_state in ('none', 'failed')
"""
FILE = """
select r.id, r.session_id, r.state, r.copy_state, r.media_type, r.kind, r.zoom_file_size as size, s.stored_name,
  s.zoom_download_url as url, s.zoom_uuid as uuid
from recordings r cross join lateral recording_source(r.id) s where r.id = %(id)s
"""
MARK = """
update recordings set copy_state = %(state)s, copy_reason = %(reason)s, copied_bytes = %(bytes)s, updated_at = %(now)s
where id = %(id)s
"""
COPIED = """
update recordings set copy_state = 'copied', copy_reason = '', copied_bytes = %(bytes)s, stored_name = %(name)s,
  checksum = %(checksum)s, updated_at = %(now)s
where id = %(id)s
"""
SUFFIXES = {"video": "mp4", "audio": "m4a", "chat": "txt"}


def stored_name(recording_id: UUID, kind: str) -> str:
    """Return the name of a recording in our store."""
    return f"recordings/{recording_id}.{SUFFIXES[kind]}"


async def plan_copies(work: Work, session_id: UUID) -> None:
    """Plan to copy what a session left; each file once a day at most."""
    for row in await work.rows(TO_COPY, session_id=session_id):
        key = f"copy_recording:{row.id}:{work.now:%Y-%m-%d}"
        await plan_step(work, "copy_recording", row.id, key=key)


async def copy_recording(run: StepRun) -> None:
    """Handle the step: fetch the file from where an earlier attempt stopped, and keep it when it is whole."""
    file = await _begin(run)
    name, files = stored_name(file.id, file.kind), run.ports.files
    token = await _token(run, file)
    try:
        start = await files.partial_size(name)
        chunks = run.ports.meetings.download(file.url, start, token)
        size = await files.append(name, chunks, limit=run.ports.largest_copy)
    except DownloadFailed as failure:
        await _mark(run, file, "failed" if failure.is_final else "copying", failure.reason)
        if failure.is_final:
            raise Failed(failure.reason) from None
        raise Later(failure.reason) from None
    except DomainError as refusal:
        await _mark(run, file, "failed", str(refusal))
        raise Failed(str(refusal)) from None
    if file.size and size != file.size:
        if size > file.size:
            await files.forget_partial(name)
        reason = _("{size} of {whole} bytes came.", size=size, whole=file.size)
        await _mark(run, file, "copying", reason)
        raise Later(reason)
    checksum = await files.keep(name)
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        await work.run(COPIED, id=file.id, name=name, checksum=checksum, bytes=size, now=work.now)
        tell(work, file.session_id)


async def _begin(run: StepRun) -> Row:
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        file = await work.row(FILE, id=run.step.subject_id)
        if file is None:
            raise Skip(_("The recording is gone."))
        if file.copy_state == "copied":
            raise Skip(_("It has been copied already."))
        if file.size > run.ports.largest_copy:
            reason = _("The file is larger than {limit} MB.", limit=run.ports.largest_copy // 1024 // 1024)
            await work.run(MARK, id=file.id, state="failed", reason=reason, bytes=0, now=work.now)
            too_large = reason
        else:
            await work.run(MARK, id=file.id, state="copying", reason="", bytes=0, now=work.now)
            too_large = ""
    if too_large:
        raise Failed(too_large)
    return file


async def _token(run: StepRun, file: Row) -> str:
    """Return the recording's own token, for accounts that do not open files to ours."""
    answer = await run.ports.meetings.recording(file.uuid) if file.uuid else None
    return answer.download_token if isinstance(answer, MeetingRecording) else ""


async def _mark(run: StepRun, file: Row, state: str, reason: str) -> None:
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        await work.run(MARK, id=file.id, state=state, reason=reason, bytes=0, now=work.now)
        tell(work, file.session_id)
