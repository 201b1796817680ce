"""Assignments: what an admin sets, changes, publishes and withdraws. What concerns students is told to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.learning.deadlines import OPEN_UNTIL, told_deadline
from domain.learning.files import MAX_TOGETHER, MOST_FILES, StoredFile
from domain.learning.telling import tell_batch
from domain.sessions.automations import move_assignment, plan_assignment, plan_deadline_again, void_assignment
from domain.work import Row, Work

MOST_POINTS = 1000

BATCH = """
select b.id, b.name, b.timezone, b.archived_at is not null or c.archived_at is not null as is_archived,
  c.id as course_id, c.title as course,
  %(module_id)s::uuid is null or exists (select from modules m where m.id = %(module_id)s and m.course_id = c.id
    and (m.archived_at is null or m.id = %(had)s)) as has_module,
  %(session_id)s::uuid is null or exists (
    select from sessions s where s.id = %(session_id)s and s.batch_id = b.id) as has_session
from batches b join courses c on c.id = b.course_id where b.id = %(batch_id)s
"""
ADD = """
insert into assignments (batch_id, module_id, session_id, title, instructions, due_at, points, accepts_late, form_key,
  created_by, created_at, updated_at)
values (%(batch_id)s, %(module_id)s, %(session_id)s, %(title)s, %(instructions)s, %(due_at)s, %(points)s, %(accepts_late)s,
  %(form_key)s, %(me)s, %(now)s, %(now)s)
on conflict (form_key) do nothing returning id
"""
UPDATE = """
update assignments set module_id = %(module_id)s, session_id = %(session_id)s, title = %(title)s,
  instructions = %(instructions)s, due_at = %(due_at)s, points = %(points)s, accepts_late = %(accepts_late)s, updated_at = %(now)s
where id = %(id)s
"""
# More time may make what was late be in time; less never makes late what was in time.
FORGIVE = f"""
update submissions s set is_late = false, updated_at = %(now)s
from assignments a, submissions o left join assignment_extensions x
  on x.assignment_id = o.assignment_id and x.person_id = o.person_id
where s.assignment_id = %(id)s and a.id = s.assignment_id and o.id = s.id and s.is_late and s.submitted_at <= {OPEN_UNTIL}
"""
ADD_FILE = """
insert into assignment_files (assignment_id, name, stored_name, media_type, size, sha256, created_at)
values (%(assignment_id)s, %(name)s, %(stored_name)s, %(media_type)s, %(size)s, %(sha256)s, %(now)s)
"""
ASSIGNMENT = """
select a.*, b.name as batch, b.timezone, c.id as course_id, c.title as course, m.title as module, s.title as session,
  (select count(*) from submissions x where x.assignment_id = a.id) as begun,
  (select max(x.score) from submissions x where x.assignment_id = a.id) as best
from assignments a join batches b on b.id = a.batch_id join courses c on c.id = b.course_id
  left join modules m on m.id = a.module_id left join sessions s on s.id = a.session_id
where a.id = %(id)s
"""
FILES = """
select id, name, media_type, size, stored_name from assignment_files where assignment_id = %(id)s order by place
"""


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """What is typed about an assignment. ``due_at`` is UTC; it may belong to a module, a class, both or neither."""

    batch_id: UUID
    title: str
    due_at: datetime
    points: int = 10
    module_id: UUID | None = None
    session_id: UUID | None = None
    instructions: str = ""
    accepts_late: bool = True


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment and the files that students are given with it."""

    facts: Row
    files: Sequence[Row]


async def find_assignment(work: Work, assignment_id: UUID) -> Assignment:
    """Return an assignment for an admin. Raises NotFound."""
    work.require_admin()
    facts = await work.row(ASSIGNMENT, id=assignment_id)
    if facts is None:
        raise NotFound(_("This assignment does not exist any more."))
    return Assignment(facts, await work.rows(FILES, id=assignment_id))


async def create_assignment(
    work: Work,
    facts: AssignmentFacts,
    files: Sequence[StoredFile] = (),
    *,
    publish: bool = False,
    form_key: UUID | None = None,
) -> UUID | None:
    """Set an assignment, as a draft unless published at once; return its id, or None when this form was sent before.

    Raises InvalidInput.
    """
    work.require_admin()
    batch = await _check(work, facts)
    if batch.is_archived:
        raise InvalidInput(
            {"": _("{batch} is archived: nothing new can be set for it. Bring it back first.", batch=batch.name)}
        )
    if facts.due_at <= work.now:
        raise InvalidInput({"due_at": _("This moment has passed. Choose a deadline in the future.")})
    _check_files(files)
    values = _values(facts)
    assignment_id: UUID | None = await work.value(
        ADD, form_key=form_key, me=work.identity.person_id, now=work.now, **values
    )
    if assignment_id is None:
        return None
    await _add_files(work, assignment_id, files)
    await record(work, "assignment.created", "assignment", assignment_id, facts.title, batch=batch.name)
    if publish:
        await publish_assignment(work, assignment_id)
    _signal(work, assignment_id)
    return assignment_id


async def update_assignment(
    work: Work,
    assignment_id: UUID,
    facts: AssignmentFacts,
    added: Sequence[StoredFile] = (),
    removed: Sequence[UUID] = (),
) -> list[str]:
    """Change an assignment, which stays in its batch; return our names of the files that go. Raises InvalidInput."""
    before = await find_assignment(work, assignment_id)
    await _check(work, facts, before.facts.module_id)
    if facts.due_at != before.facts.due_at and facts.due_at <= work.now:
        raise InvalidInput({"due_at": _("This moment has passed. Choose a deadline in the future.")})
    if before.facts.best is not None and facts.points < before.facts.best:
        raise InvalidInput({"points": _("Somebody has {score} points already.", score=f"{before.facts.best:g}")})
    gone = [file for file in before.files if file.id in removed]
    _check_files([*added, *(file for file in before.files if file.id not in removed)])
    values = _values(facts)
    await work.run(UPDATE, id=assignment_id, now=work.now, **values)
    await work.run(FORGIVE, id=assignment_id, now=work.now)
    await work.run("delete from assignment_files where id = any(%(ids)s)", ids=[file.id for file in gone])
    await _add_files(work, assignment_id, added)
    changed = sorted(name for name, value in values.items() if getattr(before.facts, name) != value)
    changed += ["files"] if gone or added else []
    if changed:
        await record(work, "assignment.updated", "assignment", assignment_id, facts.title, changed=changed)
        _signal(work, assignment_id)
    if before.facts.published_at:
        await _plan_again(work, assignment_id, changed)
    if "due_at" in changed and before.facts.published_at:
        when = told_deadline(facts.due_at, before.facts.timezone)
        await tell_batch(work, assignment_id, _("New deadline: {title}", title=facts.title), when)
    return [file.stored_name for file in gone]


async def publish_assignment(work: Work, assignment_id: UUID) -> None:
    """Let the students of the batch see it, and tell them. Raises Conflict when they do already, InvalidInput too late."""
    facts = (await find_assignment(work, assignment_id)).facts
    if facts.due_at <= work.now:
        raise InvalidInput({"due_at": _("The deadline has passed. Change it first.")})
    statement = (
        "update assignments set published_at = %(now)s, updated_at = %(now)s where id = %(id)s and published_at is null"
    )
    if not await work.run(statement, id=assignment_id, now=work.now):
        raise Conflict(_("Somebody has published it a moment ago."))
    await plan_assignment(work, assignment_id)
    await record(work, "assignment.published", "assignment", assignment_id, facts.title, batch=facts.batch)
    when = _("Due {when}", when=told_deadline(facts.due_at, facts.timezone))
    await tell_batch(work, assignment_id, _("New assignment: {title}", title=facts.title), when)
    _signal(work, assignment_id)


async def withdraw_assignment(work: Work, assignment_id: UUID) -> None:
    """Hide it from students; what they handed in is kept. Raises Conflict when it is hidden already."""
    facts = (await find_assignment(work, assignment_id)).facts
    statement = "update assignments set published_at = null, updated_at = %(now)s where id = %(id)s and published_at is not null"
    if not await work.run(statement, id=assignment_id, now=work.now):
        raise Conflict(_("Somebody has withdrawn it a moment ago."))
    await void_assignment(work, assignment_id)
    await record(work, "assignment.withdrawn", "assignment", assignment_id, facts.title, batch=facts.batch)
    _signal(work, assignment_id)


async def remove_assignment(work: Work, assignment_id: UUID) -> list[str]:
    """Remove an assignment that nobody has begun; return our names of its files. Raises Conflict when somebody has."""
    found = await find_assignment(work, assignment_id)
    if found.facts.begun:
        raise Conflict(_("Students have begun it. Withdraw it instead: then they do not see it any more."))
    await void_assignment(work, assignment_id)
    await work.run("delete from assignments where id = %(id)s", id=assignment_id)
    await record(work, "assignment.removed", "assignment", assignment_id, found.facts.title, batch=found.facts.batch)
    _signal(work, assignment_id)
    return [file.stored_name for file in found.files]


async def find_assignment_file(work: Work, assignment_id: UUID, file_id: UUID) -> Row:
    """Return a file that students are given with an assignment. Raises NotFound, as for what one may not see."""
    statement = (
        "select name, stored_name, media_type, size from assignment_files where id = %(id)s and assignment_id = %(of)s"
    )
    found = await work.row(statement, id=file_id, of=assignment_id)
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


async def _check(work: Work, facts: AssignmentFacts, had: UUID | None = None) -> Row:
    """Return the batch. Raises InvalidInput; a module that it ``had`` may stay though it is archived."""
    values = {"batch_id": facts.batch_id, "module_id": facts.module_id, "session_id": facts.session_id, "had": had}
    batch = await work.row(BATCH, **values)
    errors = {}
    if batch is None:
        raise InvalidInput({"batch": _("Choose a batch.")})
    if not batch.has_module:
        errors["module"] = _("Choose a module of this course.")
    if not batch.has_session:
        errors["session"] = _("Choose a class of this batch.")
    if not facts.title:
        errors["title"] = _("Give the assignment a title.")
    if not 1 <= facts.points <= MOST_POINTS:
        errors["points"] = _("From 1 to {most} points.", most=MOST_POINTS)
    if errors:
        raise InvalidInput(errors)
    return batch


async def _plan_again(work: Work, assignment_id: UUID, changed: Sequence[str]) -> None:
    if "due_at" in changed:
        await plan_deadline_again(work, assignment_id)
    if "session_id" in changed:
        await move_assignment(work, assignment_id)


def _check_files(files: Sequence[Any]) -> None:
    if len(files) > MOST_FILES:
        raise InvalidInput({"files": _("At most {count} files.", count=MOST_FILES)})
    if sum(file.size for file in files) > MAX_TOGETHER:
        raise InvalidInput({"files": _("At most {limit} MB together.", limit=MAX_TOGETHER // 1024 // 1024)})


async def _add_files(work: Work, assignment_id: UUID, files: Sequence[StoredFile]) -> None:
    for file in files:
        values = {name: getattr(file, name) for name in StoredFile.__slots__}
        await work.run(ADD_FILE, assignment_id=assignment_id, now=work.now, **values)


def _values(facts: AssignmentFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in AssignmentFacts.__slots__}


def _signal(work: Work, assignment_id: UUID) -> None:
    work.signal("assignments")
    work.signal(f"assignment:{assignment_id}")
