"""Changing a rule: its settings and whether it is on, version by version, and what becomes of who is planned for already."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from domain.audit import record
from domain.automation.choices import wrong_texts
from domain.automation.planning import IN_ORDER, PLACE, count_would, plan_rule
from domain.automation.rule import Rule, RuleSettings, Unit
from domain.automation.rule_states import RuleState, find_rule, read_version
from domain.automation.wording import changes_between
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext, number
from domain.work import Work

HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# The longest way from a rule's moment, by unit.
MOST: Mapping[Unit, int] = {"minutes": 1440, "hours": 720, "days": 365}

# What is known of the rule before its first change is kept as its version 1.
STORE = """
with kept as (
  insert into automation_rule_versions (key, version, is_on, settings, changed_by, changed_at)
  select %(key)s, v.version, v.is_on, v.settings, v.changed_by, %(now)s
    from (values (%(seen)s::int, %(was_on)s::boolean, %(was)s::jsonb, null::uuid),
      (%(seen)s::int + 1, %(is_on)s::boolean, %(settings)s::jsonb, %(me)s::uuid)) v (version, is_on, settings, changed_by)
  on conflict do nothing
)
insert into automation_rules (key, is_on, settings, version, updated_by, updated_at)
select %(key)s, %(is_on)s, %(settings)s, 2, %(me)s, %(now)s where %(seen)s = 1
  and not exists (select from automation_rules where key = %(key)s and version <> 1)
on conflict (key) do update set is_on = excluded.is_on, settings = excluded.settings, version = 2,
  updated_by = excluded.updated_by, updated_at = excluded.updated_at where automation_rules.version = 1
"""
NEXT = """
with changed as (
  update automation_rules set is_on = %(is_on)s, settings = %(settings)s, version = version + 1, updated_by = %(me)s,
    updated_at = %(now)s where key = %(key)s and version = %(seen)s returning version
), kept as (
  insert into automation_rule_versions (key, version, is_on, settings, changed_by, changed_at)
  select %(key)s, version, %(is_on)s, %(settings)s, %(me)s, %(now)s from changed
)
select version from changed
"""
_PLANNED = f"""
held as (
  select id from automation_steps where rule_key = %(rule)s and state = 'planned' order by dedupe_key {IN_ORDER} for update
)
"""
# First the steps: what is being acted upon is waited for, and what that wrote is then found among the messages.
CANCEL_STEPS = f"""
with {_PLANNED} update automation_steps set state = 'cancelled', reason = %(reason)s, finished_at = %(now)s, retry_at = null
where id in (select id from held)
"""
# Found among what waits, however much the rule has ever sent.
CANCEL_MESSAGES = """
with waiting as materialized (select id, rule_key from deliveries where state in ('pending', 'retry')), held as (
  select id from deliveries where id in (select id from waiting where rule_key = %(rule)s) and state in ('pending', 'retry')
   order by id for update
)
update deliveries set state = 'cancelled', reason = %(reason)s, retry_at = null where id in (select id from held)
"""
# What is planned takes the new settings and moves to where they put it; a moment that thereby is past is not made up for. What
# was due already is not past thereby, and what waits, with its reason, had its moment: both stay where they are.
IS_WAITING = "m.due_at < %(now)s and s.reason <> ''"
IS_PAST = "m.due_at < %(now)s and m.due_at <> s.due_at and s.reason = ''"
_FOLLOWS = f"""
from ({{occasions}}) o cross join lateral (select {PLACE} as due_at) m
where s.rule_key = %(rule)s and s.state = 'planned' and s.person_id = o.person_id and s.subject_id = o.subject_id
  and s.subject_version = o.version
"""
RETIME = f"""
with {_PLANNED}
update automation_steps s set due_at = case when {IS_WAITING} then s.due_at else m.due_at end, rule_version = %(version)s,
  put_off_from = case when {IS_WAITING} then s.put_off_from end,
  state = case when {IS_PAST} then 'skipped' else 'planned' end,
  reason = case when {IS_PAST} then %(late)s when {IS_WAITING} then s.reason else '' end,
  finished_at = case when {IS_PAST} then %(now)s::timestamptz end
{_FOLLOWS} and s.id in (select id from held)
"""
REACH = f"""
select (select count(*) from automation_steps where rule_key = %(rule)s and state = 'planned') as planned, (
    select count(*) from automation_steps s where exists (select {_FOLLOWS} and {IS_PAST})) as past
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a change concerns: those with a step planned already, and those who would get one besides.

    ``past`` of what is planned would fall away, since its moment would be past.
    """

    planned: int
    would: int
    past: int = field(default=0, compare=False)


async def find_reach(work: Work, key: str, settings: RuleSettings) -> Reach:
    """Return whom a rule with these settings would concern, were the change applied to existing people, too."""
    work.require_admin()
    after = replace(await find_rule(work, key), settings=settings)
    row = await work.row(REACH.format(occasions=after.rule.occasions), now=work.now, **_place(after))
    assert row is not None
    return Reach(row.planned, await count_would(work, after), row.past)


async def whom_to_ask(work: Work, key: str, seen: int, settings: RuleSettings, *, is_on: bool) -> Reach | None:
    """Check a change of a rule of which version ``seen`` was looked at; return whom it concerns, or None if it is nobody.

    Raises InvalidInput, and Conflict when somebody changed the rule meanwhile.
    """
    work.require_admin()
    before = await find_rule(work, key)
    _refuse_stale(before, seen)
    await check_settings(work, before.rule, settings, is_on=is_on)
    if before.is_on == is_on and before.settings == settings:
        return None
    reach = await find_reach(work, key, settings)
    if not is_on:
        return reach if before.is_on and reach.planned else None
    return reach if reach.planned or reach.would else None


async def change_rule(
    work: Work, key: str, seen: int, settings: RuleSettings, *, is_on: bool, expected: Reach | None = None
) -> None:
    """Change a rule, of which version ``seen`` was looked at; the next version has the change.

    What is planned keeps its moment and the settings it was planned under, but with ``expected``: then it takes the new ones,
    and existing people are planned for, who must be as many as were confirmed, with and without a step. Switching off cancels
    what is planned. Raises InvalidInput, and Conflict when somebody changed the rule meanwhile or the people are others by now.
    """
    work.require_admin()
    before = await find_rule(work, key)
    _refuse_stale(before, seen)
    await check_settings(work, before.rule, settings, is_on=is_on)
    if before.is_on == is_on and before.settings == settings and expected is None:
        return
    await _store(work, before, settings, is_on)
    after = replace(before, settings=settings, is_on=is_on, version=seen + 1)
    if not is_on:
        reason = _("The rule was switched off.")
        await work.run(CANCEL_STEPS, rule=key, reason=reason, now=work.now)
        await work.run(CANCEL_MESSAGES, rule=key, reason=reason)
    elif expected is not None:
        await _apply(work, after, expected)
    await record(
        work,
        "rule.changed",
        "rule",
        None,
        before.rule.title,
        version=after.version,
        change="; ".join(str(change) for change in changes_between(before, after)),
        for_existing_people=expected is not None,
    )
    for topic in ("automations", "steps"):
        work.signal(topic)


async def restore_version(work: Work, key: str, seen: int, version: int) -> None:
    """Make the settings of an earlier version the next one. Raises as `change_rule`, and NotFound."""
    was = await read_version(work, key, version)
    await change_rule(work, key, seen, was.settings, is_on=was.is_on)


async def check_settings(work: Work, rule: Rule, settings: RuleSettings, *, is_on: bool = True) -> None:
    """Raise InvalidInput with a message for each field that cannot be. Switched off, a rule may have any texts."""
    problems: dict[str, str] = {}
    if settings.unit not in get_args(Unit):
        problems["unit"] = _("Choose minutes, hours or days.")
    elif not 0 <= settings.amount <= MOST[settings.unit]:
        most = MOST[settings.unit]
        problems["amount"] = {
            "minutes": _("Between 0 and {most} minutes, please.", most=number(most)),
            "hours": _("Between 0 and {most} hours, please.", most=number(most)),
            "days": _("Between 0 and {most} days, please.", most=number(most)),
        }[settings.unit]
    if rule.goes_by_channels:
        if not settings.channels or set(settings.channels) - set(rule.channels):
            problems["channels"] = _("Choose at least one way.")
        problems |= await wrong_texts(work, rule, settings) if is_on else {}
    if settings.quiet_hours is not None and not _are_hours(settings.quiet_hours):
        problems["quiet_from"] = _("Give both hours, like 21:00 and 09:00, or none.")
    if problems:
        raise InvalidInput(problems)


def _are_hours(hours: tuple[str, str]) -> bool:
    if not all(HOUR.fullmatch(hour) for hour in hours):
        return False
    since, until = hours
    return since != until


def _refuse_stale(before: RuleState, seen: int) -> None:
    if before.version != seen:
        raise _stale()


def _stale() -> Conflict:
    return Conflict(_("Somebody has changed this automation meanwhile. Look at it as it is now, and change it again."))


async def _store(work: Work, before: RuleState, settings: RuleSettings, is_on: bool) -> None:
    values: dict[str, Any] = {
        "key": before.key,
        "seen": before.version,
        "is_on": is_on,
        "settings": settings.as_values(),
        "me": work.identity.person_id,
        "now": work.now,
    }
    if before.version == 1:
        was = {"was_on": before.is_on, "was": before.settings.as_values()}
        changed = await work.run(STORE, **was, **values)
    else:
        changed = len(await work.rows(NEXT, **values))
    if not changed:
        raise _stale()


async def _apply(work: Work, after: RuleState, expected: Reach) -> None:
    reach = await find_reach(work, after.key, after.settings)
    if reach != expected:
        planned = ngettext("{count} planned step", "{count} planned steps", reach.planned)
        would = ngettext("{count} person more", "{count} people more", reach.would)
        now = _("By now it would concern {planned} and {would}.", planned=planned, would=would)
        raise Conflict(f"{now} {_('Nothing was changed; please look again.')}")
    late = _("Its moment had passed when the rule was changed.")
    sql = RETIME.format(occasions=after.rule.occasions)
    await work.run(sql, version=after.version, late=late, now=work.now, **_place(after))
    await plan_rule(work, after, None)
    work.nudge()


def _place(state: RuleState) -> dict[str, Any]:
    settings = state.settings
    return {"rule": state.key, "amount": settings.amount * state.rule.sign, "unit": settings.unit}
