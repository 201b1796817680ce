"""The list of sessions for admins: filtered, sorted, 20 a page; and the days of a calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.sessions.local_times import HOME_ZONE
from domain.sessions.roster import HAS_UNMATCHED
from domain.work import Row, Work

PER_PAGE = 20
MOST_IN_CALENDAR = 1_000
STATES = ("upcoming", "ended", "cancelled", "trouble", "unmatched")
SORTS = {
    "starts": "s.starts_at, s.id",
    "-starts": "s.starts_at desc, s.id",
    "title": "lower(s.title), s.starts_at, s.id",
    "-title": "lower(s.title) desc, s.starts_at, s.id",
}
TROUBLE = """
(s.cancelled_at is null and s.ends_at > %(now)s and (s.zoom_state in ('failed', 'missing')
  or (s.zoom_state in ('creating', 'changing') and s.zoom_reason <> '')))
"""
IN_STATE = f"""
case %(state)s::text when '' then true when 'cancelled' then s.cancelled_at is not null when 'trouble' then {TROUBLE}
  when 'unmatched' then {HAS_UNMATCHED}
  when 'upcoming' then s.cancelled_at is null and s.ends_at > %(now)s else s.cancelled_at is null and s.ends_at <= %(now)s end
"""
MATCHES = """
(%(q)s::text = '' or s.title ilike %(pattern)s) and (%(batch)s::uuid is null or s.batch_id = %(batch)s)
and (%(module)s::uuid is null or s.module_id = %(module)s)
"""
COLUMNS = """
s.id, s.title, s.starts_at, s.ends_at, s.ended_at, s.resumed_at, s.started_at, s.duration, s.cancelled_at, s.moved_from,
  s.place, s.series_id, s.create_zoom_meeting, s.zoom_state, s.zoom_reason,
  s.batch_id, s.module_id, b.name as batch, b.timezone, c.title as course,
  c.id as course_id, m.title as module
"""
FROM = """
sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id left join modules m on m.id = s.module_id
"""
CHOICES = """
(select coalesce(jsonb_agg(jsonb_build_array(b.id, c.title || ', ' || b.name) order by b.archived_at is not null, c.title,
    b.starts_on desc nulls first, b.name), '[]') from batches b join courses c on c.id = b.course_id) as batches,
  (select coalesce(jsonb_agg(jsonb_build_array(m.id, c.title || ': ' || m.title) order by c.title, m.position), '[]')
    from modules m join courses c on c.id = m.course_id
    where c.archived_at is null and (%(batch)s::uuid is null
      or c.id = (select course_id from batches where id = %(batch)s))) as modules,
  (select value::int from business_settings where key = 'join_opens_minutes') as join_opens
"""
LIST = f"""
with page as (
  select {COLUMNS}, row_number() over (order by {{order}}) as place_in_list from {FROM} where {MATCHES} and {IN_STATE}
  order by {{order}} limit %(limit)s offset %(offset)s
), totals as (
  select count(*) filter (where {IN_STATE}) as total, count(*) as all_count,
    count(*) filter (where s.cancelled_at is null and s.ends_at > %(now)s) as upcoming,
    count(*) filter (where s.cancelled_at is null and s.ends_at <= %(now)s) as ended,
    count(*) filter (where s.cancelled_at is not null) as cancelled, count(*) filter (where {TROUBLE}) as trouble,
    count(*) filter (where {HAS_UNMATCHED}) as unmatched,
    (select exists (select from sessions)) as has_any, {CHOICES}
  from sessions s where {MATCHES}
)
select totals.*, page.* from totals left join page on true order by place_in_list
"""
BETWEEN = f"""
with page as (
  select {COLUMNS} from {FROM}
  where {MATCHES} and {IN_STATE} and s.starts_at >= %(since)s and s.starts_at < %(until)s order by s.starts_at,
  s.id limit %(limit)s
)
select chosen.*, page.* from (select {CHOICES}) chosen left join page on true order by page.starts_at, page.id
"""


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are meant. Empty parts ask for nothing."""

    q: str = ""
    batch: UUID | None = None
    module: UUID | None = None
    state: str = ""
    sort: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}

    def values(self, now: datetime) -> dict[str, Any]:
        escaped = self.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parts = {"q": self.q, "pattern": f"%{escaped}%", "batch": self.batch, "module": self.module}
        return parts | {"state": self.state, "now": now}

    @property
    def order(self) -> str:
        """What comes next first; of what is past the last."""
        return SORTS.get(self.sort) or SORTS["starts" if self.state in ("upcoming", "trouble") else "-starts"]


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of the list; ``totals`` are of all that match, by state, with what can be filtered by."""

    rows: Sequence[Row]
    totals: Row
    page: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        total: int = self.totals.total
        return max(1, -(-total // self.per_page))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar with its sessions; ``is_outside`` says that it belongs to another month."""

    day: date
    is_outside: bool
    sessions: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month in whole weeks from Monday, or one week; days are those of ``zone``."""

    view: str
    first: date
    days: Sequence[Day]
    choices: Row
    zone: str = HOME_ZONE

    @property
    def before(self) -> date:
        return (
            (self.first - timedelta(days=1)).replace(day=1) if self.view == "month" else self.first - timedelta(days=7)
        )

    @property
    def after(self) -> date:
        if self.view == "month":
            return (self.first + timedelta(days=32)).replace(day=1)
        return self.first + timedelta(days=7)

    @property
    def last(self) -> date:
        return self.days[-1].day


def read_session_filter(values: Mapping[str, Any]) -> SessionFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip() for name in SessionFilter.__slots__}
    return SessionFilter(
        q=texts["q"][:100],
        batch=_uuid(texts["batch"]),
        module=_uuid(texts["module"]),
        state=texts["state"] if texts["state"] in STATES else "",
        sort=texts["sort"] if texts["sort"] in SORTS else "",
    )


async def list_sessions(work: Work, wanted: SessionFilter, page: int = 1, per_page: int = PER_PAGE) -> SessionPage:
    """Return one page of the sessions that are asked for, with totals and choices, in one round trip."""
    work.require_admin()
    statement = LIST.format(order=wanted.order)
    rows = await work.rows(statement, limit=per_page, offset=(page - 1) * per_page, **wanted.values(work.now))
    return SessionPage([row for row in rows if row.id is not None], rows[0], page, per_page)


async def show_calendar(work: Work, wanted: SessionFilter, view: str, day: date | None) -> Calendar:
    """Return the month or week around ``day``, today unless given, in one round trip."""
    work.require_admin()
    home = ZoneInfo(HOME_ZONE)
    day = day or work.now.astimezone(home).date()
    first = day.replace(day=1) if view == "month" else _monday(day)
    begin = _monday(first)
    end = begin + timedelta(days=7)
    while view == "month" and (end.year, end.month) <= (first.year, first.month):
        end += timedelta(days=7)
    since, until = (datetime.combine(edge, time(), home) for edge in (begin, end))
    rows = await work.rows(BETWEEN, since=since, until=until, limit=MOST_IN_CALENDAR, **wanted.values(work.now))
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        if row.id is not None:
            by_day.setdefault(row.starts_at.astimezone(home).date(), []).append(row)
    every = [begin + timedelta(days=number) for number in range((end - begin).days)]
    days = [Day(one, view == "month" and one.month != first.month, by_day.get(one, [])) for one in every]
    return Calendar(view, first, days, rows[0])


def read_day(text: str) -> date | None:
    """Return the day of an address, if it is one that a calendar can show."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
