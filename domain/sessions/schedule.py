"""A student's classes, as they see them: what is next, what is coming and what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.recordings.playing import PLAYABLE
from domain.sessions.attending import RULES, state_sql
from domain.sessions.session import HAS_ENDED, State, state_of
from domain.work import Row, Work

PER_PAGE = 20
# Of classes that were over before they came nobody is asked whether they were there.
ATTENDED = f"""
case when a.joined_at is null and a.marked is null and s.ends_at <= (select e.enrolled_at from enrolments e
  where e.batch_id = s.batch_id and e.person_id = %(me)s) then 'before' else {state_sql("%(me)s")} end
"""
# Whether a class `s` has a meeting to go to. One that is gone leads nowhere, nor does that of a class that is elsewhere now.
IN_ZOOM = "(s.create_zoom_meeting and s.zoom_state <> 'missing')"
# When it was to be, as far as they were told. What nobody told them has not moved for them.
MOVED_FROM = """
nullif(case when t.starts_at is null then case when t.person_id is not null then s.moved_from end
  when t.starts_at <> s.starts_at then t.starts_at else t.moved_from end, s.starts_at)
"""
MINE = f"""
select s.id, s.batch_id, s.title, s.description, s.starts_at, s.ends_at, s.duration, s.version, s.cancelled_at,
  s.cancel_reason, s.ended_at, s.resumed_at, s.create_zoom_meeting,
  case when s.create_zoom_meeting then '' else s.place end as place,
  s.zoom_state, s.zoom_passcode, {IN_ZOOM} and s.zoom_join_url <> '' as has_link, b.name as batch, b.timezone, c.title as course,
  m.title as module, {ATTENDED} as attended, a.seconds, r.join_opens, {MOVED_FROM} as moved_from,
  s.version + coalesce(t.sequence_ahead, 0) as sequence
from rules r, sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
left join modules m on m.id = s.module_id left join session_tellings t on t.session_id = s.id and t.person_id = %(me)s
left join attendance a on a.session_id = s.id and a.person_id = %(me)s
where s.batch_id in (select e.batch_id from enrolments e where e.person_id = %(me)s and e.state <> 'withdrawn')
"""
# A class that was called off stays in view until its time, so that nobody waits for it; one whose meeting ended early does
# until its planned end, so that everybody finds back if it goes on.
NEXT = f"""
with {RULES} {MINE} and s.ends_at > %(now)s
order by s.starts_at, s.id limit 12
"""
# What a class left, and what is asked for in it: of both as much as who asks may see.
ONE = f"""
with {RULES}, mine as ({MINE} and s.id = %(id)s)
select mine.*,
  (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'title', r.title, 'part', r.part, 'percent', coalesce(v.percent, 0),
      'is_watched', v.watched_at is not null) order by r.part, r.kind), '[]')
    from recordings r left join recording_views v on v.recording_id = r.id and v.person_id = %(me)s
    where r.session_id = mine.id and {PLAYABLE} and r.state = 'ready') as recordings,
  (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'title', t.title) order by t.due_at), '[]')
    from assignments t where t.session_id = mine.id and t.published_at is not null) as assignments,
  (select s.summary from sessions s where s.id = mine.id) as summary
from mine
"""
LIST = f"""
with {RULES}, page as ({MINE} and ({HAS_ENDED}) = %(past)s
  order by s.starts_at {{order}}, s.id limit %(most)s offset %(skip)s),
totals as (select count(*) filter (where not {HAS_ENDED}) as coming, count(*) filter (where {HAS_ENDED}) as past
  from sessions s where s.batch_id in (select e.batch_id from enrolments e where e.person_id = %(me)s and e.state <> 'withdrawn'))
select totals.coming, totals.past, page.*, (select coalesce(jsonb_agg(r.id order by r.part, r.kind), '[]') from recordings r
    where r.session_id = page.id and r.state = 'ready' and {PLAYABLE}) as films
from totals left join page on true order by page.starts_at {{order}}, page.id
"""


@dataclass(frozen=True, slots=True)
class MySession:
    """A class, and where it stands for the student."""

    facts: Row
    state: State
    opens_at: datetime
    now: datetime

    @property
    def is_open(self) -> bool:
        """Say whether one can go in: until the planned end, also when the meeting ended before, which may be opened again."""
        return self.state in ("starting", "live") or self.has_ended_early

    @property
    def has_ended_early(self) -> bool:
        return self.state == "ended" and bool(self.now < self.facts.ends_at)

    @property
    def is_moved(self) -> bool:
        return self.facts.moved_from is not None and self.state in ("upcoming", "starting")

    @property
    def has_room(self) -> bool:
        """Say whether there is a link to follow, ours or another's."""
        return bool(self.facts.has_link) or self.facts.place.startswith(("https://", "http://"))

    @property
    def is_lost(self) -> bool:
        """Say whether there was a link that leads nowhere any more."""
        return self.is_being_made and self.facts.zoom_state == "missing"

    @property
    def is_being_made(self) -> bool:
        return bool(self.facts.create_zoom_meeting) and not self.facts.has_link


@dataclass(frozen=True, slots=True)
class Schedule:
    """One page of a student's classes, and how many are coming and past."""

    sessions: Sequence[MySession]
    coming: int
    past: int
    page: int
    pages: int


async def next_sessions(work: Work) -> Sequence[MySession]:
    """Return what `first_of` does of the classes of who asks."""
    return first_of([_mine(row, work.now) for row in await work.rows(NEXT, **_me(work))])


def first_of(coming: Sequence[MySession]) -> Sequence[MySession]:
    """Return those that one can go into now, of whichever batch, the next after them, and those called off before it."""
    chosen: list[MySession] = []
    for one in coming:
        chosen.append(one)
        if one.state == "upcoming":
            break
    return chosen


async def list_mine(work: Work, *, is_past: bool, page: int = 1) -> Schedule:
    """Return one page of the classes of who asks: coming, the next first, or past, the last first."""
    order = "desc" if is_past else "asc"
    values = _me(work) | {"past": is_past, "most": PER_PAGE, "skip": (page - 1) * PER_PAGE}
    rows = await work.rows(LIST.format(order=order), **values)
    total = rows[0].past if is_past else rows[0].coming
    found = [_mine(row, work.now) for row in rows if row.id is not None]
    return Schedule(found, rows[0].coming, rows[0].past, page, max(1, -(-total // PER_PAGE)))


async def find_mine(work: Work, session_id: UUID) -> MySession:
    """Return a class of who asks; raise NotFound for one that is not theirs."""
    row = await work.row(ONE, id=session_id, **_me(work))
    if row is None:
        raise NotFound(_("There is no such class."))
    return _mine(row, work.now)


def _me(work: Work) -> dict[str, Any]:
    return {"me": work.identity.person_id, "now": work.now}


def _mine(row: Row, now: datetime) -> MySession:
    opens_at = row.starts_at - timedelta(minutes=row.join_opens)
    return MySession(row, state_of(row, now, row.join_opens), opens_at, now)
