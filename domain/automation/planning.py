"""Planning what rules do: in the transaction of its cause, one step a person and occasion, and none for a moment that is past."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from domain.automation.rule_states import RuleState, read_states
from domain.language import _
from domain.work import Work

By = Literal["cause_id", "subject_id", "person_id"]

# The moment of an occasion o, by the settings.
PLACE = "moment_of(o.anchor, %(amount)s, %(unit)s, o.zone)"
# A step that was voided comes back when its occasion is there again, like a class that takes place after all. In one order, so
# that two who plan the same at once never wait for one another.
PLAN = f"""
insert into automation_steps (kind, rule_key, rule_version, person_id, subject_id, subject_version, dedupe_key, payload, due_at,
  state, reason, created_at, finished_at)
select %(rule)s, %(rule)s, %(version)s, o.person_id, o.subject_id, o.version,
  %(rule)s || ':' || o.subject_id || ':' || o.person_id || ':' || o.version, '{{{{}}}}', m.due_at,
  case when m.due_at < %(now)s then 'skipped' else 'planned' end, case when m.due_at < %(now)s then %(late)s else '' end, %(now)s,
  case when m.due_at < %(now)s then %(now)s::timestamptz end
from ({{occasions}}) o cross join lateral (select {PLACE} as due_at) m
where {{which}} order by o.subject_id, o.person_id, o.version
on conflict (dedupe_key) do update set state = excluded.state, due_at = excluded.due_at, reason = excluded.reason,
  rule_version = excluded.rule_version, finished_at = excluded.finished_at, attempt = 0, retry_at = null
  where automation_steps.state = 'cancelled'
"""
# As it would be planned now: for those whose moment is still to come and who have no such step.
WOULD = f"""
select o.*, m.due_at from ({{occasions}}) o
cross join lateral (select {PLACE} as due_at) m
where {{which}} and m.due_at >= %(now)s and not exists (select from automation_steps s
  where s.dedupe_key = %(rule)s || ':' || o.subject_id || ':' || o.person_id || ':' || o.version and s.state <> 'cancelled')
"""
# What is planned goes where its moment is now; one that is past by then is due at once, and judged.
MOVE = """
update automation_steps a set due_at = o.moved_to, reason = '', retry_at = null
from (select o.*, greatest(m.due_at, %(now)s) as moved_to from ({occasions}) o
  cross join lateral (select moment_of(o.anchor, %(amount)s, %(unit)s, o.zone) as due_at) m where {which}) o
where a.dedupe_key = %(rule)s || ':' || o.subject_id || ':' || o.person_id || ':' || o.version and a.state = 'planned'
  and a.due_at <> o.moved_to and (o.moved_to > %(now)s or a.due_at > %(now)s)
"""
VOID = """
update automation_steps set state = 'cancelled', reason = %(reason)s, finished_at = %(now)s, retry_at = null
where rule_key is not null and state = 'planned' and subject_id = any(%(subjects)s)
  and (%(rules)s::text[] is null or rule_key = any(%(rules)s)) and (%(people)s::uuid[] is null or person_id = any(%(people)s))
"""
WITHDRAW = """
update deliveries set state = 'cancelled', reason = %(reason)s, retry_at = null
where rule_key is not null and state in ('pending', 'retry') and subject_id = any(%(subjects)s)
  and (%(rules)s::text[] is null or rule_key = any(%(rules)s)) and (%(people)s::uuid[] is null or person_id = any(%(people)s))
"""


async def plan_rules(
    work: Work, keys: Sequence[str], by: By, ids: Sequence[UUID], *, person_id: UUID | None = None
) -> int:
    """Plan what these rules have to do for a cause, for subjects or for people; return how many steps are new.

    Rules that are off plan nothing. A moment that is past is written down as skipped, with that reason. A second call for
    the same occasion plans nothing.
    """
    planned = 0
    for state in (await read_states(work, keys)).values():
        if state.is_on:
            planned += await plan_rule(work, state, by, ids, person_id=person_id)
    return planned


async def plan_rule(
    work: Work, state: RuleState, by: By | None, ids: Sequence[UUID] = (), *, person_id: UUID | None = None
) -> int:
    """Plan one rule as it stands, on or not: for what ``by`` and ``ids`` choose, or for everybody with an occasion."""
    which = f"o.{by} = any(%(ids)s)" if by else "m.due_at >= %(now)s"
    if person_id:
        which += " and o.person_id = %(person_id)s"
    sql = PLAN.format(occasions=state.rule.occasions, which=which)
    values = _values(work, state) | {"ids": list(ids), "person_id": person_id}
    planned = await work.run(sql, late=_("Its moment had passed when it was planned."), **values)
    if planned:
        work.nudge()
        work.signal("steps")
    return planned


async def move_planned(work: Work, keys: Sequence[str], by: By, ids: Sequence[UUID]) -> int:
    """Move what these rules have planned to where its moment is now; return how many steps. What waits is woken."""
    moved = 0
    for state in (await read_states(work, keys)).values():
        sql = MOVE.format(occasions=state.rule.occasions, which=f"o.{by} = any(%(ids)s)")
        moved += await work.run(sql, ids=list(ids), **_values(work, state))
    if moved:
        work.nudge()
        work.signal("steps")
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


def _values(work: Work, state: RuleState) -> dict[str, Any]:
    settings = state.settings
    return {
        "rule": state.key,
        "version": state.version,
        "amount": settings.amount * state.rule.sign,
        "unit": settings.unit,
        "now": work.now,
    }
