"""Making and changing courses: every change by an admin leaves an audit entry."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.work import Row, Work

LIST = """
select c.id, c.slug, c.title, c.price_paise, c.is_published,
  (select count(*) from modules m where m.course_id = c.id) as modules,
  (select count(*) from batches b where b.course_id = c.id and b.is_open) as open_batches,
  (select count(*) from enrolments e join batches b on b.id = e.batch_id
    where b.course_id = c.id and e.state <> 'withdrawn') as students,
  (select count(*) from cta_submissions a where a.course_id = c.id and a.status = 'new') as waiting,
  count(*) over () as total
from courses c where (c.archived_at is not null) = %(archived)s
order by c.is_published desc, lower(c.title), c.id limit 20 offset %(offset)s
"""
COURSE = """
select id, slug, title, summary, description, price_paise, instalments, instalment_every, instalment_unit, is_published,
  archived_at,
  (select count(*) from cta_submissions a where a.course_id = courses.id) as applications
from courses where id = %(id)s
"""
MODULES = "select id, position, title, summary from modules where course_id = %(id)s order by position"
BATCHES = """
select b.id, b.name, b.starts_on, b.ends_on, b.capacity, b.is_open, b.timezone, b.archived_at,
  (select count(*) from sessions s where s.batch_id = b.id and s.cancelled_at is null and s.starts_at > %(now)s) as ahead,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as taken
from batches b where b.course_id = %(id)s order by b.archived_at is not null, b.starts_on desc nulls first, b.name
"""
# Two courses of one address would be told apart by nobody: the second is refused, even when both come at once.
ADD = """
insert into courses (slug, title, summary, description, price_paise, instalments, instalment_every, instalment_unit,
  created_at, updated_at)
values (%(slug)s, %(title)s, %(summary)s, %(description)s, %(price_paise)s, %(instalments)s, %(instalment_every)s,
  %(instalment_unit)s, %(now)s, %(now)s)
on conflict (slug) do nothing returning id
"""
UPDATE = """
update courses set slug = %(slug)s, title = %(title)s, summary = %(summary)s, description = %(description)s,
  price_paise = %(price_paise)s, instalments = %(instalments)s, instalment_every = %(instalment_every)s,
  instalment_unit = %(instalment_unit)s, updated_at = %(now)s
where id = %(id)s and not exists (select from courses where slug = %(slug)s and id <> %(id)s)
"""
PUBLISH = """
update courses set is_published = %(is_published)s, updated_at = %(now)s
where id = %(id)s and is_published <> %(is_published)s and (not %(is_published)s or archived_at is null) returning title
"""
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*").fullmatch
TAKEN = "select slug from courses where slug = %(slug)s or slug like %(slug)s || '-%%'"


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What is typed about a course. ``slug`` is made from the title when empty; the price is in paise.

    Who is enrolled is asked for it in so many ``instalments``, ``instalment_every`` so many days or months.
    """

    title: str
    slug: str = ""
    summary: str = ""
    description: str = ""
    price_paise: int = 0
    instalments: int = 1
    instalment_every: int = 1
    instalment_unit: Literal["days", "months"] = "months"


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its modules and batches, as an admin sees it."""

    facts: Row
    modules: Sequence[Row]
    batches: Sequence[Row]


def slug_of(title: str) -> str:
    """Return the title as part of an address: `Data Analytics 2.0` becomes `data-analytics-2-0`; may be empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")


async def list_courses(work: Work, page: int = 1, *, archived: bool = False) -> tuple[Sequence[Row], int]:
    """Return one page of all courses, or of the archived ones, with what waits in each, and how many there are."""
    work.require_admin()
    rows = await work.rows(LIST, offset=(page - 1) * 20, archived=archived)
    return rows, rows[0].total if rows else 0


async def show_course(work: Work, course_id: UUID) -> Course:
    """Return a course with its modules and batches."""
    work.require_admin()
    facts = await work.row(COURSE, id=course_id)
    if facts is None:
        raise NotFound(_("This course does not exist any more."))
    modules = await work.rows(MODULES, id=course_id)
    return Course(facts, modules, await work.rows(BATCHES, id=course_id, now=work.now))


async def create_course(work: Work, facts: CourseFacts) -> UUID:
    """Add a course, not yet published; return its id. Raises InvalidInput for a slug that is taken or none."""
    work.require_admin()
    slug = _checked(facts.slug) if facts.slug else await _free_slug(work, facts.title)
    course_id: UUID | None = await work.value(ADD, now=work.now, **_values(facts, slug))
    if course_id is None:
        raise _taken()
    await record(work, "course.created", "course", course_id, facts.title)
    work.signal("courses")
    return course_id


async def update_course(work: Work, course_id: UUID, facts: CourseFacts) -> None:
    """Change a course. Raises InvalidInput for a slug that is taken or none, NotFound."""
    work.require_admin()
    before = (await show_course(work, course_id)).facts
    slug = _checked(facts.slug or slug_of(facts.title))
    values = _values(facts, slug)
    if not await work.run(UPDATE, id=course_id, now=work.now, **values):
        raise _taken()
    changed = sorted(name for name, value in values.items() if getattr(before, name) != value)
    if changed:
        await record(work, "course.updated", "course", course_id, facts.title, changed=changed)
        work.signal("courses")


async def publish_course(work: Work, course_id: UUID, is_published: bool) -> None:
    """Show a course to visitors, or hide it. Raises Conflict when it is so already."""
    work.require_admin()
    title = await work.value(PUBLISH, id=course_id, is_published=is_published, now=work.now)
    if title is None:
        raise Conflict(_("Somebody has done this a moment ago, or the course is gone."))
    await record(work, "course.published" if is_published else "course.hidden", "course", course_id, title)
    work.signal("courses")


async def _free_slug(work: Work, title: str) -> str:
    slug = slug_of(title) or "course"
    taken = {row.slug for row in await work.rows(TAKEN, slug=slug)}
    return next(
        one for number in range(1, len(taken) + 2) if (one := slug if number == 1 else f"{slug}-{number}") not in taken
    )


def _checked(slug: str) -> str:
    if not SLUG(slug) or len(slug) > 80:
        raise InvalidInput({"slug": _("Small letters, digits and single hyphens only, like data-analytics.")})
    return slug


def _values(facts: CourseFacts, slug: str) -> dict[str, object]:
    return {name: getattr(facts, name) for name in CourseFacts.__slots__} | {"slug": slug}


def _taken() -> InvalidInput:
    return InvalidInput({"slug": _("Another course has this address. Please choose another one.")})
