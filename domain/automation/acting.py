"""Acting on what rules have planned: due steps of one rule are judged, their messages written and the steps ended, in one
transaction. Nothing leaves the house here, so a worker that dies has done nothing, and another does it instead."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.automation.holding import stop_flood
from domain.automation.judging import find_facts, pointless, unreachable
from domain.automation.messages import WhatsAppTexts, deliveries_of, find_whatsapp_texts, with_texts_of
from domain.automation.planning import plan_rule
from domain.automation.rule import Acted
from domain.automation.rule_states import RuleState, settings_of, state_of
from domain.automation.rules import RULES
from domain.automation.running import MOST_ATTEMPTS, Skip
from domain.backoff import backoff
from domain.language import _, ngettext
from domain.messaging.capping import hold_free
from domain.messaging.outbox import Channel
from domain.work import Row, Work

MOST = 500  # steps in one transaction
LOOK_AGAIN = timedelta(minutes=1)  # whether a template that stops a rule was mended
# The rule with the step that has waited longest, and its due steps of that version, while it is not held. Who else claims passes
# them over, and of the rules whose turn has not come nothing is locked: others act on those meanwhile. However often a step was
# put off, it is judged by the moment it was for.
CLAIM = """
with held as (
  select coalesce(bool_or(value = 'true'), false) as all_of_them from business_settings
   where key in ('automations_paused', 'sending_paused')
), waiting as (
  select k.key from unnest(%(keys)s::text[]) as k (key) left join automation_rules r on r.key = k.key, lateral (
    select due_at from automation_steps s where s.rule_key = k.key and s.state = 'planned' and s.due_at <= %(now)s
      and (s.retry_at is null or s.retry_at <= now()) order by s.due_at limit 1) d
   where not coalesce(r.is_paused, false) and not (select all_of_them from held) order by d.due_at
), first as (
  select w.key, free.rule_version from waiting w, lateral (
    select s.rule_version from automation_steps s where s.rule_key = w.key and s.state = 'planned' and s.due_at <= %(now)s
      and (s.retry_at is null or s.retry_at <= now()) order by s.due_at limit 1 for update skip locked) free limit 1
)
select s.id, s.rule_key, s.rule_version, s.person_id, s.subject_id, s.subject_version as version, s.attempt,
    coalesce(s.put_off_from, s.due_at) as due_at
  from automation_steps s where s.rule_key = (select key from first)
   and s.rule_version is not distinct from (select rule_version from first)
   and s.state = 'planned' and s.due_at <= %(now)s and (s.retry_at is null or s.retry_at <= now())
 order by s.due_at limit {most} for update skip locked
"""
# As it stands, but with the settings it was planned under: who changes it says for whom.
STATE = """
select r.key, r.is_on, r.is_paused, r.version, r.settings, v.settings as planned_under,
  (select value::int from business_settings where key = 'automatic_messages_an_hour') as an_hour
from (select) one left join automation_rules r on r.key = %(key)s
left join automation_rule_versions v on v.key = r.key and v.version = %(version)s
"""
# One message a step and way, for good: what was withdrawn before it left is that message, written anew.
WRITE = """
insert into deliveries as d (channel, kind, person_id, subject_id, to_address, to_name, template, params, group_key,
  idempotency_key, marketing, due_at, created_at, rule_key, rule_version, step_id, expires_at)
select r.channel, %(rule)s, r.person_id, r.subject_id, lower(r.address), r.name, r.template, r.params, r.group_key,
  r.step_id || ':' || r.channel, %(marketing)s, r.due_at, %(now)s, %(rule)s, %(version)s, r.step_id, r.expires_at
from jsonb_to_recordset(%(written)s::jsonb -> 'rows') as r (channel text, person_id uuid, subject_id uuid, address text,
  name text, template text, params jsonb, group_key text, due_at timestamptz, step_id uuid, expires_at timestamptz)
on conflict (idempotency_key) do update set person_id = excluded.person_id, subject_id = excluded.subject_id,
  to_address = excluded.to_address, to_name = excluded.to_name, template = excluded.template, params = excluded.params,
  group_key = excluded.group_key, marketing = excluded.marketing, due_at = excluded.due_at, created_at = excluded.created_at,
  rule_version = excluded.rule_version, expires_at = excluded.expires_at, state = 'pending', reason = '', attempt = 0,
  retry_at = null, send_id = null
  where d.state = 'cancelled'
"""
# What is put off keeps the moment that it was for.
END = """
update automation_steps s set state = e.state, reason = e.reason,
  finished_at = case when e.state <> 'planned' then %(now)s::timestamptz end, due_at = coalesce(e.due_at, s.due_at),
  put_off_from = case when e.due_at is null then s.put_off_from else coalesce(s.put_off_from, s.due_at) end
from unnest(%(ids)s::uuid[], %(states)s::text[], %(reasons)s::text[], %(dues)s::timestamptz[]) as e (id, state, reason, due_at)
where s.id = e.id
"""
PUT_OFF = """
update automation_steps set attempt = attempt + 1, state = %(state)s, reason = %(reason)s,
  finished_at = case when %(state)s = 'failed' then %(now)s::timestamptz end, retry_at = now() + make_interval(secs => %(wait)s)
where id = %(id)s and state = 'planned'
"""


@dataclass(slots=True)
class Ended:
    """How the steps of one transaction end: columns of END, and the deliveries they wrote."""

    ids: list[UUID] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    dues: list[datetime | None] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def end(self, step_id: UUID, state: str, reason: str = "", due_at: datetime | None = None) -> None:
        self.ids.append(step_id)
        self.states.append(state)
        self.reasons.append(reason)
        self.dues.append(due_at)


class CannotAct(Exception):
    """Acting on these steps went wrong; the cause is the error's."""

    def __init__(self, steps: Sequence[Row]) -> None:
        rule, count = steps[0].rule_key, len(steps)
        super().__init__(
            ngettext("{count} step of “{rule}” went wrong.", "{count} steps of “{rule}” went wrong.", count, rule=rule)
        )
        self.steps = steps


async def act_on_due(work: Work, *, most: int = MOST) -> int:
    """Act on the next due steps of the rule that has waited longest; return how many there were.

    Raises CannotAct, after which the transaction must end without a commit.
    """
    steps = await work.rows(CLAIM.format(most=most), keys=list(RULES), now=work.now)
    if steps:
        try:
            await _act(work, steps)
        except Exception as error:
            raise CannotAct(steps) from error
    return len(steps)


async def put_off(work: Work, step: Row, reason: str) -> None:
    """Plan another attempt at a step that went wrong by itself; the last one ends as failed."""
    is_over = step.attempt + 1 >= MOST_ATTEMPTS
    values = {"state": "failed" if is_over else "planned", "reason": reason, "wait": backoff(step.attempt + 1)}
    await work.run(PUT_OFF, id=step.id, now=work.now, **values)
    work.signal("steps")


async def _act(work: Work, steps: Sequence[Row]) -> None:
    rule, version = RULES[steps[0].rule_key], steps[0].rule_version
    row = await work.row(STATE, key=rule.key, version=version)
    assert row is not None
    now = state_of(rule, row if row.key else None)
    state = replace(now, settings=settings_of(row.planned_under), version=version) if row.planned_under else now
    if rule.is_marketing or rule.act is not None:
        # One a person: what is written or done here counts for their next, which is still due.
        steps = list({step.person_id: step for step in reversed(steps)}.values())
    if rule.is_marketing and not (steps := await hold_free(work, steps)):
        return
    facts = await find_facts(work, state, steps)
    texts = await find_whatsapp_texts(work, state)
    if texts.problem:
        state = with_texts_of(state, now)
        texts = await find_whatsapp_texts(work, state)
    ended = Ended()
    for fact in facts:
        await _act_for_one(work, state, fact, texts, ended)
    if await stop_flood(work, row.an_hour, len(ended.rows)):
        return
    if ended.rows:
        values = {"rule": rule.key, "marketing": rule.is_marketing, "version": state.version, "now": work.now}
        await work.run(WRITE, written={"rows": ended.rows}, **values)
        if rule.note:
            written = sorted({row["step_id"] for row in ended.rows})
            await work.run(rule.note, steps=[UUID(step_id) for step_id in written], now=work.now)
        work.signal("deliveries")
        work.nudge()
    await work.run(END, ids=ended.ids, states=ended.states, reasons=ended.reasons, dues=ended.dues, now=work.now)
    if rule.recurs and now.is_on:
        await plan_rule(work, now, "person_id", [fact.person_id for fact in facts])
    work.signal("steps")


async def _act_for_one(work: Work, state: RuleState, fact: Row, texts: WhatsAppTexts, ended: Ended) -> None:
    if not state.is_on:
        return ended.end(fact.id, "skipped", _("The rule was switched off."))
    if reason := pointless(fact, work.now):
        return ended.end(fact.id, "skipped", reason)
    if fact.waits_for:
        return ended.end(fact.id, "planned", fact.waits_for, fact.waits_until)
    ways, obstacles = _ways(state, fact)
    if texts.problem and "whatsapp" in ways:
        if ways == ["whatsapp"]:
            return ended.end(fact.id, "planned", _("It waits. {why}", why=texts.problem), work.now + LOOK_AGAIN)
        ways.remove("whatsapp")
        obstacles.append(texts.problem)
    if state.rule.act is not None:
        acted = Acted(fact.id, fact.person_id, fact.subject_id, fact.name, fact.params, ways)
        try:
            return ended.end(fact.id, "done", await state.rule.act(work, acted))
        except Skip as skip:
            return ended.end(fact.id, "skipped", str(skip))
    if not ways:
        return ended.end(fact.id, "skipped", _("No way to reach them: {reasons}.", reasons="; ".join(obstacles)))
    if later := _capped_until(state, fact, ways):
        if fact.expires_at is not None and later > fact.expires_at:
            reason = _("They have been written to as often as the rules allow, and later it is of no use.")
            return ended.end(fact.id, "skipped", reason)
        reason = _("They have been written to as often today as the rules allow: it waits.")
        return ended.end(fact.id, "planned", reason, later)
    ended.rows += deliveries_of(state, fact, ways, texts, work.now)
    return ended.end(fact.id, "done", "; ".join(obstacles))


def _ways(state: RuleState, fact: Row) -> tuple[list[Channel], list[str]]:
    """Return the channels that lead to somebody, and why the others do not."""
    ways: list[Channel] = []
    obstacles: list[str] = []
    for channel in state.settings.channels:
        if obstacle := unreachable(fact, channel, state.rule):
            obstacles.append(obstacle)
        else:
            ways.append(channel)
    return ways, obstacles


def _capped_until(state: RuleState, fact: Row, ways: Sequence[Channel]) -> datetime | None:
    if not state.rule.is_marketing:
        return None
    moments = [getattr(fact, f"{channel}_capped_until") for channel in ways if channel in ("email", "whatsapp")]
    return max((moment for moment in moments if moment is not None), default=None)
