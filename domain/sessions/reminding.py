"""Reminding of a class by hand, and what became of all that its rules have planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.audit import record
from domain.automation.rule_states import RuleState, read_states
from domain.automation.rules.class_reminders import HOURS_BETWEEN, NOW
from domain.errors import Conflict, NotFound
from domain.language import _
from domain.sessions.automations import OF_CLASS, REMINDERS
from domain.sessions.telling import CHANNELS
from domain.work import Row, Work

HOLD = "select id from sessions where id = %(id)s for update"
# Who was reminded a moment ago by whichever way, or is about to be, is left out: so a button that is pressed twice reminds once.
STUDENTS = f"""
select s.id as session_id, s.version, p.id as person_id, {CHANNELS}, p.automations_stopped_at is not null as is_stopped,
  exists (select from reminders r where r.session_id = s.id and r.person_id = p.id
      and r.written_at > %(now)s::timestamptz - make_interval(hours => {HOURS_BETWEEN}))
    or exists (select from automation_steps a where a.subject_id = s.id and a.person_id = p.id and a.state = 'planned'
      and a.rule_key = any(%(keys)s) and a.due_at <= %(now)s) as is_recent
from sessions s join enrolments e on e.batch_id = s.batch_id and e.state = 'active'
  join people p on p.id = e.person_id join profiles f on f.person_id = p.id and f.is_active
where s.id = %(id)s and s.cancelled_at is null and s.ends_at > %(now)s
"""
IS_REACHED = "not is_recent and not is_stopped and (by_email or by_phone)"
COUNT = f"""
select count(*) as students, count(*) filter (where {IS_REACHED}) as reached, count(*) filter (where is_recent) as recent,
  count(*) filter (where not is_recent and not ({IS_REACHED})) as unreachable
from ({STUDENTS}) one
"""
PLAN = f"""
insert into automation_steps (kind, rule_key, rule_version, person_id, subject_id, subject_version, dedupe_key, payload,
  due_at, created_at)
select %(rule)s, %(rule)s, %(rule_version)s, person_id, session_id, version,
  %(rule)s || ':' || session_id || ':' || person_id || ':' || %(now)s::timestamptz, '{{}}', %(now)s, %(now)s
from ({STUDENTS}) one where {IS_REACHED}
"""
HELD = """
select coalesce(bool_or(value = 'true'), false) from business_settings where key in ('automations_paused', 'sending_paused')
"""
# By rule: what is still planned and when, what was not done and why most often, and what was written by each way.
DONE = """
with steps as (
  select rule_key, count(*) filter (where state = 'planned') as planned, min(due_at) filter (where state = 'planned') as next_at,
    max(reason) filter (where state = 'planned') as waits_for, count(*) filter (where state = 'skipped') as skipped,
    mode() within group (order by reason) filter (where state = 'skipped') as why_skipped
  from automation_steps where subject_id = %(id)s and rule_key = any(%(keys)s) group by rule_key
), messages as (
  select rule_key, channel, count(*) filter (where state in ('sent', 'unknown')) as sent,
    count(*) filter (where state in ('pending', 'retry', 'sending')) as waiting,
    count(*) filter (where state = 'failed') as failed, max(created_at) as last_at
  from deliveries where subject_id = %(id)s and rule_key = any(%(keys)s) group by rule_key, channel
)
select k.key, s.planned, s.next_at, s.waits_for, s.skipped, s.why_skipped,
  (select coalesce(jsonb_agg(to_jsonb(m) order by m.channel), '[]') from messages m where m.rule_key = k.key) as messages,
  (select max(last_at) from messages m where m.rule_key = k.key) as last_at
from unnest(%(keys)s::text[]) with ordinality as k (key, place) left join steps s on s.rule_key = k.key
where s.rule_key is not null or exists (select from messages m where m.rule_key = k.key)
order by k.place
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom reminding now would write to, and whom not; ``held`` says in words why it would have to wait."""

    students: int
    reached: int
    recent: int
    unreachable: int
    held: str


async def count_to_remind(work: Work, session_id: UUID) -> Reach:
    """Return how many students of a class would be reminded now."""
    work.require_admin()
    row = await work.row(COUNT, **_values(work, session_id))
    assert row is not None
    state = (await read_states(work, [NOW]))[NOW]
    return Reach(row.students, row.reached, row.recent, row.unreachable, await _held(work, state))


async def remind_now(work: Work, session_id: UUID) -> int:
    """Remind the students of a class that is still to be held; return how many.

    Who was reminded within two hours is left out. Raises Conflict when nobody is left, or reminding is switched off.
    """
    work.require_admin()
    if not await work.rows(HOLD, id=session_id):
        raise NotFound(_("There is no such class."))
    state = (await read_states(work, [NOW]))[NOW]
    if not state.is_on:
        raise Conflict(_("Reminding by hand is switched off among the automations."))
    values = _values(work, session_id)
    planned = await work.run(PLAN, rule=NOW, rule_version=state.version, **values)
    if not planned:
        raise Conflict(_("There is nobody to remind: the class is over, or everybody was reminded a moment ago."))
    title = await work.value("select title from sessions where id = %(id)s", id=session_id)
    await record(work, "session.reminded", "session", session_id, title, count=planned)
    work.nudge()
    work.signal("steps")
    work.signal(f"session:{session_id}")
    return planned


async def automations_of(work: Work, session_id: UUID) -> Sequence[Row]:
    """Return what the rules around a class have planned and written, one row a rule that has."""
    work.require_admin()
    return await work.rows(DONE, id=session_id, keys=OF_CLASS)


async def _held(work: Work, state: RuleState) -> str:
    if not state.is_on:
        return _("Reminding by hand is switched off among the automations.")
    if state.is_paused or await work.value(HELD):
        return _("Automations are paused: the reminder would leave when they go on.")
    return ""


def _values(work: Work, session_id: UUID) -> Mapping[str, Any]:
    return {"id": session_id, "keys": REMINDERS, "now": work.now}
