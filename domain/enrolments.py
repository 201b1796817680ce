"""Enrolments: a person in a batch, at the price of that day."""

from collections.abc import Sequence
from uuid import UUID

from domain.language import _
from domain.work import Row, Work

ENROLMENTS = """
select e.id, e.state, e.price_paise, e.enrolled_at, b.id as batch_id, b.name as batch, b.starts_on, b.ends_on,
  c.id as course_id, c.title as course
from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
where e.person_id = %(person_id)s order by e.enrolled_at desc
"""


async def enrolments_of(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return what a person is enrolled in, the last first."""
    return await work.rows(ENROLMENTS, person_id=person_id)


def letter_params(name: str, email: str, batch: Row) -> dict[str, str]:
    """Return what the e-mails about an enrolment say; ``batch`` has course, summary, name, starts_on and ends_on."""
    return {
        "first_name": (name.split() or [_("there")])[0],
        "sign_in_email": email,
        "course_title": batch.course,
        "batch_name": batch.name,
        "batch_dates": _dates(batch),
        "course_summary": batch.summary,
    }


def _dates(batch: Row) -> str:
    if batch.starts_on is None:
        return ""
    start = batch.starts_on.strftime("%-d %B %Y")
    if batch.ends_on is None:
        return _("It starts on {start}.", start=start)
    return _("It runs from {start} to {end}.", start=start, end=batch.ends_on.strftime("%-d %B %Y"))
