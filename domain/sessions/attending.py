"""Who was there: the rule, and what stays add up to, whichever source told of them.

Three sources tell of stays: our own join link, the meeting's events as they happen, and its report after the end. They
overlap, so attendance is the union of them, and the earliest coming in counts. What was over before its doors opened does
not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.language import _
from domain.recordings.watched import watched_sql
from domain.sessions.session import HAS_ENDED
from domain.work import Row, Work

State = Literal["present", "late", "absent", "watched", "ahead"]
STATES = ("present", "late", "absent")

# THE RULE, defined here once: every list, export, page and message reads it. It wants `s` (sessions), `a` (attendance, left
# joined), `r` (RULES) and %(now)s. An admin's word goes before what was counted.
_STATE = """
case when a.marked is not null then a.marked
  when a.joined_at is not null and a.joined_at <= s.starts_at + make_interval(mins => r.late_after) then 'present'
  when a.joined_at is not null then 'late'
  when {has_ended} then case when {watched} then 'watched' else 'absent' end
  else 'ahead' end
"""
RULES = """
rules as (select (select value::int from business_settings where key = 'join_opens_minutes') as join_opens,
  (select value::int from business_settings where key = 'late_after_minutes') as late_after)
"""
STAY = """
insert into session_stays (session_id, person_id, source, stay_key, name, email, registrant_id, joined_at, left_at, dismissed_at,
  created_at)
select %(id)s, m.person_id, %(source)s, r.stay_key, r.name, r.email, r.registrant_id, r.joined_at, r.left_at,
  case when m.person_id is null and m.is_ours then %(now)s::timestamptz end, %(now)s
from unnest(%(rows)s::jsonb[]) as one, jsonb_to_record(one) as r (stay_key text, name text, email text, registrant_id text,
  joined_at timestamptz, left_at timestamptz)
cross join lateral (select
  coalesce(
    (select g.person_id from session_registrants g
      where g.session_id = %(id)s and g.registrant_id = r.registrant_id and r.registrant_id <> ''),
    (select e.person_id from people p join enrolments e on e.person_id = p.id and e.state <> 'withdrawn'
      join sessions s on s.batch_id = e.batch_id where s.id = %(id)s and r.email <> '' and p.email = lower(r.email)),
    -- As an admin once said of this name and e-mail, in a class of the same batch. A name alone is anybody's.
    (select k.person_id from session_stays k join sessions o on o.id = k.session_id join sessions s on s.batch_id = o.batch_id
      where s.id = %(id)s and k.matched_by is not null and k.person_id is not null and k.name = r.name and k.email = r.email
        and r.email <> ''
      order by k.created_at desc limit 1)) as person_id,
  -- Who teaches is no student that we do not know, nor is who was dismissed in an earlier class.
  r.email <> '' and (lower(r.email) in (select unnest(array[lower(host), zoom_host_email]) from sessions where id = %(id)s)
    or exists (select from people p join profiles f on f.person_id = p.id
      where p.email = lower(r.email) and f.role in ('admin', 'super_admin'))
    or exists (select from session_stays k join sessions o on o.id = k.session_id join sessions s on s.batch_id = o.batch_id
      where s.id = %(id)s and k.dismissed_at is not null and k.name = r.name and k.email = r.email)) as is_ours) m
on conflict (session_id, source, stay_key) do update set
  person_id = coalesce(session_stays.person_id, excluded.person_id),
  joined_at = least(session_stays.joined_at, excluded.joined_at),
  left_at = greatest(session_stays.left_at, excluded.left_at),
  name = coalesce(nullif(excluded.name, ''), session_stays.name),
  email = coalesce(nullif(excluded.email, ''), session_stays.email),
  registrant_id = coalesce(nullif(excluded.registrant_id, ''), session_stays.registrant_id)
returning person_id
"""
# Registrants may have become known since a stay was told of.
MATCH = """
update session_stays y set person_id = g.person_id from session_registrants g
where y.session_id = %(id)s and y.person_id is null and g.session_id = y.session_id and g.registrant_id = y.registrant_id
  and y.registrant_id <> ''
"""
# What was before the doors of a class open is no coming to it: a trial the day before, or what was before it was moved. A stay
# nobody has told the end of reaches on if the meeting told of it; coming in by our link is a moment.
REACHES = """
coalesce(y.left_at, y.joined_at + case y.source when 'event' then interval '12 hours' else interval '0' end)
  >= (select s.starts_at - make_interval(mins => value::int) from sessions s, business_settings
    where s.id = y.session_id and key = 'join_opens_minutes')
"""
COUNT = f"""
with counted as (select y.* from session_stays y where y.session_id = %(id)s and {REACHES})
insert into attendance (session_id, person_id, joined_at, seconds, updated_at)
select %(id)s, y.person_id, min(y.joined_at), coalesce((
    select sum(extract(epoch from upper(span) - lower(span)))::int from (
      select range_agg(tstzrange(o.joined_at, o.left_at)) as spans from counted o
       where o.person_id = y.person_id and o.left_at > o.joined_at) u, unnest(u.spans) as span), 0),
  %(now)s
from counted y
where y.person_id is not null and (%(only)s::uuid is null or y.person_id = %(only)s)
group by y.person_id order by y.person_id
on conflict (session_id, person_id) do update set joined_at = excluded.joined_at, seconds = excluded.seconds,
  updated_at = excluded.updated_at
where (attendance.joined_at, attendance.seconds) is distinct from (excluded.joined_at, excluded.seconds)
"""
# Nothing is left of somebody whose stays were said to be another's, or were before the class was moved.
EMPTY = f"""
update attendance a set joined_at = null, seconds = 0, updated_at = %(now)s
where a.session_id = %(id)s and a.joined_at is not null and not exists (select from session_stays y
  where y.session_id = a.session_id and y.person_id = a.person_id and {REACHES})
"""

# Whether anything has told of who came to a class `s`: without a meeting, the join link or a mark nobody was seen, and that is
# no absence.
IS_RECORDED = f"""
(exists (select from attendance t where t.session_id = s.id and (t.marked is not null or t.joined_at is not null))
  or exists (select from session_stays y where y.session_id = s.id and {REACHES}))
"""


def state_sql(person: str) -> str:
    """Return the rule as SQL for ``person``, an expression."""
    return _STATE.format(watched=watched_sql(person), has_ended=HAS_ENDED)


def rule(late_after: int) -> str:
    """Return the rule in words, as it stands on every page that shows its outcome."""
    return _(
        "Present: came in up to {minutes} minutes after the start. Late: came in after that. Absent: had not come in when the"
        " class was over. Watched later: was absent, and has watched the whole recording since (90 % of it). Coming in is"
        " opening the join link here, or being seen in the meeting. What an admin marks counts before all of it. Classes that"
        " were over when somebody was enrolled do not count for them.",
        minutes=late_after,
    )


def state_names() -> dict[str, str]:
    """Return what the states are called."""
    return {
        "present": _("Present"),
        "late": _("Late"),
        "absent": _("Absent"),
        "watched": _("Watched later"),
        "ahead": _("Not yet"),
    }


async def came(work: Work, session: Row, event: Row) -> None:
    """Apply that somebody came in. Told after their leaving, it still finds the same stay."""
    await _event(work, session, event, has_left=False)


async def left(work: Work, session: Row, event: Row) -> None:
    """Apply that somebody left. Told before their coming, the stay has no length until that is told, too."""
    await _event(work, session, event, has_left=True)


async def keep_stays(work: Work, session_id: UUID, source: str, stays: Sequence[dict[str, object]]) -> None:
    """Keep stays, each once by its key, with whose they are if anybody knows, and count attendance anew."""
    each = {stay["stay_key"]: stay for stay in stays}
    people = await work.rows(STAY, id=session_id, source=source, rows=list(each.values()), now=work.now)
    if len(people) == 1:
        return await count(work, session_id, people[0].person_id) if people[0].person_id else None
    await work.run(MATCH, id=session_id)
    return await count(work, session_id)


async def count(work: Work, session_id: UUID, person_id: UUID | None = None) -> None:
    """Count attendance anew from the stays of a class, of one person or all."""
    await work.run(COUNT, id=session_id, only=person_id, now=work.now)
    await work.run(EMPTY, id=session_id, now=work.now)


async def _event(work: Work, session: Row, event: Row, *, has_left: bool) -> None:
    attendee = event.payload.get("attendee") or {}
    if not attendee.get("connection"):
        return
    at: datetime = event.occurred_at
    stay = {
        "stay_key": f"{event.payload.get('uuid', '')}:{attendee['connection']}",
        "name": attendee.get("name", ""),
        "email": attendee.get("email", ""),
        "registrant_id": attendee.get("registrant_id", ""),
        "joined_at": at.isoformat(),
        "left_at": at.isoformat() if has_left else None,
    }
    await keep_stays(work, session.id, "event", [stay])
    work.signal(f"session:{session.id}")
