"""What stands still: the worker, sending, and the providers. While one of them does, the rest cannot mend itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.automation.holding import IS_HELD
from domain.automation.rules import RULES
from domain.automation.unsendable import CHANGED, TEMPLATES, read_unsendable
from domain.integrations.states import THRESHOLD, TITLES
from domain.language import _, ngettext
from domain.problems.concern import Concern

WORKER_SILENT = 60.0  # seconds; a worker says every few seconds that it lives
WORKER_BEHIND = 2  # minutes that something due may wait

KEYS = ", ".join(f"('{key}')" for key in RULES)
# A due thing waits in vain when no worker takes it: business time says that it is due, real time that its own retry is.
SQL = f"""
select jsonb_build_object(
  'oldest', (select min(due_at) from (
     (select due_at from automation_steps where state = 'planned' and rule_key is null and due_at <= %(now)s
        and (retry_at is null or retry_at <= now()) order by due_at limit 1)
     union all
     (select s.due_at from (values {KEYS}) as k (key), lateral (
        select due_at from automation_steps where rule_key = k.key and state = 'planned' and due_at <= %(now)s
          and (retry_at is null or retry_at <= now()) order by due_at limit 1) s
      where not (select bool_or(value = 'true') from business_settings where key in ('automations_paused', 'sending_paused'))
        and k.key not in (select key from automation_rules where is_paused) order by s.due_at limit 1)
     union all
     (select d.due_at from (values ('email'), ('whatsapp'), ('call')) c (channel), (values (true), (false)) b (is_bulk),
        lateral (select due_at from deliveries where channel = c.channel and is_bulk = b.is_bulk
          and state in ('pending', 'retry') and due_at <= %(now)s and (retry_at is null or retry_at <= now())
          and not {IS_HELD} order by due_at limit 1) d
      where not (select value = 'true' from business_settings where key = 'sending_paused')
        and not exists (select from provider_traffic t where t.channel = c.channel
              and (t.failures >= {THRESHOLD} or t.opened_until > now())) order by d.due_at limit 1)) w),
  'broken', (select jsonb_agg(provider order by provider) from provider_traffic where failures >= {THRESHOLD}),
  'accounts', (select jsonb_object_agg(provider, account_problem) from provider_traffic where account_problem <> ''),
  'lapsed', (select count(*) from automation_steps where state = 'running' and leased_until < now() - interval '2 minutes'),
  'held', (select case when value = 'true' then (select value #>> '{{}}' from business_settings
     where key = 'automations_paused_why') end from business_settings where key = 'automations_paused'),
  'changed_rules', {CHANGED}, 'rule_templates', {TEMPLATES},
  'held_rules', (select count(*) from automation_rules where is_paused),
  'paused', (select value = 'true' from business_settings where key = 'sending_paused'))
"""


def read_standing(found: Mapping[str, Any], now: datetime, worker_age: float | None) -> list[Concern]:
    """Return what stands still. ``worker_age``: seconds since a worker was seen, None for never."""
    return [
        *_worker(found, now, worker_age),
        *_sending(found),
        *_automations(found),
        *_unsendable(found),
        *_providers(found["broken"] or ()),
        *_accounts(found["accounts"] or {}),
    ]


def _worker(found: Mapping[str, Any], now: datetime, age: float | None) -> Iterable[Concern]:
    if age is None or age > WORKER_SILENT:
        text = _(
            "The worker does not answer: nothing is sent or imported. Start it with “gurudesk up” or “gurudesk worker”."
        )
        yield Concern(text, "/admin/errors", _("See errors"), tone="rose")
        return
    waited = (now - datetime.fromisoformat(found["oldest"])).total_seconds() // 60 if found["oldest"] else 0
    if waited >= WORKER_BEHIND:
        text = ngettext("The worker is {count} minute behind", "The worker is {count} minutes behind", int(waited))
        yield Concern(text, "/admin/errors", _("See errors"), tone="rose")
    elif found["lapsed"]:
        text = ngettext("Step was left unfinished", "Steps were left unfinished", found["lapsed"])
        yield Concern(text, "/admin/errors", _("See errors"), found["lapsed"], "rose")


def _sending(found: Mapping[str, Any]) -> Iterable[Concern]:
    if found["paused"]:
        yield Concern(_("Sending is paused: nothing leaves"), "/admin/settings", _("Resume"), tone="rose")


def _automations(found: Mapping[str, Any]) -> Iterable[Concern]:
    if found["held"] is not None:
        text = _("All automations are paused. {reason}", reason=found["held"])
        yield Concern(text.strip(), "/admin/automations", _("Look at it"), tone="rose")
    elif count := found["held_rules"]:
        text = ngettext("Automation is paused", "Automations are paused", count)
        yield Concern(text, "/admin/automations", _("Look at it"), count)


def _unsendable(found: Mapping[str, Any]) -> Iterable[Concern]:
    for key, why in read_unsendable(found["changed_rules"], found["rule_templates"]):
        name = _(RULES[key].title)
        text = _("“{name}” cannot send by WhatsApp: who has no other way waits. {why}", name=name, why=why)
        yield Concern(text, f"/admin/automations/{key}/edit", _("Mend it"), tone="rose")


def _providers(broken: Iterable[str]) -> Iterable[Concern]:
    for provider in broken:
        text = _("{provider} does not answer: what is for it waits", provider=TITLES.get(provider, provider))
        yield Concern(text, f"/admin/integrations/{provider}", _("Look into it"), tone="rose")


def _accounts(problems: Mapping[str, str]) -> Iterable[Concern]:
    for provider, reason in sorted(problems.items()):
        text = _("{reason} What is for it waits.", reason=reason)
        yield Concern(text, f"/admin/integrations/{provider}", _("Look into it"), tone="rose")
