"""Archiving courses and batches: they leave the public pages and whatever one chooses from, and stay to be read."""

from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, NotFound
from domain.language import _, ngettext
from domain.work import Row, Work

COURSE = "select id, title as name, archived_at from courses where id = %(id)s for update"
BATCH = """
select id, name, archived_at, (select archived_at from courses c where c.id = course_id) as course_archived_at
from batches where id = %(id)s and course_id = %(course_id)s for update
"""
AHEAD = """
select count(*) from sessions s join batches b on b.id = s.batch_id
where (b.id = %(id)s or b.course_id = %(id)s) and s.cancelled_at is null and s.ends_at > %(now)s
"""
ARCHIVE_COURSE = (
    "update courses set archived_at = %(now)s, is_published = false, updated_at = %(now)s where id = %(id)s"
)
RESTORE_COURSE = "update courses set archived_at = null, updated_at = %(now)s where id = %(id)s"
ARCHIVE_BATCH = "update batches set archived_at = %(now)s, is_open = false where id = %(id)s"
RESTORE_BATCH = "update batches set archived_at = null where id = %(id)s"


async def archive_course(work: Work, course_id: UUID) -> str:
    """Put a course away, hidden; return its title. Raises Conflict when it is so already or classes are still to come."""
    course = await _course(work, course_id)
    if course.archived_at is not None:
        raise Conflict(_("It is archived already."))
    await _check_nothing_ahead(work, course_id)
    await work.run(ARCHIVE_COURSE, id=course_id, now=work.now)
    await record(work, "course.archived", "course", course_id, course.name)
    work.signal("courses")
    return str(course.name)


async def unarchive_course(work: Work, course_id: UUID) -> str:
    """Bring a course back, still hidden; return its title. Raises Conflict when it is not archived."""
    course = await _course(work, course_id)
    if course.archived_at is None:
        raise Conflict(_("It is not archived."))
    await work.run(RESTORE_COURSE, id=course_id, now=work.now)
    await record(work, "course.unarchived", "course", course_id, course.name)
    work.signal("courses")
    return str(course.name)


async def archive_batch(work: Work, course_id: UUID, batch_id: UUID) -> str:
    """Put a batch away, closed; return its name. Raises Conflict when it is so already or classes are still to come."""
    batch = await _batch(work, course_id, batch_id)
    if batch.archived_at is not None:
        raise Conflict(_("It is archived already."))
    await _check_nothing_ahead(work, batch_id)
    await work.run(ARCHIVE_BATCH, id=batch_id, now=work.now)
    await record(work, "batch.archived", "batch", batch_id, batch.name)
    work.signal("courses")
    return str(batch.name)


async def unarchive_batch(work: Work, course_id: UUID, batch_id: UUID) -> str:
    """Bring a batch back, closed for applications; return its name. Raises Conflict."""
    batch = await _batch(work, course_id, batch_id)
    if batch.archived_at is None:
        raise Conflict(_("It is not archived."))
    if batch.course_archived_at is not None:
        raise Conflict(_("Its course is archived. Bring that back first."))
    await work.run(RESTORE_BATCH, id=batch_id)
    await record(work, "batch.unarchived", "batch", batch_id, batch.name)
    work.signal("courses")
    return str(batch.name)


async def _check_nothing_ahead(work: Work, identity: UUID) -> None:
    if ahead := await work.value(AHEAD, id=identity, now=work.now):
        text = ngettext("{count} class is still to come.", "{count} classes are still to come.", ahead)
        raise Conflict(f"{text} {_('Hold or cancel what is ahead, then archive.')}")


async def _course(work: Work, course_id: UUID) -> Row:
    work.require_admin()
    course = await work.row(COURSE, id=course_id)
    if course is None:
        raise NotFound(_("This course does not exist any more."))
    return course


async def _batch(work: Work, course_id: UUID, batch_id: UUID) -> Row:
    work.require_admin()
    batch = await work.row(BATCH, id=batch_id, course_id=course_id)
    if batch is None:
        raise NotFound(_("This batch does not exist any more."))
    return batch
