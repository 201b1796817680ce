"""The review queue: applications by state, searched, filtered, sorted, 20 a page, and what is new since it was opened."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import InvalidInput
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20
SORTS = {
    "submitted": "a.submitted_at, a.id",
    "-submitted": "a.submitted_at desc, a.id",
    "name": "lower(a.name), a.id",
    "-name": "lower(a.name) desc, a.id",
    "city": "lower(a.city), a.id",
    "-city": "lower(a.city) desc, a.id",
}
# A phone number is found however it is grouped.
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,}").fullmatch
FILTER = """
(%(q)s::text = '' or a.search like %(pattern)s) and (%(course)s::uuid is null or a.course_id = %(course)s)
  and (%(until)s::timestamptz is null or a.submitted_at <= %(until)s)
"""
IN_STATE = "(%(state)s::text = '' or a.status = %(state)s)"
# One statement for the page, the counts of the tabs and the courses to filter by.
LIST = f"""
with counts as (
  select count(*) as all_count, count(*) filter (where a.status = 'new') as new_count,
    count(*) filter (where a.status = 'approved') as approved_count,
    count(*) filter (where a.status = 'rejected') as rejected_count
  from cta_submissions a where {FILTER}
), page as (
  select a.id, a.name, a.email, a.phone, a.city, a.status, a.submitted_at, c.title as course, b.name as batch,
    row_number() over (order by {{order}}) as place
  from cta_submissions a join courses c on c.id = a.course_id left join batches b on b.id = a.batch_id
  where {FILTER} and {IN_STATE} order by {{order}} limit %(most)s offset %(offset)s
)
select counts.*, (select json_agg(json_build_array(id, title) order by title) from courses) as courses, page.*
from counts left join page on true order by place
"""
NEIGHBOURS = f"""
select before, after from (
  select a.id, lag(a.id) over (order by {{order}}) as before, lead(a.id) over (order by {{order}}) as after
  from cta_submissions a where {FILTER} and ({IN_STATE} or a.id = %(id)s)
) places where id = %(id)s
"""
MATCHING = f"""
select a.id, a.version, a.course_id, a.batch_id from cta_submissions a
where {FILTER} and a.status = 'new' and (%(state)s::text in ('', 'new')) order by a.submitted_at, a.id
"""
NEWS = f"""
select count(*) filter (where a.submitted_at > %(since)s) as arrived,
  count(*) filter (where a.decided_at > %(since)s and a.decided_by is distinct from %(me)s) as decided
from cta_submissions a where {FILTER} and (a.submitted_at > %(since)s or a.decided_at > %(since)s)
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is looked at. ``state`` is empty for all; ``until`` leaves out what came later."""

    state: str = ""
    q: str = ""
    course: UUID | None = None
    sort: str = "-submitted"
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        text = self.q.strip().lower()
        if PHONE(text):
            text = re.sub(r"[^+0-9]", "", text)
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {
            "state": self.state,
            "q": text,
            "pattern": f"%{escaped}%",
            "course": self.course,
            "until": self.until,
        }

    def before(self, until: datetime) -> "Filters":
        """Return the same filters without what came after ``until``."""
        return replace(self, until=until)

    @property
    def order(self) -> str:
        return SORTS.get(self.sort, SORTS["-submitted"])


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of applications, the counts by state, and the courses as (id, title)."""

    applications: Sequence[Row]
    counts: Mapping[str, int]
    courses: Sequence[tuple[str, str]]
    total: int
    page: int
    pages: int


async def list_applications(work: Work, filters: Filters, page: int = 1, per_page: int = PER_PAGE) -> Queue:
    """Return one page of the queue in one round trip."""
    work.require_admin()
    statement = LIST.format(order=filters.order)
    skip = (max(page, 1) - 1) * per_page
    rows = await work.rows(statement, most=per_page, offset=skip, **filters.values())
    first = rows[0]
    counts = {
        "": first.all_count,
        "new": first.new_count,
        "approved": first.approved_count,
        "rejected": first.rejected_count,
    }
    total = counts.get(filters.state, 0)
    found = [row for row in rows if row.id is not None]
    return Queue(found, counts, first.courses or [], total, max(page, 1), max(1, -(-total // per_page)))


async def neighbours(work: Work, application_id: UUID, filters: Filters) -> tuple[UUID | None, UUID | None]:
    """Return the applications before and after this one, as the queue is filtered and sorted."""
    row = await work.row(NEIGHBOURS.format(order=filters.order), id=application_id, **filters.values())
    return (row.before, row.after) if row else (None, None)


async def matching(work: Work, filters: Filters) -> Sequence[Row]:
    """Return id, version, course and batch of every undecided application that matches."""
    work.require_admin()
    return await work.rows(MATCHING, **filters.values())


async def news_since(work: Work, since: datetime, filters: Filters) -> Row:
    """Return how many applications arrived, and how many others have decided, since the queue was opened."""
    work.require_admin()
    row = await work.row(NEWS, since=since, me=work.identity.person_id, **filters.values())
    assert row is not None
    return row


def read_moment(text: str) -> datetime:
    """Return the moment a page of ours has written into its address."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput({"": _("This page is out of date. Please reload it.")})
    return moment
