"""Planning what rules do: in the transaction of its cause, one step a person and occasion, and none for a moment that is past."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from domain.automation.rule_states import RuleState, read_states
from domain.language import _
from domain.work import Work

By = Literal["cause_id", "subject_id", "person_id"]

# The moment of an occasion o, by the settings, and the key under which it is planned once.
PLACE = "moment_of(o.anchor, %(amount)s, %(unit)s, o.zone)"
KEY = "%(rule)s || ':' || o.subject_id || ':' || o.person_id || ':' || o.version"
# Whoever writes many steps takes them in this order: of two who do so at once one waits, and never both.
IN_ORDER = 'collate "C"'
CHOSEN = f"""
o as materialized (select o.*, m.due_at, {{is_late}} as is_late, {KEY} as key
  from ({{occasions}}) o cross join lateral (select {PLACE} as due_at) m where {{which}})
"""
IS_LATE = "m.due_at < %(now)s"
# Whether a delivery d has left, as far as anything was reported of it.
IS_REPORTED = """
(exists (select from email_logs l where l.delivery_id = d.id and l.rank > 5)
  or exists (select from whatsapp_logs l where l.delivery_id = d.id and l.rank > 5)
  or exists (select from call_logs l where l.delivery_id = d.id and l.rank > 5))
"""
# What another subject b of the rule, whose place o takes, has not come to: that was cancelled, or withdrawn before it left.
_OF_THE_OTHER = """
select from automation_steps b where b.rule_key = %(rule)s and b.subject_id = %(instead_of)s and b.person_id = o.person_id
  and b.subject_version = o.version
"""
_CAME_TO_NOTHING = f"""
(b.state = 'cancelled' or (b.state = 'done' and exists (select from deliveries d where d.step_id = b.id and d.state = 'cancelled')
  and not exists (select from deliveries d where d.step_id = b.id and (d.state not in ('cancelled', 'failed') or {IS_REPORTED}))))
"""
INSTEAD = f"""
case when exists ({_OF_THE_OTHER}) then exists ({_OF_THE_OTHER} and {_CAME_TO_NOTHING}) else not {IS_LATE} end
"""
# A step that was voided comes back when its occasion is there again, like an assignment that is published once more.
PLAN = f"""
with {CHOSEN}, written as (
  insert into automation_steps (kind, rule_key, rule_version, person_id, subject_id, subject_version, dedupe_key, payload, due_at,
    state, reason, created_at, finished_at)
  select %(rule)s, %(rule)s, %(version)s, o.person_id, o.subject_id, o.version, o.key, '{{{{}}}}', o.due_at,
    case when o.is_late then 'skipped' else 'planned' end, case when o.is_late then %(late)s else '' end, %(now)s,
    case when o.is_late then %(now)s::timestamptz end
  from o order by o.key {IN_ORDER}
  on conflict (dedupe_key) do update set state = excluded.state, due_at = excluded.due_at, reason = excluded.reason,
    rule_version = excluded.rule_version, finished_at = excluded.finished_at, attempt = 0, retry_at = null, put_off_from = null
    where automation_steps.state = 'cancelled'
  returning 1
)
select (select count(*) from o) as found, (select count(*) from written) as written
"""
# What was done and withdrawn before any of it left is done again, judged by the moment it was for. The steps are held first
# and then their messages: one that is about to leave or to be withdrawn is waited for, and forbids it once it may have left.
# What else of it waits is written anew with it.
BRING_BACK = f"""
with {CHOSEN}, held as (
  select a.id, o.due_at from o join automation_steps a on a.dedupe_key = o.key
   where a.state = 'done' order by o.key {IN_ORDER} for update of a
), here as (
  select d.id, d.step_id, d.state from deliveries d
   where d.step_id in (select id from held) and d.state in ('pending', 'retry', 'cancelled')
     and not {IS_REPORTED} order by d.id for update of d
), back as (
  update automation_steps a set state = 'planned', due_at = held.due_at, reason = '', rule_version = %(version)s,
    finished_at = null, attempt = 0, retry_at = null, put_off_from = null
    from held where a.id = held.id and exists (select from here where here.step_id = a.id and here.state = 'cancelled')
     and not exists (select from deliveries d
       where d.step_id = a.id and d.state <> 'failed' and d.id not in (select id from here))
  returning a.id
), anew as (
  update deliveries set state = 'cancelled', reason = %(anew)s, retry_at = null
   where id in (select id from here where step_id in (select id from back) and state <> 'cancelled')
)
select count(*) from back
"""
# As it would be planned now: for those whose moment is still to come and who have no such step.
WOULD = f"""
select o.*, m.due_at from ({{occasions}}) o
cross join lateral (select {PLACE} as due_at) m
where {{which}} and m.due_at >= %(now)s and not exists (select from automation_steps s
  where s.dedupe_key = {KEY} and s.state <> 'cancelled')
"""
# What is planned goes where its moment is now, by the version it was planned under; one that is past by then is due at once,
# and judged by its own moment. What is being acted upon meanwhile is waited for: it may just have found nothing, and waits.
MOVE = f"""
with o as materialized (select o.*, {KEY} as key from ({{occasions}}) o where {{which}}), held as (
  select a.id, a.due_at, m.moment, greatest(m.moment, %(now)s) as moved_to
    from o join automation_steps a on a.dedupe_key = o.key
    left join automation_rule_versions v on v.key = %(rule)s and v.version = a.rule_version
    cross join lateral (select moment_of(o.anchor, coalesce((v.settings ->> 'amount')::int * %(sign)s, %(amount)s),
      coalesce(v.settings ->> 'unit', %(unit)s), o.zone) as moment) m
   where a.state = 'planned' order by o.key {IN_ORDER} for update of a
)
update automation_steps a set due_at = h.moved_to, put_off_from = case when h.moment < h.moved_to then h.moment end, reason = '',
  retry_at = null
from held h where a.id = h.id and h.due_at <> h.moved_to and (h.moved_to > %(now)s or h.due_at > %(now)s)
"""
_THESE = """
rule_key is not null and subject_id = any(%(subjects)s)
  and (%(rules)s::text[] is null or rule_key = any(%(rules)s)) and (%(people)s::uuid[] is null or person_id = any(%(people)s))
"""
VOID = f"""
with held as (
  select id from automation_steps where state = 'planned' and {_THESE} order by dedupe_key {IN_ORDER} for update
)
update automation_steps set state = 'cancelled', reason = %(reason)s, finished_at = %(now)s, retry_at = null
where id in (select id from held)
"""
WITHDRAW = f"""
with held as (select id from deliveries where state in ('pending', 'retry') and {_THESE} order by id for update)
update deliveries set state = 'cancelled', reason = %(reason)s, retry_at = null where id in (select id from held)
"""


async def plan_rules(
    work: Work,
    keys: Sequence[str],
    by: By,
    ids: Sequence[UUID],
    *,
    person_id: UUID | None = None,
    instead_of: UUID | None = None,
) -> int:
    """Plan what these rules have to do for a cause, for subjects or for people; return how many steps there are to do.

    Rules that are off plan nothing. A moment that is past is written down as skipped, with that reason. A second call for
    the same occasion plans nothing; but what was cancelled, or done and withdrawn before any of it left, comes back.
    With ``instead_of``, the subject whose place this one takes, or itself when it comes back, what that has not come to is
    owed: it is planned even if its moment is past. What that has done, skipped or missed is not planned again.
    """
    planned = 0
    for state in await _on(work, keys):
        planned += await plan_rule(work, state, by, ids, person_id=person_id, instead_of=instead_of)
    return planned


async def plan_rule(
    work: Work,
    state: RuleState,
    by: By | None,
    ids: Sequence[UUID] = (),
    *,
    person_id: UUID | None = None,
    instead_of: UUID | None = None,
) -> int:
    """Plan one rule as it stands, on or not: for what ``by`` and ``ids`` choose, or for everybody with a moment to come."""
    which = f"o.{by} = any(%(ids)s)" if by else "m.due_at >= %(now)s"
    if person_id:
        which += " and o.person_id = %(person_id)s"
    if instead_of:
        which += f" and {INSTEAD}"
    values = _values(work, state) | {"ids": list(ids), "person_id": person_id, "instead_of": instead_of}
    sql = PLAN.format(occasions=state.rule.occasions, which=which, is_late="false" if instead_of else IS_LATE)
    row = await work.row(sql, late=_("Its moment had passed when it was planned."), **values)
    assert row is not None
    planned: int = row.written
    if by and row.found > row.written:
        planned += await _bring_back(work, state, which, values)
    if planned:
        _tell(work)
    return planned


async def bring_back(work: Work, keys: Sequence[str], by: By, ids: Sequence[UUID]) -> int:
    """Plan again what was done and withdrawn before any of it left, now that its cause is back; return how many steps."""
    back = 0
    for state in await _on(work, keys):
        back += await _bring_back(work, state, f"o.{by} = any(%(ids)s)", _values(work, state) | {"ids": list(ids)})
    if back:
        _tell(work)
    return back


async def move_planned(work: Work, keys: Sequence[str], by: By, ids: Sequence[UUID]) -> int:
    """Move what these rules have planned to where its moment is now; return how many steps. What waits is woken."""
    moved = 0
    for state in await _in_order(work, keys):
        sql = MOVE.format(occasions=state.rule.occasions, which=f"o.{by} = any(%(ids)s)")
        moved += await work.run(sql, ids=list(ids), sign=state.rule.sign, **_values(work, state))
    if moved:
        _tell(work)
    return moved


async def count_would(work: Work, state: RuleState) -> int:
    """Return for how many existing people's occasions a rule would be planned now, were it on with these settings."""
    sql = f"select count(*) from ({WOULD.format(occasions=state.rule.occasions, which='true')}) would"
    count: int = await work.value(sql, **_values(work, state))
    return count


async def void_rules(
    work: Work,
    subjects: Sequence[UUID],
    reason: str,
    *,
    rules: Sequence[str] | None = None,
    people: Sequence[UUID] | None = None,
) -> int:
    """Cancel what rules have planned for these subjects, and what has not left yet; return how many steps.

    ``reason`` is read by people. ``rules`` and ``people`` narrow it to some of either.
    """
    values = {
        "subjects": list(subjects),
        "reason": reason,
        "rules": list(rules) if rules is not None else None,
        "people": list(people) if people is not None else None,
    }
    voided = await work.run(VOID, now=work.now, **values)
    withdrawn = await work.run(WITHDRAW, **values)
    if voided:
        work.signal("steps")
    if withdrawn:
        work.signal("deliveries")
    return voided


async def _bring_back(work: Work, state: RuleState, which: str, values: dict[str, Any]) -> int:
    if state.rule.act is not None:
        return 0  # what was done by other means than a message stays done
    sql = BRING_BACK.format(occasions=state.rule.occasions, which=which, is_late=IS_LATE)
    back: int = await work.value(sql, anew=_("It is written anew."), **values)
    return back


async def _on(work: Work, keys: Sequence[str]) -> Sequence[RuleState]:
    return [state for state in await _in_order(work, keys) if state.is_on]


async def _in_order(work: Work, keys: Sequence[str]) -> Sequence[RuleState]:
    """Return these rules in the order of their keys, which their steps' keys begin with."""
    return list((await read_states(work, sorted(keys))).values()) if keys else ()


def _tell(work: Work) -> None:
    work.nudge()
    work.signal("steps")


def _values(work: Work, state: RuleState) -> dict[str, Any]:
    settings = state.settings
    return {
        "rule": state.key,
        "version": state.version,
        "amount": settings.amount * state.rule.sign,
        "unit": settings.unit,
        "now": work.now,
    }
