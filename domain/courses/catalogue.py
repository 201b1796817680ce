"""What visitors see of courses: those that are published, with their modules and the batches one can apply for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

LIST = """
select c.slug, c.title, c.summary, c.price_paise,
  (select count(*) from modules m where m.course_id = c.id) as module_count,
  (select min(b.starts_on) from batches b
    where b.course_id = c.id and b.is_open and b.archived_at is null
    and b.starts_on >= (%(now)s at time zone b.timezone)::date) as next_start
from courses c where c.is_published and c.archived_at is null order by next_start nulls last, c.title limit 200
"""
COURSE = """
select id, slug, title, summary, description, price_paise from courses where slug = %(slug)s and is_published
  and archived_at is null
"""
MODULES = "select id, title, summary from modules where course_id = %(course_id)s order by position"
OPEN_BATCHES = """
select id, name, starts_on, ends_on, price_paise from batches
where course_id = %(course_id)s and is_open and archived_at is null
  and (ends_on is null or ends_on >= (%(now)s at time zone timezone)::date)
order by starts_on nulls last, name
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """A published course as an applicant sees it."""

    course: Row
    modules: Sequence[Row]
    batches: Sequence[Row]

    @property
    def is_open(self) -> bool:
        """Whether applications are taken: there is a batch to apply for."""
        return bool(self.batches)

    def batch(self, batch_id: UUID) -> Row | None:
        return next((batch for batch in self.batches if batch.id == batch_id), None)


async def published_courses(work: Work) -> Sequence[Row]:
    """Return the published courses, the one that starts next first."""
    return await work.rows(LIST, now=work.now)


async def find_offer(work: Work, slug: str) -> Offer:
    """Return a published course with the batches that are open and not over; raise NotFound for any other."""
    course = await work.row(COURSE, slug=slug)
    if course is None:
        raise NotFound(_("There is no course at this address, or it does not take applications at the moment."))
    modules = await work.rows(MODULES, course_id=course.id)
    return Offer(course, modules, await work.rows(OPEN_BATCHES, course_id=course.id, now=work.now))
