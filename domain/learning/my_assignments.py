"""Assignments as a student sees them: their list, one with what they handed in, and what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.learning.deadlines import OPEN_UNTIL
from domain.learning.drafts import IS_OF_DRAFT
from domain.learning.submitting import is_open
from domain.work import Row, Work

PER_PAGE = 20
STATES = ("todo", "submitted", "graded")
# Row security would do, too; saying whose they are keeps this right for an admin who is enrolled.
MINE = f"""
select a.id, a.title, a.points, a.accepts_late, a.module_id, a.session_id, a.batch_id,
  b.name as batch, b.timezone, c.title as course, m.title as module,
  {OPEN_UNTIL} as open_until, coalesce(x.due_at > a.due_at, false) as has_extension,
  s.id as submission_id, s.state, s.submitted_at, s.is_late, s.score, s.graded_at,
  case when s.state in ('submitted', 'graded') then s.state else 'todo' end as place_in
from enrolments e join assignments a on a.batch_id = e.batch_id and a.published_at is not null
  join batches b on b.id = a.batch_id join courses c on c.id = b.course_id left join modules m on m.id = a.module_id
  left join assignment_extensions x on x.assignment_id = a.id and x.person_id = e.person_id
  left join submissions s on s.assignment_id = a.id and s.person_id = e.person_id
where e.person_id = %(me)s and e.state <> 'withdrawn'
"""
LIST = f"""
with mine as ({MINE}), counts as (
  select count(*) filter (where place_in = 'todo') as todo, count(*) filter (where place_in = 'submitted') as submitted,
    count(*) filter (where place_in = 'graded') as graded from mine
), page as (
  select *, row_number() over (order by {{order}}) as place from mine where place_in = %(state)s
  order by {{order}} limit %(most)s offset %(skip)s
)
select counts.todo, counts.submitted as handed_in, counts.graded as marked, page.*
from counts left join page on true order by place
"""
ORDERS = {"todo": "open_until, id", "submitted": "submitted_at desc, id", "graded": "graded_at desc, id"}
ONE = f"""
with mine as ({MINE} and a.id = %(id)s)
select mine.*, a.instructions, s.text, s.links, s.draft, s.version, s.comment, h.name as grader, se.title as session,
  se.starts_at as session_starts_at
from mine join assignments a on a.id = mine.id left join submissions s on s.id = mine.submission_id
  left join people h on h.id = s.graded_by left join sessions se on se.id = mine.session_id
"""
FILES = f"""
select 'given' as kind, f.id, f.name, f.size, f.sha256, f.created_at, f.place, false as is_of_draft
from assignment_files f where f.assignment_id = %(id)s
union all
select 'mine', f.id, f.name, f.size, f.sha256, f.created_at, f.place, {IS_OF_DRAFT}
from submission_files f join submissions s on s.id = f.submission_id where f.submission_id = %(submission_id)s
order by place
"""
MY_FILE = """
select f.name, f.stored_name, f.media_type, f.size from submission_files f join submissions s on s.id = f.submission_id
where f.id = %(id)s and s.assignment_id = %(of)s and s.person_id = %(me)s
"""


@dataclass(frozen=True, slots=True)
class MyAssignments:
    """One page of a student's assignments, and how many there are by state."""

    rows: Sequence[Row]
    counts: dict[str, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class MyAssignment:
    """An assignment with what its student has of it. ``is_open`` says whether they can still change that.

    ``files`` are all, ``handed_in`` those that graders see.
    """

    facts: Row
    given: Sequence[Row]
    files: Sequence[Row]
    now: datetime

    @property
    def is_open(self) -> bool:
        return is_open(self.facts.state, self.facts.open_until, self.facts.accepts_late, self.now)

    @property
    def handed_in(self) -> Sequence[Row]:
        return [file for file in self.files if not file.is_of_draft]

    @property
    def written(self) -> dict[str, Any]:
        """Return text, links and ids of files to take away, as they stand in the form."""
        draft = self.facts.draft or {}
        text, links = draft.get("text", self.facts.text or ""), draft.get("links", self.facts.links or [])
        return {"text": text, "links": "\n".join(links), "removed": draft.get("removed", [])}

    @property
    def version(self) -> int:
        return self.facts.version or 0


async def list_mine(work: Work, state: str, page: int = 1) -> MyAssignments:
    """Return one page of the assignments of who asks that stand so: todo, submitted or graded. One round trip."""
    state = state if state in STATES else "todo"
    values: dict[str, Any] = {"me": work.identity.person_id, "state": state}
    rows = await work.rows(
        LIST.format(order=ORDERS[state]), most=PER_PAGE, skip=(max(page, 1) - 1) * PER_PAGE, **values
    )
    first = rows[0]
    counts = {"todo": first.todo, "submitted": first.handed_in, "graded": first.marked}
    return MyAssignments([row for row in rows if row.id], counts, page, max(1, -(-counts[state] // PER_PAGE)))


async def show_mine(work: Work, assignment_id: UUID) -> MyAssignment:
    """Return one assignment of who asks. Raises NotFound for one that is not theirs to see."""
    facts = await work.row(ONE, id=assignment_id, me=work.identity.person_id)
    if facts is None:
        raise NotFound(_("There is no such assignment."))
    files = await work.rows(FILES, id=assignment_id, submission_id=facts.submission_id)
    given = [file for file in files if file.kind == "given"]
    return MyAssignment(facts, given, [file for file in files if file.kind == "mine"], work.now)


async def my_file(work: Work, assignment_id: UUID, file_id: UUID) -> Row:
    """Return a file that who asks has handed in. Raises NotFound for anybody else's."""
    found = await work.row(MY_FILE, id=file_id, of=assignment_id, me=work.identity.person_id)
    if found is None:
        raise NotFound(_("There is no such file."))
    return found
