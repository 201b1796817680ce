"""Deciding on many applications at once: what was ticked, or all that match a filter, with the count confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.admissions.approving import Approval, approve_all
from domain.admissions.queue import Filters, matching
from domain.admissions.rejecting import Rejection, reject_all
from domain.errors import Conflict
from domain.language import _
from domain.work import Row, Work

OPEN = """
select id, version, course_id, batch_id from cta_submissions where id = any(%(ids)s) and status = 'new'
order by submitted_at, id
"""
COURSES = """
select c.id, c.title,
  (select json_agg(json_build_array(b.id, b.name, b.capacity,
      (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn'),
      coalesce(b.price_paise, c.price_paise)) order by b.is_open desc, b.starts_on nulls last, b.name)
    from batches b where b.course_id = c.id and b.archived_at is null
    and (b.ends_on is null or b.ends_on >= (%(now)s at time zone b.timezone)::date)
  ) as batches
from courses c where c.id = any(%(ids)s) order by c.title
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Ticked applications by ``ids``, or, where ``filters`` are given, all undecided ones that match them."""

    ids: Sequence[UUID] = ()
    filters: Filters | None = None


@dataclass(frozen=True, slots=True)
class BatchChoice:
    """What to ask of a course's applications: how many there are, how many named no batch, and the batches."""

    course_id: UUID
    title: str
    count: int
    without_batch: int
    batches: Sequence[tuple[str, str, int | None, int]]


async def selected(work: Work, selection: Selection) -> Sequence[Row]:
    """Return the undecided applications of a selection, the oldest first."""
    work.require_admin()
    if selection.filters is not None:
        return await matching(work, selection.filters)
    return await work.rows(OPEN, ids=list(selection.ids))


async def batch_choices(work: Work, applications: Sequence[Row]) -> list[BatchChoice]:
    """Return, for each course among the applications, the batches they can go into."""
    courses = await work.rows(COURSES, ids=list({one.course_id for one in applications}), now=work.now)
    choices = []
    for course in courses:
        own = [one for one in applications if one.course_id == course.id]
        undecided = sum(one.batch_id is None for one in own)
        choices.append(BatchChoice(course.id, course.title, len(own), undecided, course.batches or []))
    return choices


async def approve_selection(
    work: Work,
    selection: Selection,
    *,
    confirmed: int,
    batches: Mapping[UUID, UUID | None],
    beyond_capacity: bool = False,
) -> tuple[int, int]:
    """Approve a selection; return how many were approved and how many left out for want of a batch.

    ``batches`` names one batch for all applications of a course; where it has none, each gets the batch it asked for.
    Raises Conflict when the number is no longer the ``confirmed`` one, and what `approve_all` raises.
    """
    applications = await _confirmed(work, selection, confirmed)
    approvals = [
        Approval(one.id, one.version, batch)
        for one in applications
        if (batch := batches.get(one.course_id) or one.batch_id) is not None
    ]
    approved = await approve_all(work, approvals, beyond_capacity=beyond_capacity)
    return len(approved), len(applications) - len(approved)


async def reject_selection(work: Work, selection: Selection, *, confirmed: int, reason: str, with_email: bool) -> int:
    """Reject a selection; return how many. Raises Conflict when the number is no longer the ``confirmed`` one."""
    applications = await _confirmed(work, selection, confirmed)
    rejections = [Rejection(one.id, one.version) for one in applications]
    return len(await reject_all(work, rejections, reason=reason, with_email=with_email))


async def _confirmed(work: Work, selection: Selection, confirmed: int) -> Sequence[Row]:
    applications = await selected(work, selection)
    if len(applications) != confirmed:
        raise Conflict(
            _(
                "You confirmed {confirmed}, but by now it would be {count}. Please look again.",
                confirmed=confirmed,
                count=len(applications),
            )
        )
    return applications
