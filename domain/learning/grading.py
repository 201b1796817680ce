"""Grading: one submission after another, with points and a comment, or returned to be done again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.learning.deadlines import OPEN_UNTIL
from domain.learning.drafts import HAS_DRAFT, IS_OF_DRAFT
from domain.learning.telling import tell_student
from domain.messaging.outbox import plan_email
from domain.work import Row, Work

LONGEST_COMMENT = 5_000

SUBMISSION = f"""
select s.id, s.assignment_id, s.person_id, s.state, s.text, s.links, s.version, s.submitted_at, s.is_late, s.score, s.comment,
  s.graded_at, s.state = 'returned' and {HAS_DRAFT} as is_reworked,
  a.title, a.points, a.published_at, {OPEN_UNTIL} as due_at, b.timezone, b.name as batch,
  c.title as course, h.name, h.email, g.name as grader,
  (select count(*) from submissions w where w.assignment_id = a.id and w.state = 'submitted') as waiting
from submissions s join assignments a on a.id = s.assignment_id join batches b on b.id = a.batch_id
  join courses c on c.id = b.course_id join people h on h.id = s.person_id left join people g on g.id = s.graded_by
  left join assignment_extensions x on x.assignment_id = a.id and x.person_id = s.person_id
where s.id = %(id)s and s.assignment_id = %(of)s and s.submitted_at is not null
"""
FILES = f"""
select f.id, f.name, f.size, f.sha256, f.media_type, f.created_at
from submission_files f join submissions s on s.id = f.submission_id
where s.id = %(id)s and not {IS_OF_DRAFT} order by f.place
"""
# Of those that wait for their grade, the ones handed in before and after this one.
NEIGHBOURS = """
with waiting as (select id, submitted_at from submissions where assignment_id = %(of)s and state = 'submitted')
select
  (select s.id from waiting s where (s.submitted_at, s.id) < (%(at)s, %(id)s)
    order by s.submitted_at desc, s.id desc limit 1) as before,
  (select s.id from waiting s where (s.submitted_at, s.id) > (%(at)s, %(id)s)
    order by s.submitted_at, s.id limit 1) as after,
  (select s.id from waiting s where s.id <> %(id)s
    order by s.submitted_at, s.id limit 1) as first
"""
MARK = """
update submissions set state = %(state)s, score = %(score)s, comment = %(comment)s, graded_by = %(me)s, graded_at = %(now)s,
  version = version + 1, updated_at = %(now)s
where id = %(id)s and version = %(version)s and submitted_at is not null
"""
FILE = f"""
select f.name, f.stored_name, f.media_type, f.size from submission_files f join submissions s on s.id = f.submission_id
where f.id = %(id)s and s.id = %(submission_id)s and s.assignment_id = %(of)s and s.submitted_at is not null
  and not {IS_OF_DRAFT}
"""


@dataclass(frozen=True, slots=True)
class ToGrade:
    """A submission with its files, and its neighbours among those that wait; ``after`` begins again at the first."""

    facts: Row
    files: Sequence[Row]
    before: UUID | None
    after: UUID | None


def read_score(text: str, points: int) -> Decimal:
    """Return typed points, half ones included. Raises InvalidInput."""
    try:
        score = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise InvalidInput({"score": _("Please write a number.")}) from None
    if not score.is_finite() or not 0 <= score <= points or score * 2 != int(score * 2):
        raise InvalidInput({"score": _("From 0 to {points}, in steps of a half.", points=points)})
    return score


async def show_submission(work: Work, assignment_id: UUID, submission_id: UUID) -> ToGrade:
    """Return what a student handed in, for an admin; a draft is nobody's business. Raises NotFound."""
    work.require_admin()
    facts = await work.row(SUBMISSION, id=submission_id, of=assignment_id)
    if facts is None:
        raise NotFound(_("Nothing was handed in here."))
    near = await work.row(NEIGHBOURS, id=submission_id, of=assignment_id, at=facts.submitted_at)
    assert near is not None
    return ToGrade(facts, await work.rows(FILES, id=submission_id), near.before, near.after or near.first)


async def grade(
    work: Work, assignment_id: UUID, submission_id: UUID, version: int, score: str, comment: str
) -> UUID | None:
    """Give points, and return the next submission that waits. Raises InvalidInput, Conflict, NotFound.

    Grading again corrects what was given before.
    """
    found = await show_submission(work, assignment_id, submission_id)
    points = read_score(score, found.facts.points)
    await _mark(work, found, version, "graded", points, comment)
    told = _("{score} of {points} points", score=f"{points.normalize():f}", points=found.facts.points)
    await record(
        work,
        "submission.graded",
        "assignment",
        assignment_id,
        found.facts.title,
        student=found.facts.name,
        score=str(points),
    )
    await _tell(work, found, _("Graded: {title}", title=found.facts.title), told, comment)
    return found.after


async def return_for_rework(
    work: Work, assignment_id: UUID, submission_id: UUID, version: int, comment: str
) -> UUID | None:
    """Give it back to be done again, saying what is missing; return the next that waits. Raises as `grade` does."""
    found = await show_submission(work, assignment_id, submission_id)
    if not comment:
        raise InvalidInput({"comment": _("Say what is to be done again.")})
    await _mark(work, found, version, "returned", None, comment)
    await record(work, "submission.returned", "assignment", assignment_id, found.facts.title, student=found.facts.name)
    await _tell(work, found, _("To be done again: {title}", title=found.facts.title), "", comment)
    return found.after


async def find_submission_file(work: Work, assignment_id: UUID, submission_id: UUID, file_id: UUID) -> Row:
    """Return a file that was handed in, for an admin. Raises NotFound."""
    work.require_admin()
    found = await work.row(FILE, id=file_id, submission_id=submission_id, of=assignment_id)
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


async def _mark(work: Work, found: ToGrade, version: int, state: str, score: Decimal | None, comment: str) -> None:
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput({"comment": _("At most {count} characters, please.", count=LONGEST_COMMENT)})
    values = {"state": state, "score": score, "comment": comment, "me": work.identity.person_id, "now": work.now}
    if not await work.run(MARK, id=found.facts.id, version=version, **values):
        raise Conflict(
            _(
                "{name} has handed in anew, or somebody has graded it meanwhile. Look at it again.",
                name=found.facts.name,
            )
        )


async def _tell(work: Work, found: ToGrade, title: str, points: str, comment: str) -> None:
    facts = found.facts
    if facts.published_at is not None:
        await tell_student(work, facts.assignment_id, facts.person_id, title, points or comment[:200])
        if facts.email:
            await plan_email(
                work,
                kind="submission_marked",
                to=facts.email,
                name=facts.name,
                key=f"submission_marked:{facts.id}:{facts.version}",
                params={
                    "first_name": (facts.name.split() or [_("there")])[0],
                    "title": facts.title,
                    "course": facts.course,
                    "points": points,
                    "comment": comment,
                    "path": f"/student/assignments/{facts.assignment_id}",
                },
                person_id=facts.person_id,
                subject_id=facts.id,
            )
    work.signal("assignments")
    work.signal(f"assignment:{facts.assignment_id}")
