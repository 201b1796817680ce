"""Judging what rules have planned, at the moment of acting: whether it is still true, for whom, and by which ways it goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.automation.rule import Rule
from domain.automation.rule_states import RuleState
from domain.automation.rules import RULES
from domain.language import _
from domain.messaging.outbox import Channel
from domain.sessions.telling import CAN_EMAIL, REACHED_BY
from domain.work import Row, Work

_W = """
w as materialized (select * from unnest(%(ids)s::uuid[], %(people)s::uuid[], %(subjects)s::uuid[], %(versions)s::int[],
  %(due)s::timestamptz[]) as one (id, person_id, subject_id, version, due_at))
"""
# When somebody who has had as much advertising in a day as the rules allow may have the next.
# By the address alone: read by the channel as well, a table that grows by the thousand would be gone through for each person.
_CAPPED = """
(select case when count(*) >= cap.most then min(x.due_at) + interval '24 hours' end from (select d.due_at from deliveries d
   where d.to_address = {address} and d.channel || '' = '{channel}' and d.marketing and d.state not in ('cancelled', 'failed')
     and d.due_at > %(now)s::timestamptz - interval '24 hours' order by d.due_at desc limit cap.most) x) as {channel}_capped_until
"""
_AFTER_QUIET = """
after_quiet_hours(%(now)s, timezone, coalesce(%(quiet_from)s::time, (q.value -> '{channel}' ->> 0)::time),
  coalesce(%(quiet_until)s::time, (q.value -> '{channel}' ->> 1)::time)) as {channel}_after_quiet
"""
# Once for each zone: reckoned for each person, it was a third of the whole.
_ZONES = f"""
zones as materialized (
  select timezone, {", ".join(_AFTER_QUIET.format(channel=channel) for channel in ("email", "whatsapp", "call"))}
    from (select distinct p.timezone from w join people p on p.id = w.person_id) z
    left join (select value from business_settings where key = 'quiet_hours') q on true)
"""
FACTS = f"""
with {_W}, {_ZONES}, facts as ({{facts}})
select w.id, w.subject_id, w.person_id, w.version, w.due_at, f.id is not null as is_there, f.reason, f.params, f.expires_at,
  to_jsonb(f) ->> 'waits_for' as waits_for, (to_jsonb(f) ->> 'waits_until')::timestamptz as waits_until,
  p.name, p.email, p.phone, p.automations_stopped_at, {REACHED_BY},
  {CAN_EMAIL} as can_email, p.consent_whatsapp as takes_whatsapp,
  exists (select from email_suppressions x where x.email = p.email) as is_email_suppressed,
  exists (select from phone_suppressions x where x.phone = p.phone and x.channel in ('whatsapp', 'all')
    and (x.expires_at is null or x.expires_at > %(now)s)) as is_whatsapp_suppressed,
  exists (select from phone_suppressions x where x.phone = p.phone and x.channel in ('call', 'all')
    and (x.expires_at is null or x.expires_at > %(now)s)) as is_call_suppressed,
  {_CAPPED.format(address="p.email", channel="email")}, {_CAPPED.format(address="p.phone", channel="whatsapp")},
  z.email_after_quiet, z.whatsapp_after_quiet, z.call_after_quiet
from w join people p on p.id = w.person_id join zones z on z.timezone = p.timezone
left join facts f on f.id = w.id
left join (select value::int as most from business_settings where key = 'marketing_a_day') cap on true
"""
# Only what may make a delivery pointless that was written a while ago.
REASONS = f"""
with {_W}, facts as ({{facts}})
select w.id, f.id is not null as is_there, coalesce(f.reason, to_jsonb(f) ->> 'waits_for') as reason,
  coalesce((select is_on from automation_rules where key = %(rule)s), %(is_on)s) as is_on
  from w left join facts f on f.id = w.id
"""


async def find_facts(
    work: Work, state: RuleState, planned: Sequence[Row], *, at_their_moments: bool = False
) -> Sequence[Row]:
    """Return what is known of steps of one rule, each with id, person_id, subject_id, version and due_at: one round trip.

    With ``at_their_moments`` they are judged as if those had come already.
    """
    quiet_from, quiet_until = state.settings.quiet_hours or (None, None)
    now = "greatest(%(now)s::timestamptz, w.due_at)" if at_their_moments else "%(now)s"
    sql = FACTS.format(facts=state.rule.facts.replace("%(now)s", now))
    return await work.rows(sql, quiet_from=quiet_from, quiet_until=quiet_until, now=work.now, **_items(planned))


def pointless(fact: Row, now: datetime) -> str:
    """Say in words why nothing is to be done any more, or nothing."""
    if not fact.is_there:
        return _("What it was about is gone.")
    if fact.automations_stopped_at is not None:
        return _("Automations were stopped for this person.")
    if fact.reason:
        return str(fact.reason)
    if fact.expires_at is not None and fact.expires_at < now:
        return _("Its moment had passed before it could be done.")
    return ""


def unreachable(fact: Row, channel: Channel, rule: Rule) -> str:
    """Say in words why a channel does not lead to somebody, or nothing.

    The ways that students chose for news of their classes hold for the rules around classes, and are no consent to others.
    """
    is_chosen, is_marketing = rule.group in ("classes", "after_class"), rule.is_marketing
    if channel == "email":
        if fact.email is None:
            return _("no e-mail address")
        if is_marketing and fact.is_email_suppressed:
            return _("takes no e-mail of this kind")
        if not fact.can_email:
            return _("the e-mail address does not work")
        return "" if fact.by_email or not is_chosen else _("wants it on WhatsApp alone")
    if fact.phone is None:
        return _("no telephone number")
    if channel == "whatsapp":
        if not fact.by_phone or (is_marketing and fact.is_whatsapp_suppressed):
            return _("takes no WhatsApp")
        agrees, by_email = (
            (fact.consent_whatsapp, fact.by_email) if is_chosen else (fact.takes_whatsapp, fact.can_email)
        )
        is_welcome = agrees or not (is_marketing or by_email)
        return "" if is_welcome else _("has not agreed to WhatsApp")
    return _("takes no calls") if fact.is_call_suppressed else ""


async def pointless_deliveries(work: Work, rows: Sequence[Row]) -> dict[UUID, str]:
    """Return which of these claimed deliveries of rules have become pointless, with the reason in words."""
    found: dict[UUID, str] = {}
    for key in {row.rule_key for row in rows if row.rule_key}:
        mine = [row for row in rows if row.rule_key == key]
        late = _("Its moment had passed before it could leave.")
        found |= {row.id: late for row in mine if row.expires_at is not None and row.expires_at < work.now}
        stopped = _("Automations were stopped for this person.")
        found |= {row.id: stopped for row in mine if row.is_stopped}
        if rule := RULES.get(key):
            sql = REASONS.format(facts=rule.leaving or rule.facts)
            facts = await work.rows(sql, now=work.now, rule=key, is_on=rule.is_on, **_items(mine))
            gone, off = _("What it was about is gone."), _("The rule was switched off.")
            found |= {fact.id: fact.reason or gone for fact in facts if fact.reason or not fact.is_there}
            found |= {fact.id: off for fact in facts if not fact.is_on}
    return found


def _items(planned: Sequence[Row]) -> dict[str, Any]:
    return {
        "ids": [one.id for one in planned],
        "people": [one.person_id for one in planned],
        "subjects": [one.subject_id for one in planned],
        "versions": [one.version for one in planned],
        "due": [one.due_at for one in planned],
    }
