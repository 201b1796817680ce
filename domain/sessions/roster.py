"""Attendance as admins see and correct it: one class's list, whom nobody could name, and one student's classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from domain import audit
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.sessions.attending import RULES, STATES, count, state_names, state_sql
from domain.work import Row, Work

PER_PAGE = 20
FOUND = 2_000
MOST_UNMATCHED = 50
LAST = 10  # classes on a student's own page

# Who was enrolled by the end of it, and who came although they are not any more.
ROSTER = f"""
select h.id as person_id, h.name, h.email, h.phone, a.joined_at, a.seconds, a.marked, m.name as marked_by,
  {state_sql("h.id")} as state,
  g.person_id is not null as has_link,
  (select array_agg(distinct y.source order by y.source) from session_stays y
    where y.session_id = s.id and y.person_id = h.id) as sources
from sessions s cross join rules r
join (select e.person_id, o.id from enrolments e join sessions o on o.batch_id = e.batch_id
    where o.id = %(id)s and e.state <> 'withdrawn' and e.enrolled_at < o.ends_at
  union select t.person_id, t.session_id from attendance t
    where t.session_id = %(id)s and (t.joined_at is not null or t.marked is not null)) l on l.id = s.id
join people h on h.id = l.person_id
left join attendance a on a.session_id = s.id and a.person_id = h.id
left join people m on m.id = a.marked_by
left join session_registrants g on g.session_id = s.id and g.person_id = h.id
where s.id = %(id)s
"""
# Two sources tell of the same stays: what the fuller one says counts.
UNMATCHED = """
select coalesce(jsonb_agg(u order by u.joined_at, u.name), '[]') from (
  select name, email, min(joined_at) as joined_at, max(stays) as stays, max(seconds) as seconds,
    (array_agg(id order by joined_at))[1] as id
  from (select name, email, source, min(joined_at) as joined_at, count(*) as stays,
      coalesce(sum(extract(epoch from left_at - joined_at)), 0)::int as seconds, (array_agg(id order by joined_at))[1] as id
    from session_stays where session_id = %(id)s and person_id is null and dismissed_at is null
    group by name, email, source) told
  group by name, email order by min(joined_at) limit {most}) u
"""
# How many they are, as SQL over `s`, a session; two sources tell of the same participant.
COUNT_UNMATCHED = """
(select count(distinct (y.name, y.email)) from session_stays y
  where y.session_id = s.id and y.person_id is null and y.dismissed_at is null)
"""
# Whether a held class has any, as SQL over `s`: what an admin has to look at.
HAS_UNMATCHED = """
(s.cancelled_at is null and s.ends_at <= %(now)s and s.id in (
  select y.session_id from session_stays y where y.person_id is null and y.dismissed_at is null))
"""
WANTED = f"""
%(state)s::text in ('', state) and (%(q)s::text = '' or person_id in (select search_people(%(q)s, {FOUND})))
"""
LIST = f"""
with {RULES}, roster as ({ROSTER}), found as (select * from roster where {WANTED}), totals as (
  select s.id as session_id, s.title, s.starts_at, s.ends_at, s.duration, s.ended_at, s.cancelled_at, s.zoom_meeting_id,
    b.id as batch_id, b.name as batch, b.timezone, c.title as course, r.late_after,
    (select count(*) from found) as total, (select count(*) from roster) as everybody,
    (select coalesce(jsonb_object_agg(state, n), '{{}}') from (select state, count(*) as n from roster group by state) z)
      as by_state,
    ({UNMATCHED.format(most=MOST_UNMATCHED)}) as unmatched,
    (select min(due_at) from automation_steps t where t.subject_id = s.id and t.kind = 'read_attendance'
      and t.state = 'planned') as next_look
  from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id cross join rules r where s.id = %(id)s
), page as (select *, row_number() over (order by lower(name), person_id) as place from found
  order by lower(name), person_id limit %(most)s offset %(skip)s)
select totals.*, page.* from totals left join page on true order by place
"""
CHOICES = f"""
with {RULES} select person_id, name, email, joined_at is not null as was_seen from ({ROSTER}) l
order by joined_at is not null, lower(name), person_id limit 1000
"""
MARK = """
insert into attendance (session_id, person_id, marked, marked_by, updated_at)
select %(id)s, h.id, %(mark)s, %(me)s, %(now)s from people h join sessions s on s.id = %(id)s where h.id = %(person)s
  and (exists (select from enrolments e where e.person_id = h.id and e.batch_id = s.batch_id)
    or exists (select from attendance a where a.session_id = s.id and a.person_id = h.id))
on conflict (session_id, person_id) do update set marked = excluded.marked, marked_by = excluded.marked_by,
  updated_at = excluded.updated_at
returning (select name from people where id = person_id) as name
"""
MATCH = """
with one as (select name, email from session_stays where id = %(stay)s and session_id = %(id)s)
update session_stays y set person_id = %(person)s, matched_by = %(me)s, dismissed_at = null
from one where y.session_id = %(id)s and y.name = one.name and y.email = one.email and y.person_id is null
returning y.name
"""
IS_THEIRS = """
select h.name from people h join enrolments e on e.person_id = h.id join sessions s on s.batch_id = e.batch_id
where s.id = %(id)s and h.id = %(person)s
"""
DISMISS = """
with one as (select name, email from session_stays where id = %(stay)s and session_id = %(id)s)
update session_stays y set dismissed_at = %(now)s, matched_by = %(me)s
from one where y.session_id = %(id)s and y.name = one.name and y.email = one.email and y.person_id is null
  and y.dismissed_at is null
returning y.name, y.email
"""
OF_PERSON = f"""
with {RULES}, mine as (
  select s.id, s.title, s.starts_at, c.title as course, b.name as batch, b.timezone, a.joined_at, a.seconds, a.marked,
    m.name as marked_by, {state_sql("%(person)s")} as state
  from sessions s cross join rules r join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
  left join attendance a on a.session_id = s.id and a.person_id = %(person)s left join people m on m.id = a.marked_by
  where s.cancelled_at is null and s.starts_at <= %(now)s and (a.joined_at is not null or a.marked is not null or exists (
    select from enrolments e where e.person_id = %(person)s and e.batch_id = s.batch_id and e.state <> 'withdrawn'
      and e.enrolled_at < s.ends_at))
)
select (select coalesce(jsonb_object_agg(state, n), '{{}}') from (select state, count(*) as n from mine group by state) z)
  as by_state, mine.* from mine order by starts_at desc, id limit %(most)s offset %(skip)s
"""

Mark = Literal["present", "late", "absent"]


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of a class's attendance, how many are in each state, and whom nobody could name."""

    session: Row
    people: Sequence[Row]
    by_state: Mapping[str, int]
    unmatched: Sequence[Mapping[str, Any]]
    total: int
    page: int
    pages: int


async def show_roster(work: Work, session_id: UUID, *, q: str = "", state: str = "", page: int = 1) -> Roster:
    """Return one page of who was in a class, in one round trip. Raises NotFound."""
    work.require_admin()
    values = {"q": q.strip(), "state": state if state in state_names() else "", "now": work.now}
    rows = await work.rows(LIST, id=session_id, most=PER_PAGE, skip=(page - 1) * PER_PAGE, **values)
    if not rows:
        raise NotFound(_("There is no such class."))
    first = rows[0]
    people = [row for row in rows if row.person_id is not None]
    pages = max(1, -(-first.total // PER_PAGE))
    return Roster(first, people, first.by_state, first.unmatched, first.total, page, pages)


async def roster_choices(work: Work, session_id: UUID) -> Sequence[Row]:
    """Return whom an unknown participant may be: those who were not seen first."""
    return await work.rows(CHOICES, id=session_id, now=work.now)


async def mark_by_hand(work: Work, session_id: UUID, person_id: UUID, mark: str) -> None:
    """Say that somebody was present, late or absent, whatever was counted; empty takes the word back. Raises InvalidInput
    and NotFound."""
    work.require_admin()
    if mark and mark not in STATES:
        raise InvalidInput({"mark": _("Please choose one of the options.")})
    values = {"id": session_id, "person": person_id, "mark": mark or None, "now": work.now}
    name = await work.value(MARK, me=work.identity.person_id if mark else None, **values)
    if name is None:
        raise NotFound(_("They are not in this class."))
    await audit.record(work, "attendance.marked", "session", session_id, name, mark=mark or "counted")
    _tell(work, session_id)


async def match_by_hand(work: Work, session_id: UUID, stay_id: UUID, person_id: UUID) -> str:
    """Say whose the stays of an unknown participant are; return the student's name. In later classes of the batch the same
    name and e-mail are theirs; a name without one holds for this class alone. Raises InvalidInput, and
    Conflict when somebody was faster."""
    work.require_admin()
    name = await work.value(IS_THEIRS, id=session_id, person=person_id)
    if name is None:
        raise InvalidInput({"person": _("Choose a student of this class.")})
    values = {"id": session_id, "stay": stay_id, "me": work.identity.person_id}
    shown = await work.rows(MATCH, person=person_id, **values)
    if not shown:
        raise Conflict(_("Somebody has dealt with this participant already."))
    await count(work, session_id, person_id)
    await audit.record(work, "attendance.matched", "session", session_id, name, participant=shown[0].name)
    _tell(work, session_id)
    return str(name)


async def dismiss(work: Work, session_id: UUID, stay_id: UUID) -> bool:
    """Say that an unknown participant is no student; return whether that holds for later classes of the batch, too: it does
    for who has an e-mail. Raises Conflict."""
    work.require_admin()
    shown = await work.rows(DISMISS, id=session_id, stay=stay_id, me=work.identity.person_id, now=work.now)
    if not shown:
        raise Conflict(_("Somebody has dealt with this participant already."))
    await audit.record(work, "attendance.dismissed", "session", session_id, shown[0].name)
    _tell(work, session_id)
    return bool(shown[0].email)


async def attendance_of(
    work: Work, person_id: UUID, most: int | None = LAST, skip: int = 0
) -> tuple[Sequence[Row], Mapping[str, int]]:
    """Return a student's classes with how they attended, the last first, and how often each way of all; ``most`` None is all."""
    rows = await work.rows(OF_PERSON, person=person_id, now=work.now, most=most, skip=skip)
    return rows, rows[0].by_state if rows else {}


def _tell(work: Work, session_id: UUID) -> None:
    work.signal(f"session:{session_id}")
    work.signal("sessions")
