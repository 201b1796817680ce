"""Extensions: a deadline of a student's own."""

from datetime import datetime
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.learning.assignments import FORGIVE
from domain.learning.deadlines import told_deadline
from domain.learning.telling import tell_student
from domain.sessions.automations import plan_deadline_again
from domain.work import Row, Work

STUDENT = """
select a.id as assignment_id, a.title, a.due_at, a.published_at, b.timezone, h.id as person_id, h.name, x.due_at as extended_to,
  x.reason, s.state
from assignments a join batches b on b.id = a.batch_id join enrolments e on e.batch_id = b.id and e.state <> 'withdrawn'
  join people h on h.id = e.person_id left join assignment_extensions x on x.assignment_id = a.id and x.person_id = h.id
  left join submissions s on s.assignment_id = a.id and s.person_id = h.id
where a.id = %(id)s and h.id = %(person_id)s
"""
EXTEND = """
insert into assignment_extensions (assignment_id, person_id, due_at, reason, created_by, created_at)
values (%(id)s, %(person_id)s, %(due_at)s, %(reason)s, %(me)s, %(now)s)
on conflict (assignment_id, person_id) do update set due_at = excluded.due_at, reason = excluded.reason,
  created_by = excluded.created_by, created_at = excluded.created_at
"""


async def find_extension(work: Work, assignment_id: UUID, person_id: UUID) -> Row:
    """Return a student of the assignment's batch with their own deadline, if they have one. Raises NotFound."""
    work.require_admin()
    found = await work.row(STUDENT, id=assignment_id, person_id=person_id)
    if found is None:
        raise NotFound(_("There is no such student in this batch."))
    return found


async def extend(work: Work, assignment_id: UUID, person_id: UUID, due_at: datetime, reason: str = "") -> None:
    """Give one student until ``due_at``, UTC. Raises InvalidInput unless it is later than everybody's deadline, and to come."""
    found = await find_extension(work, assignment_id, person_id)
    if due_at <= found.due_at:
        raise InvalidInput({"due_at": _("Everybody has until then. Choose a later moment.")})
    if due_at <= work.now:
        raise InvalidInput({"due_at": _("This moment has passed. Choose a deadline in the future.")})
    values = {"due_at": due_at, "reason": reason, "me": work.identity.person_id, "now": work.now}
    await work.run(EXTEND, id=assignment_id, person_id=person_id, **values)
    await work.run(FORGIVE, id=assignment_id, now=work.now)
    await plan_deadline_again(work, assignment_id, person_id=person_id)
    when = told_deadline(due_at, found.timezone)
    await record(work, "assignment.extended", "assignment", assignment_id, found.title, student=found.name, until=when)
    if found.published_at:
        await tell_student(work, assignment_id, person_id, _("More time: {title}", title=found.title), when)
    work.signal(f"assignment:{assignment_id}")


async def end_extension(work: Work, assignment_id: UUID, person_id: UUID) -> None:
    """Let everybody's deadline count for this student again. Raises Conflict when it does already."""
    found = await find_extension(work, assignment_id, person_id)
    statement = "delete from assignment_extensions where assignment_id = %(id)s and person_id = %(person_id)s"
    if not await work.run(statement, id=assignment_id, person_id=person_id):
        raise Conflict(_("Somebody has done this a moment ago."))
    await plan_deadline_again(work, assignment_id, person_id=person_id)
    await record(work, "assignment.extension_ended", "assignment", assignment_id, found.title, student=found.name)
    work.signal(f"assignment:{assignment_id}")
