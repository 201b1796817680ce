"""What students find under the bell about assignments."""

from uuid import UUID

from domain.notifications import notify
from domain.work import Work

TELL_BATCH = """
insert into notifications (person_id, kind, title, body, url, created_at)
select e.person_id, 'assignment', %(title)s, %(body)s, '/student/assignments/' || a.id, %(now)s
from assignments a join enrolments e on e.batch_id = a.batch_id and e.state = 'active'
  join profiles p on p.person_id = e.person_id and p.is_active
where a.id = %(id)s
"""
STUDENTS = """
select e.person_id from assignments a join enrolments e on e.batch_id = a.batch_id and e.state = 'active' where a.id = %(id)s
"""


async def tell_batch(work: Work, assignment_id: UUID, title: str, body: str) -> None:
    """Leave a notification for every active student of the assignment's batch."""
    await work.run(TELL_BATCH, id=assignment_id, title=title, body=body, now=work.now)
    for row in await work.rows(STUDENTS, id=assignment_id):
        work.signal("notifications", row.person_id)
        work.signal("assignments", row.person_id)


async def tell_student(work: Work, assignment_id: UUID, person_id: UUID, title: str, body: str = "") -> None:
    """Leave a notification for one student."""
    await notify(work, person_id, "assignment", title, body, f"/student/assignments/{assignment_id}")
    work.signal("assignments", person_id)
