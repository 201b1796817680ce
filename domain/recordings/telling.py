"""Telling: open pages, that the recordings of a class changed; students, once, that they can watch it."""

from collections.abc import Sequence
from uuid import UUID

from domain.language import _
from domain.sessions.automations import wake_recordings
from domain.work import Row, Work

TOLD = """
update sessions s set recordings_told_at = %(now)s where s.id = %(id)s and s.recordings_told_at is null
  and exists (select from recordings r join batches b on b.id = s.batch_id
    where r.session_id = s.id and r.state = 'ready' and r.kind in ('video', 'audio', 'link')
      and coalesce(r.is_visible, b.recordings_visible))
"""
TELL = """
insert into notifications (person_id, kind, title, body, url, created_at)
select person, 'recording', %(title)s, '', '/student/recordings', %(now)s from unnest(%(people)s::uuid[]) person
"""
STUDENTS = "select person_id from enrolments where batch_id = %(batch_id)s and state <> 'withdrawn'"


async def tell_students(work: Work, session: Row) -> None:
    """Leave a notification for the students of the batch when the first file they may see is there.

    Their open pages show every file that comes, also those after the first.
    """
    await wake_recordings(work, session_id=session.id)
    is_first = await work.run(TOLD, id=session.id, now=work.now)
    students = await refresh_students(work, session.batch_id)
    if not is_first:
        return
    title = _("You can watch “{title}” now", title=session.title)
    await work.run(TELL, people=students, title=title, now=work.now)
    for person_id in students:
        work.signal("notifications", person_id)


async def refresh_students(work: Work, batch_id: UUID) -> Sequence[UUID]:
    """Tell open pages of the students of a batch that its recordings changed; return who they are."""
    students = [row.person_id for row in await work.rows(STUDENTS, batch_id=batch_id)]
    for person_id in students:
        work.signal("recordings", person_id)
        work.signal("sessions", person_id)
    return students


def tell(work: Work, session_id: UUID) -> None:
    """Tell open pages of admins that the recordings of a session changed."""
    work.signal("recordings")
    work.signal(f"session:{session_id}")
