"""What a student is enrolled in, as they see it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.learning.progress import Progress, progress_of
from domain.work import Row, Work

# Row security would do, too; saying whose they are keeps this right for an admin who is enrolled.
ENROLMENTS = """
select e.id, e.state, b.name as batch, b.starts_on, b.ends_on, c.id as course_id, c.title as course, c.summary, c.description,
  (select count(*) from modules m where m.course_id = c.id) as module_count
from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
where e.person_id = %(me)s and e.state <> 'withdrawn' order by e.state = 'active' desc, e.enrolled_at desc
"""
MODULES = "select id, position, title, summary from modules where course_id = %(course_id)s order by position"


@dataclass(frozen=True, slots=True)
class MyCourse:
    """One enrolment of who asks, and how far they are."""

    enrolment: Row
    progress: Progress


async def my_courses(work: Work) -> Sequence[MyCourse]:
    """Return the courses of who asks, the current and latest first."""
    enrolments = await work.rows(ENROLMENTS, me=work.identity.person_id)
    progress = await progress_of(work, [one.id for one in enrolments])
    return [MyCourse(one, progress[one.id]) for one in enrolments]


async def my_modules(
    work: Work, courses: Sequence[MyCourse], enrolment_id: UUID | None
) -> tuple[MyCourse, Sequence[Row]]:
    """Return one of ``courses``, the first unless named, and its modules. Raises NotFound for one that is not theirs."""
    for course in courses:
        if enrolment_id in (None, course.enrolment.id):
            return course, await work.rows(MODULES, course_id=course.enrolment.course_id)
    raise NotFound(_("You are not enrolled in this course."))
