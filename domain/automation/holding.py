"""Holding rules back: all of them or one, by hand; and all of them by themselves when far more leaves in an hour than should."""

from domain.audit import record
from domain.automation.rules import RULES
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.notifications import notify_admins
from domain.work import Work

LEAST_AN_HOUR, MOST_AN_HOUR = 1, 1_000_000
# What a rule has written waits while the rule is held back.
IS_HELD = """
(rule_key is not null and ((select value = 'true' from business_settings where key = 'automations_paused')
  or rule_key in (select key from automation_rules where is_paused)))
"""
# No more are counted than decide it, and none from before somebody let them go on knowingly.
FLOOD = """
select count(*) from (select from deliveries where rule_key is not null
  and created_at > greatest(%(now)s::timestamptz - interval '1 hour', (select (value #>> '{}')::timestamptz
    from business_settings where key = 'automatic_messages_counted_from'))
  limit %(most)s) last_hour
"""
COUNT_FROM_NOW = """
update business_settings set value = to_jsonb(%(now)s::timestamptz), updated_at = now()
where key = 'automatic_messages_counted_from'
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


async def stop_flood(work: Work, an_hour: int, more: int) -> bool:
    """Pause all rules, and tell the admins, when with ``more`` messages too many would be written within an hour."""
    if not more:
        return False
    written: int = await work.value(FLOOD, now=work.now, most=an_hour)
    if written + more <= an_hour:
        return False
    why = _("More than {count} messages would have been written within an hour.", count=an_hour)
    if await work.run(PAUSE, paused=True, why=why):
        title = _("Automations have stopped themselves")
        await notify_admins(work, "automations", title, why, "/admin/automations")
        await record(work, "automations.stopped", "setting", None, why)
        work.signal("automations")
    return True


async def pause_automations(work: Work) -> None:
    """Hold all rules: nothing of theirs is done or leaves until they go on."""
    await _switch(work, paused=True, why=_("Paused by {name}.", name=work.identity.name))


async def resume_automations(work: Work) -> None:
    """Let rules go on. What has become pointless meanwhile is skipped, each with its reason."""
    await _switch(work, paused=False, why="")
    await work.run(COUNT_FROM_NOW, now=work.now)
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
        text = _("Between {least} and {most}, please.", least=LEAST_AN_HOUR, most=MOST_AN_HOUR)
        raise InvalidInput({"automatic_messages_an_hour": text})
    if await work.run(LIMIT, limit=an_hour):
        await record(work, "automations.limited", "setting", None, str(an_hour))


async def _switch(work: Work, *, paused: bool, why: str) -> None:
    work.require_admin()
    if await work.run(PAUSE, paused=paused, why=why):
        await record(work, "automations.paused" if paused else "automations.resumed", "setting", None, why)
        work.signal("automations")
