"""The modules of a course, in order. Archived ones keep their place, and what belongs to them."""

from typing import Literal
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, NotFound
from domain.language import _, ngettext
from domain.work import Work

# Whoever changes the order of a course holds its row meanwhile, so that positions stay 1, 2, 3.
LOCK = "select title from courses where id = %(course_id)s for update"
ADD = """
insert into modules (course_id, position, title, summary)
select %(course_id)s, coalesce(max(position), 0) + 1, %(title)s, %(summary)s from modules where course_id = %(course_id)s
returning id
"""
UPDATE = """
update modules set title = %(title)s, summary = %(summary)s where id = %(id)s and course_id = %(course_id)s returning title
"""
SWAP = """
with mine as (select id, position from modules where id = %(id)s and course_id = %(course_id)s and archived_at is null),
  other as (
    select m.id, m.position from modules m, mine
    where m.course_id = %(course_id)s and m.archived_at is null and sign(m.position - mine.position) = %(by)s
    order by abs(m.position - mine.position) limit 1)
update modules m set position = case when m.id = mine.id then other.position else mine.position end
from mine, other where m.id in (mine.id, other.id)
"""
ARCHIVE = """
update modules set archived_at = case when %(is_archived)s then %(now)s::timestamptz end
where id = %(id)s and course_id = %(course_id)s and (archived_at is not null) <> %(is_archived)s returning title
"""
# What stays, but under no module.
BELONGING = """
select (select count(*) from sessions where module_id = %(id)s) as classes,
  (select count(*) from assignments where module_id = %(id)s) as assignments
"""
REMOVE = "delete from modules where id = %(id)s and course_id = %(course_id)s returning title, position"
CLOSE_GAP = "update modules set position = position - 1 where course_id = %(course_id)s and position > %(position)s"


async def add_module(work: Work, course_id: UUID, title: str, summary: str = "") -> UUID:
    """Add a module at the end; return its id."""
    course = await _hold(work, course_id)
    module_id: UUID = await work.value(ADD, course_id=course_id, title=title, summary=summary)
    await record(work, "module.added", "course", course_id, course, module=title)
    return module_id


async def update_module(work: Work, course_id: UUID, module_id: UUID, title: str, summary: str = "") -> None:
    """Change a module's words."""
    course = await _hold(work, course_id)
    if await work.value(UPDATE, course_id=course_id, id=module_id, title=title, summary=summary) is None:
        raise _gone()
    await record(work, "module.updated", "course", course_id, course, module=title)


async def move_module(work: Work, course_id: UUID, module_id: UUID, direction: Literal["up", "down"]) -> None:
    """Swap a module with its neighbour; the first cannot go up, nor the last down: nothing happens then."""
    course = await _hold(work, course_id)
    if await work.run(SWAP, course_id=course_id, id=module_id, by=-1 if direction == "up" else 1):
        await record(work, "module.moved", "course", course_id, course, direction=direction)


async def archive_module(work: Work, course_id: UUID, module_id: UUID, *, is_archived: bool) -> str:
    """Put a module away, or bring it back to its place; return its title. Raises Conflict when it is so already.

    It is not offered for new classes and assignments; those it has, and how far students are in them, stay.
    """
    course = await _hold(work, course_id)
    values = {"course_id": course_id, "id": module_id, "is_archived": is_archived, "now": work.now}
    title = await work.value(ARCHIVE, **values)
    if title is None:
        raise Conflict(_("Somebody has done this a moment ago, or the module is gone."))
    await record(
        work, "module.archived" if is_archived else "module.unarchived", "course", course_id, course, module=title
    )
    return str(title)


class HasClasses(Conflict):
    """Classes or assignments belong to the module; an admin may remove it knowingly, and they stay under none."""


async def remove_module(work: Work, course_id: UUID, module_id: UUID, *, knowingly: bool = False) -> str:
    """Remove a module; return its title. Raises HasClasses, unless done knowingly."""
    course = await _hold(work, course_id)
    belonging = await work.row(BELONGING, id=module_id)
    if belonging is not None and (belonging.classes or belonging.assignments) and not knowingly:
        classes = ngettext("{count} class", "{count} classes", belonging.classes) if belonging.classes else ""
        tasks = (
            ngettext("{count} assignment", "{count} assignments", belonging.assignments)
            if belonging.assignments
            else ""
        )
        what = _("{one} and {other}", one=classes, other=tasks) if classes and tasks else classes or tasks
        raise HasClasses(
            _("{what} of this module would stay, and belong to no module. Remove it all the same?", what=what)
        )
    removed = await work.row(REMOVE, course_id=course_id, id=module_id)
    if removed is None:
        raise _gone()
    await work.run(CLOSE_GAP, course_id=course_id, position=removed.position)
    await record(work, "module.removed", "course", course_id, course, module=removed.title)
    return str(removed.title)


async def _hold(work: Work, course_id: UUID) -> str:
    work.require_admin()
    title = await work.value(LOCK, course_id=course_id)
    if title is None:
        raise NotFound(_("This course does not exist any more."))
    work.signal("courses")
    return str(title)


def _gone() -> NotFound:
    return NotFound(_("This module does not exist any more."))
