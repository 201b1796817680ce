"""Holding rules back: all of them or one, by hand; and all of them by themselves when far more leaves in an hour than should."""

from dataclasses import dataclass

from domain.audit import record
from domain.automation.rule_states import state_of
from domain.automation.rules import RULES
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _, ngettext, number
from domain.notifications import notify_admins
from domain.work import Work

LEAST_AN_HOUR, MOST_AN_HOUR = 1, 1_000_000
# What a rule has written waits while the rule is held back.
IS_HELD = """
(rule_key is not null and ((select value = 'true' from business_settings where key = 'automations_paused')
  or rule_key in (select key from automation_rules where is_paused)))
"""
# No more are counted than decide it, and none from before somebody let them go on knowingly; what they let go besides is
# allowed for an hour.
FLOOD = """
select a.most, (select value = 'true' from business_settings where key = 'automations_paused') as is_paused,
  (select count(*) from (select from deliveries where rule_key is not null
    and created_at > greatest(%(now)s::timestamptz - interval '1 hour', a.since) limit a.most) last_hour) as written
from (select c.since, %(an_hour)s::int + case when c.since > %(now)s::timestamptz - interval '1 hour' then l.value::int
      else 0 end as most
    from (select (value #>> '{}')::timestamptz as since from business_settings
      where key = 'automatic_messages_counted_from') c, business_settings l where l.key = 'automatic_messages_let_go') a
"""
# What others write at the same time is not seen before they commit. As long as so many batches would not be too many, none
# waits for another; beyond, one counts after the other has committed.
BATCH, AT_ONCE = 1_000, 10  # messages in a batch, batches
ONE_BY_ONE = "select from business_settings where key = 'automations_paused' for update"
COUNT_FROM_NOW = """
update business_settings set value = case key when 'automatic_messages_let_go' then to_jsonb(%(let_go)s::int)
  else to_jsonb(%(now)s::timestamptz) end, updated_at = now()
where key in ('automatic_messages_counted_from', 'automatic_messages_let_go')
"""
# What is due of the rules that are not held by themselves, counted no further than anybody would let go at once.
DUE = f"""
select k.key, r.key is not null as is_stored, r.is_on, r.is_paused, r.settings, r.version, (select count(*) from (
    select from automation_steps s where s.rule_key = k.key and s.state = 'planned' and s.due_at <= %(now)s
     limit {MOST_AN_HOUR}) x) as due,
  (select value::int from business_settings where key = 'automatic_messages_an_hour') as an_hour
from unnest(%(keys)s::text[]) as k (key) left join automation_rules r on r.key = k.key where not coalesce(r.is_paused, false)
"""
PAUSE = """
update business_settings set value = case key when 'automations_paused' then to_jsonb(%(paused)s::boolean)
  else to_jsonb(%(why)s::text) end, updated_at = now()
where key in ('automations_paused', 'automations_paused_why') and exists (select from business_settings
  where key = 'automations_paused' and value is distinct from to_jsonb(%(paused)s::boolean))
"""
PAUSE_ONE = """
insert into automation_rules (key, is_on, is_paused, settings, version, updated_by, updated_at)
values (%(key)s, %(is_on)s, %(paused)s, %(settings)s, 1, %(me)s, %(now)s)
on conflict (key) do update set is_paused = excluded.is_paused, updated_by = excluded.updated_by, updated_at = excluded.updated_at
  where automation_rules.is_paused <> excluded.is_paused
"""
LIMIT = """
update business_settings set value = to_jsonb(%(limit)s::int), updated_at = now()
where key = 'automatic_messages_an_hour' and value <> to_jsonb(%(limit)s::int)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """How many steps are due, how many messages they may write at most, and how many are allowed in an hour."""

    steps: int
    messages: int
    an_hour: int

    @property
    def is_flood(self) -> bool:
        """Whether all would stop again at once, were they let go on just like that."""
        return self.messages > self.an_hour


async def count_due(work: Work) -> Due:
    """Count what would be done at once, were nothing held: one round trip."""
    rows = await work.rows(DUE, keys=list(RULES), now=work.now)
    steps = messages = 0
    for row in rows:
        state = state_of(RULES[row.key], row if row.is_stored else None)
        steps += row.due
        messages += row.due * len(state.settings.channels) if state.rule.act is None else 0
    return Due(steps, min(messages, MOST_AN_HOUR), rows[0].an_hour if rows else 0)


async def stop_flood(work: Work, an_hour: int, more: int) -> bool:
    """Pause all rules, and tell the admins, when with ``more`` messages too many would be written within an hour."""
    if not more:
        return False
    found = await work.row(FLOOD, now=work.now, an_hour=an_hour)
    assert found is not None
    if found.written + max(more, BATCH) * AT_ONCE > found.most:
        await work.rows(ONE_BY_ONE)
        found = await work.row(FLOOD, now=work.now, an_hour=an_hour)
        assert found is not None
    if found.is_paused or found.written + more <= found.most:
        return bool(found.is_paused)
    why = _(
        "More than {count} messages would have been written within an hour, which is their limit. Nothing is lost: what was"
        " due waits. Under Automations, let these go this once, or raise the limit.",
        count=an_hour,
    )
    await work.run(PAUSE, paused=True, why=why)
    await notify_admins(work, "automations", _("Automations have stopped themselves"), why, "/admin/automations")
    await record(work, "automations.stopped", "setting", None, why)
    work.signal("automations")
    return True


async def pause_automations(work: Work) -> None:
    """Hold all rules: nothing of theirs is done or leaves until they go on."""
    await _switch(work, paused=True, why=_("Paused by {name}.", name=work.identity.name))


async def resume_automations(work: Work, *, let_go: int = 0) -> None:
    """Let rules go on. What has become pointless meanwhile is skipped, each with its reason.

    ``let_go`` is how many messages may be written at once besides what the limit allows: those that are due. Raises
    Conflict when more are due than either allows: all would stop again at once.
    """
    work.require_admin()
    due = await count_due(work)
    if due.is_flood and due.messages > let_go:
        messages = ngettext("{count} message", "{count} messages", due.messages)
        limit = number(due.an_hour)
        raise Conflict(
            _(
                "Up to {messages} are due by now, and {limit} an hour are allowed: all would stop again at once. Let"
                " these go, or raise the limit first.",
                messages=messages,
                limit=limit,
            )
        )
    let_go = due.messages if due.is_flood else 0
    if await _switch(work, paused=False, why="", **({"let_go": let_go} if let_go else {})):
        await work.run(COUNT_FROM_NOW, now=work.now, let_go=let_go)
    work.nudge()


async def pause_rule(work: Work, key: str, *, paused: bool) -> None:
    """Hold one rule, or let it go on. Raises NotFound, and Conflict when it stands so already."""
    work.require_admin()
    rule = RULES.get(key)
    if rule is None:
        raise NotFound(_("There is no such automation."))
    values = {"key": key, "paused": paused, "is_on": rule.is_on, "settings": rule.defaults.as_values()}
    if not await work.run(PAUSE_ONE, me=work.identity.person_id, now=work.now, **values):
        raise Conflict(_("Somebody has done this a moment ago."))
    await record(work, "rule.paused" if paused else "rule.resumed", "rule", None, rule.title)
    work.signal("automations")
    if not paused:
        work.nudge()


async def limit_messages(work: Work, an_hour: int) -> None:
    """Set how many messages rules may write within an hour before they stop themselves. Raises InvalidInput."""
    work.require_admin()
    if not LEAST_AN_HOUR <= an_hour <= MOST_AN_HOUR:
        text = _("Between {least} and {most}, please.", least=LEAST_AN_HOUR, most=number(MOST_AN_HOUR))
        raise InvalidInput({"automatic_messages_an_hour": text})
    if await work.run(LIMIT, limit=an_hour):
        await record(work, "automations.limited", "setting", None, str(an_hour))


async def _switch(work: Work, *, paused: bool, why: str, **facts: int) -> bool:
    work.require_admin()
    if not await work.run(PAUSE, paused=paused, why=why):
        return False
    await record(work, "automations.paused" if paused else "automations.resumed", "setting", None, why, **facts)
    work.signal("automations")
    return True
