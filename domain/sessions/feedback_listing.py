"""What students said of classes, for admins: listed, by host, week by week, and to take along."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TextIO
from uuid import UUID

from domain.audit import record
from domain.language import _
from domain.leads.cells import guard_formula
from domain.sessions.local_times import HOME_ZONE
from domain.work import Row, Work

PER_PAGE = 20
WEEKS = 26
HEADER = ("Rating", "Comment", "Name", "Email", "Class", "Course", "Batch", "Host", "Class on", "Given at")

FOUND = """
select g.session_id, g.person_id, g.rating, g.comment, g.given_at, h.name, h.email, s.title, s.starts_at, s.host, b.timezone,
  b.id as batch_id, b.name as batch, c.title as course
from session_feedback g join sessions s on s.id = g.session_id join batches b on b.id = s.batch_id
  join courses c on c.id = b.course_id join people h on h.id = g.person_id
where (%(session)s::uuid is null or s.id = %(session)s) and (%(course)s::uuid is null or c.id = %(course)s)
  and (%(batch)s::uuid is null or b.id = %(batch)s) and (%(host)s::text = '' or coalesce(nullif(s.host, ''), '-') = %(host)s)
  and (%(rating)s::int is null or g.rating = %(rating)s)
  and (%(q)s::text = '' or position(lower(%(q)s) in lower(g.comment || ' ' || s.title || ' ' || h.name)) > 0)
"""
ORDER = "given_at desc, session_id, person_id"
LIST = f"""
with found as ({FOUND}), page as (
  select *, row_number() over (order by {ORDER}) as place from found order by {ORDER} limit {PER_PAGE} offset %(skip)s
), totals as (
  select count(*) as total, avg(rating)::float as average, count(*) filter (where comment <> '') as comments,
    (select coalesce(jsonb_agg(jsonb_build_object('host', host, 'average', average, 'count', n) order by n desc, host), '[]')
      from (select host, avg(rating)::float as average, count(*) as n from found group by 1 order by 3 desc limit 20) t) as hosts,
    (select coalesce(jsonb_agg(jsonb_build_array(week, average) order by week), '[]') from (
      select date_trunc('week', given_at at time zone '{HOME_ZONE}')::date as week, avg(rating)::float as average from found
       group by 1 order by 1 desc limit {WEEKS}) w) as weeks,
    (select coalesce(jsonb_agg(jsonb_build_array(c.id, c.title) order by c.title), '[]') from courses c) as courses,
    (select coalesce(jsonb_agg(jsonb_build_array(b.id, c.title || ', ' || b.name) order by c.title, b.name), '[]')
      from batches b join courses c on c.id = b.course_id
      where %(course)s::uuid is null or c.id = %(course)s) as batches,
    (select coalesce(jsonb_agg(host order by host), '[]') from (select distinct s.host from sessions s
      where exists (select from session_feedback g where g.session_id = s.id)) o) as every_host,
    (select title from sessions where id = %(session)s) as session_title, exists (select from session_feedback) as has_any
  from found
)
select totals.*, page.* from totals left join page on true order by place
"""
ALL = f"{FOUND} order by {ORDER}"


@dataclass(frozen=True, slots=True)
class FeedbackFilter:
    """Which answers are meant. Empty parts ask for nothing; ``host`` is "-" for classes of the host of the settings."""

    q: str = ""
    session: UUID | None = None
    course: UUID | None = None
    batch: UUID | None = None
    host: str = ""
    rating: int | None = None

    def as_query(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}

    def values(self) -> dict[str, Any]:
        return {part.name: getattr(self, part.name) for part in fields(self)}


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """One page of answers; ``totals`` are of all that match, with what can be filtered by."""

    rows: Sequence[Row]
    totals: Row
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-int(self.totals.total) // PER_PAGE))


def read_feedback_filter(values: Mapping[str, Any]) -> FeedbackFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip()[:254] for name in FeedbackFilter.__slots__}
    ids = {name: _uuid(texts[name]) for name in ("session", "course", "batch")}
    rating = int(texts["rating"]) if texts["rating"] in ("1", "2", "3", "4", "5") else None
    return FeedbackFilter(texts["q"][:100], host=texts["host"], rating=rating, **ids)


async def list_feedback(work: Work, wanted: FeedbackFilter, page: int = 1) -> FeedbackPage:
    """Return one page of answers, the newest first, with totals and choices, in one round trip."""
    work.require_admin()
    rows = await work.rows(LIST, skip=(page - 1) * PER_PAGE, **wanted.values())
    return FeedbackPage([row for row in rows if row.session_id is not None], rows[0], page)


async def export_feedback(work: Work, wanted: FeedbackFilter, stream: TextIO) -> int:
    """Write the answers as CSV to ``stream``, opened with ``newline=""`` and ``utf-8-sig``; return how many."""
    work.require_admin()
    writer, rows = csv.writer(stream), await work.rows(ALL, **wanted.values())
    writer.writerow(HEADER)
    for row in rows:
        who, what = (row.name, row.email or ""), (row.title, row.course, row.batch, row.host)
        when = (f"{row.starts_at:%Y-%m-%d %H:%M}Z", f"{row.given_at:%Y-%m-%d %H:%M}Z")
        writer.writerow([guard_formula(str(cell)) for cell in (row.rating, row.comment, *who, *what, *when)])
    await record(work, "feedback.exported", "feedback", None, _("Feedback"), count=len(rows))
    return len(rows)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
