"""Progress: the share of what was due so far that a student has done. Defined here, once, for every page and message.

What was over before somebody joined the batch is not due for them, and counts all the same when they did it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.learning.deadlines import OPEN_UNTIL
from domain.recordings.watched import watched_sql
from domain.sessions.session import HAS_ENDED
from domain.work import Work

# A class is due when it has ended and was not cancelled. It is done when the student was there, an admin's word overriding
# what was measured, or has watched its recording.
SESSIONS = f"""
select enrolment_id, count(*) filter (where is_done or is_due) as due, count(*) filter (where is_done) as done from (
  select e.id as enrolment_id, s.ends_at > e.enrolled_at as is_due,
    coalesce(t.marked in ('present', 'late'), t.joined_at is not null, false) or {watched_sql("e.person_id")} as is_done
  from chosen e join sessions s on s.batch_id = e.batch_id and s.cancelled_at is null
    left join attendance t on t.session_id = s.id and t.person_id = e.person_id
  where {HAS_ENDED}
) s group by enrolment_id
"""
# An assignment is due when its deadline, or the student's own, has passed, or when it is handed in before. It is done when it
# is handed in; what was returned is to be done again.
ASSIGNMENTS = f"""
select enrolment_id, count(*) filter (where is_begun or is_due) as due, count(*) filter (where is_done) as done from (
  select e.id as enrolment_id, coalesce(s.submitted_at is not null, false) as is_begun,
    coalesce(s.state in ('submitted', 'graded'), false) as is_done,
    {OPEN_UNTIL} <= %(now)s and {OPEN_UNTIL} > e.enrolled_at as is_due
  from chosen e join assignments a on a.batch_id = e.batch_id and a.published_at is not null
    left join assignment_extensions x on x.assignment_id = a.id and x.person_id = e.person_id
    left join submissions s on s.assignment_id = a.id and s.person_id = e.person_id
) a group by enrolment_id
"""
# What can be due: one statement a kind, each giving (enrolment_id, due, done) for the enrolments in `chosen` (their id,
# person_id, batch_id, enrolled_at) as of `%(now)s`. A kind belongs here when it has a date by which it is expected and a
# fact that says it was done.
KINDS: tuple[str, ...] = (SESSIONS, ASSIGNMENTS)

CHOSEN = "select id, person_id, batch_id, enrolled_at from enrolments where id = any(%(enrolments)s)"


def progress_sql(kinds: Sequence[str] = KINDS) -> str:
    """Return the select of (enrolment_id, due, done), all kinds added up, for statements that have a CTE `chosen`."""
    kind = " union all ".join(f"({one})" for one in kinds)
    return (
        f"select enrolment_id, sum(due)::int as due, sum(done)::int as done from ({kind}) kinds group by enrolment_id"
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How many things were due by now, and how many of them are done."""

    due: int = 0
    done: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1; 0 while nothing is due."""
        return self.done / self.due if self.due else 0.0

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when all is done."""
        return 100 * self.done // self.due if self.due else 0


async def progress_of(work: Work, enrolments: Sequence[UUID], kinds: Sequence[str] = KINDS) -> Mapping[UUID, Progress]:
    """Return the progress of each enrolment in one round trip, all kinds added up."""
    counted = {enrolment: Progress() for enrolment in enrolments}
    if not (kinds and counted):
        return counted
    statement = f"with chosen as ({CHOSEN}) {progress_sql(kinds)}"
    rows = await work.rows(statement, enrolments=list(enrolments), now=work.now)
    return counted | {row.enrolment_id: Progress(row.due, row.done) for row in rows}
