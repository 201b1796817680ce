"""The lists of assignments and of their students, as admins see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from domain.work import Row, Work

PER_PAGE = 20
STATES = ("draft", "open", "closed", "waiting")
PLACES = ("waiting", "graded", "returned", "missing")

MATCHES = """
(%(q)s::text = '' or strpos(lower(a.title), lower(%(q)s)) > 0) and (%(batch)s::uuid is null or a.batch_id = %(batch)s)
and (%(module)s::uuid is null or a.module_id = %(module)s)
"""
STATE = """
case %(state)s::text when 'draft' then a.published_at is null
  when 'open' then a.published_at is not null and a.due_at > %(now)s
  when 'closed' then a.published_at is not null and a.due_at <= %(now)s
  when 'waiting' then exists (select from submissions w where w.assignment_id = a.id and w.state = 'submitted')
  else true end
"""
LIST = f"""
with totals as (
  select count(*) as total, (select exists (select from assignments)) as has_any,
    (select json_agg(json_build_array(b.id, c.title || ', ' || b.name) order by c.title, b.starts_on desc nulls first, b.name)
      from batches b join courses c on c.id = b.course_id where b.archived_at is null or b.id = %(batch)s) as batches,
    (select json_agg(json_build_array(m.id, c.title || ': ' || m.title) order by c.title, m.position)
      from modules m join courses c on c.id = m.course_id
      where %(batch)s::uuid is null or m.course_id = (select course_id from batches where id = %(batch)s)) as modules
  from assignments a where {MATCHES} and {STATE}
), page as (
  select a.id, a.title, a.due_at, a.published_at, a.points, b.name as batch, b.timezone, c.title as course, m.title as module,
    row_number() over (order by a.due_at desc, a.id) as place
  from assignments a join batches b on b.id = a.batch_id join courses c on c.id = b.course_id
    left join modules m on m.id = a.module_id
  where {MATCHES} and {STATE} order by a.due_at desc, a.id limit %(most)s offset %(skip)s
)
select totals.*, page.*, n.submitted, n.late, n.graded, n.waiting,
  (select count(*) from enrolments e where e.state <> 'withdrawn'
     and e.batch_id = (select batch_id from assignments where id = page.id)) as students
from totals left join page on true left join lateral (
  select count(*) as submitted, count(*) filter (where is_late) as late, count(*) filter (where state = 'graded') as graded,
    count(*) filter (where state = 'submitted') as waiting
  from submissions s where s.assignment_id = page.id and s.submitted_at is not null) n on true
order by place
"""
# Whoever is in the batch, and whoever has handed in and left it since.
STUDENTS = """
with everybody as (
  select h.id as person_id, h.name, h.email, s.id as submission_id, s.state, s.submitted_at, s.is_late, s.score, s.graded_at,
    case when x.due_at > a.due_at then x.due_at end as extended_to,
    case when s.state = 'submitted' then 'waiting' when s.state in ('graded', 'returned') then s.state
      else 'missing' end as standing
  from assignments a join (
      select batch_id, person_id from enrolments where state <> 'withdrawn'
      union select t.batch_id, u.person_id from submissions u join assignments t on t.id = u.assignment_id
        where u.assignment_id = %(id)s and u.submitted_at is not null) e on e.batch_id = a.batch_id
    join people h on h.id = e.person_id left join submissions s on s.assignment_id = a.id and s.person_id = h.id
    left join assignment_extensions x on x.assignment_id = a.id and x.person_id = h.id
  where a.id = %(id)s
), counts as (
  select count(*) as "all", count(*) filter (where standing = 'waiting') as waiting,
    count(*) filter (where standing = 'graded') as graded, count(*) filter (where standing = 'returned') as returned,
    count(*) filter (where standing = 'missing') as missing, count(*) filter (where is_late and standing <> 'missing') as late,
    count(submitted_at) as submitted,
    (select id from submissions where assignment_id = %(id)s and state = 'submitted' order by submitted_at, id limit 1) as next
  from everybody
), page as (
  select *, row_number() over (order by submitted_at nulls last, lower(name), person_id) as place from everybody
  where %(standing)s::text in ('', standing) order by submitted_at nulls last, lower(name), person_id
  limit %(most)s offset %(skip)s
)
select counts."all" as all_count, counts.waiting as waiting_count, counts.graded as graded_count,
  counts.returned as returned_count, counts.missing as missing_count, counts.late as late_count,
  counts.submitted as submitted_count, counts.next as next_id, page.*
from counts left join page on true order by place
"""
CHOICES = """
select
  (select coalesce(json_agg(json_build_array(m.id, m.title) order by m.position), '[]') from modules m
    where m.course_id = b.course_id and (m.archived_at is null or m.id = %(module)s)) as modules,
  (select coalesce(json_agg(json_build_array(s.id, s.title) order by s.starts_at), '[]') from sessions s
    where s.batch_id = b.id and s.cancelled_at is null) as sessions,
  b.id, b.name, b.timezone, c.title as course, b.archived_at is not null or c.archived_at is not null as is_archived
from batches b join courses c on c.id = b.course_id where b.id = %(id)s
"""
BATCHES = """
select b.id, b.name, b.starts_on, b.timezone, c.title as course,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as students
from batches b join courses c on c.id = b.course_id where b.archived_at is null and c.archived_at is null
order by b.starts_on desc nulls first, c.title, b.name limit 200
"""


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Which assignments are meant; empty parts ask for nothing."""

    q: str = ""
    batch: UUID | None = None
    module: UUID | None = None
    state: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}


@dataclass(frozen=True, slots=True)
class AssignmentPage:
    """One page of the list; ``batches`` and ``modules`` may be filtered by, as (id, name)."""

    rows: Sequence[Row]
    total: int
    has_any: bool
    batches: Sequence[tuple[str, str]]
    modules: Sequence[tuple[str, str]]
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class AssignmentStudents:
    """One page of the students of an assignment, their counts by where they stand, and the first that waits for a grade."""

    rows: Sequence[Row]
    counts: Mapping[str, int]
    next_id: UUID | None
    page: int
    pages: int


async def list_assignments(work: Work, wanted: AssignmentFilter, page: int = 1) -> AssignmentPage:
    """Return one page of assignments with what came in for each, the latest deadline first, in one round trip."""
    work.require_admin()
    values: dict[str, Any] = {part.name: getattr(wanted, part.name) for part in fields(wanted)}
    rows = await work.rows(LIST, most=PER_PAGE, skip=(page - 1) * PER_PAGE, now=work.now, **values)
    first = rows[0]
    found = [row for row in rows if row.id is not None]
    return AssignmentPage(found, first.total, first.has_any, first.batches or [], first.modules or [], page)


async def list_students_of(work: Work, assignment_id: UUID, standing: str, page: int = 1) -> AssignmentStudents:
    """Return one page of an assignment's students, who handed in first before who did not, in one round trip."""
    work.require_admin()
    standing = standing if standing in PLACES else ""
    values = {"id": assignment_id, "standing": standing, "most": PER_PAGE, "skip": (page - 1) * PER_PAGE}
    rows = await work.rows(STUDENTS, **values)
    first = rows[0]
    counts = {name: getattr(first, f"{name}_count") for name in ("all", *PLACES, "late", "submitted")}
    pages = max(1, -(-counts[standing or "all"] // PER_PAGE))
    return AssignmentStudents([row for row in rows if row.person_id], counts, first.next_id, page, pages)


async def batch_choices(work: Work, batch_id: UUID, module_id: UUID | None = None) -> Row | None:
    """Return a batch with the modules and classes that an assignment of it may belong to; ``module_id`` it has already."""
    work.require_admin()
    return await work.row(CHOICES, id=batch_id, module=module_id)


async def batches_to_choose(work: Work) -> Sequence[Row]:
    """Return the batches that an assignment can be set for."""
    work.require_admin()
    return await work.rows(BATCHES)
