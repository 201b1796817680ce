"""What a student is enrolled in, as they see it themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.learning.deadlines import OPEN_UNTIL
from domain.learning.progress import Progress, progress_sql
from domain.recordings.playing import PLAYABLE
from domain.work import Row, Work

MOST_DUE = 5

# Row security would do, too; saying whose they are keeps this right for an admin who is enrolled.
# One statement for the whole first page: the courses, how far one is in each, and what is to be handed in next.
COURSES = f"""
with chosen as (
  select id, person_id, batch_id, enrolled_at, state from enrolments where person_id = %(me)s and state <> 'withdrawn'
), progress as ({progress_sql()}), open_ones as (
  select a.batch_id, a.id, a.title, s.state, {OPEN_UNTIL} as open_until,
    row_number() over (partition by a.batch_id order by {OPEN_UNTIL}, a.id) as place
  from chosen e join assignments a on a.batch_id = e.batch_id and a.published_at is not null
    left join assignment_extensions x on x.assignment_id = a.id and x.person_id = e.person_id
    left join submissions s on s.assignment_id = a.id and s.person_id = e.person_id
  where coalesce(s.state, 'draft') in ('draft', 'returned')
    and (a.accepts_late or s.state = 'returned' or {OPEN_UNTIL} >= %(now)s)
)
select e.id, e.state, e.batch_id, b.name as batch, b.timezone, b.starts_on, b.ends_on, c.id as course_id, c.title as course,
  c.summary, c.description, coalesce(p.due, 0) as due, coalesce(p.done, 0) as done,
  (select count(*) from modules m where m.course_id = c.id and m.archived_at is null) as module_count,
  (select coalesce(json_agg(o order by o.place), '[]') from open_ones o where o.batch_id = e.batch_id and o.place <= {MOST_DUE})
    as due_soon,
  (select count(*) from open_ones o where o.batch_id = e.batch_id) as due_count
from chosen e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
  left join progress p on p.enrolment_id = e.id
order by e.state = 'active' desc, e.enrolled_at desc
"""
# A module with what belongs to it in this batch; an archived one only if something does. What belongs to no module comes
# last, under no name.
MODULES = f"""
with items as (
  select s.module_id, 'session' as kind, s.id, s.title, s.starts_at as at, s.cancelled_at is not null as is_cancelled,
    s.ends_at <= %(now)s as is_over, null as state,
    (select jsonb_agg(r.id order by r.part, r.kind) from recordings r
      where r.session_id = s.id and r.state = 'ready' and {PLAYABLE}) as films
  from sessions s where s.batch_id = %(batch_id)s
  union all
  select a.module_id, 'assignment', a.id, a.title, {OPEN_UNTIL}, false, {OPEN_UNTIL} < %(now)s,
    coalesce(u.state, 'none'), null
  from assignments a left join assignment_extensions x on x.assignment_id = a.id and x.person_id = %(me)s
    left join submissions u on u.assignment_id = a.id and u.person_id = %(me)s
  where a.batch_id = %(batch_id)s and a.published_at is not null
)
select m.id, m.position, m.title, m.summary, m.archived_at,
  (select coalesce(json_agg(i order by i.at, i.id), '[]') from items i where i.module_id is not distinct from m.id) as items
from (select id, position, title, summary, archived_at from modules where course_id = %(course_id)s
      union all select null, null, '', '', null) m
order by m.position nulls last
"""


@dataclass(frozen=True, slots=True)
class DueItem:
    """An assignment that is still to be handed in; ``due_at`` is UTC."""

    id: UUID
    title: str
    due_at: datetime
    is_returned: bool


@dataclass(frozen=True, slots=True)
class MyCourse:
    """One enrolment of who asks, how far they are, and the next assignments to hand in."""

    enrolment: Row
    progress: Progress
    due: Sequence[DueItem]


@dataclass(frozen=True, slots=True)
class MyModule:
    """A module with its classes and assignments in order of time; without a title, what belongs to none."""

    facts: Row
    items: Sequence[Mapping[str, Any]]


async def my_courses(work: Work) -> Sequence[MyCourse]:
    """Return the courses of who asks, the current and latest first, in one round trip."""
    rows = await work.rows(COURSES, me=work.identity.person_id, now=work.now)
    return [MyCourse(row, Progress(row.due, row.done), [_due(item) for item in row.due_soon]) for row in rows]


async def my_modules(
    work: Work, courses: Sequence[MyCourse], enrolment_id: UUID | None
) -> tuple[MyCourse, Sequence[MyModule]]:
    """Return one of ``courses``, the first unless named, and its modules. Raises NotFound for one that is not theirs."""
    for course in courses:
        if enrolment_id in (None, course.enrolment.id):
            return course, await _modules(work, course.enrolment)
    raise NotFound(_("You are not enrolled in this course."))


async def _modules(work: Work, enrolment: Row) -> Sequence[MyModule]:
    values = {"batch_id": enrolment.batch_id, "course_id": enrolment.course_id}
    rows = await work.rows(MODULES, me=work.identity.person_id, now=work.now, **values)
    modules = [
        MyModule(row, [{**item, "at": datetime.fromisoformat(item["at"])} for item in row.items]) for row in rows
    ]
    return [module for module in modules if module.items or (module.facts.id and not module.facts.archived_at)]


def _due(item: Mapping[str, Any]) -> DueItem:
    due_at = datetime.fromisoformat(item["open_until"])
    return DueItem(UUID(item["id"]), item["title"], due_at, item["state"] == "returned")
