"""When the first message of a planned step leaves: at its moment, or when the quiet hours end into which that falls."""

from dataclasses import replace
from typing import Any

from domain.automation.messages import waits_for_morning
from domain.automation.rule_states import RuleState
from domain.automation.rules import RULES

# Of a step t, by the settings it was planned under. What a rule does by other means than a message happens at its moment. Wants
# %(leaving)s: see `leaving_values`.
LEAVES_AT = """
(select coalesce(min(case
    when leaving.own is not null or channel = any(leaving.waiting) then after_quiet_hours(t.due_at, h.timezone,
      (coalesce(leaving.own, q.value -> channel) ->> 0)::time, (coalesce(leaving.own, q.value -> channel) ->> 1)::time)
    else t.due_at end), t.due_at)
  from people h cross join lateral (
    select s.settings -> 'channels' as channels, nullif(s.settings -> 'quiet_hours', 'null') as own,
        array(select jsonb_array_elements_text(k.rule -> 'waiting')) as waiting
      from (select %(leaving)s::jsonb -> t.rule_key as rule) k
        left join automation_rule_versions v on v.key = t.rule_key and v.version = t.rule_version
        cross join lateral (select coalesce(v.settings, k.rule -> 'settings') as settings) s
      where k.rule is not null) leaving
    cross join lateral jsonb_array_elements_text(leaving.channels) as channel
    left join business_settings q on q.key = 'quiet_hours'
  where h.id = t.person_id)
"""


def leaving_values() -> dict[str, Any]:
    """Return the values of the expression: what each rule that writes messages waits for the morning with."""
    states = [RuleState(rule, rule.is_on, False, rule.defaults, 1) for rule in RULES.values() if rule.act is None]
    return {
        "leaving": {state.key: {"settings": state.settings.as_values(), "waiting": _waiting(state)} for state in states}
    }


def _waiting(state: RuleState) -> list[str]:
    """Return the channels that wait by the quiet hours of the business; with hours of its own a rule waits by all of them."""
    as_business = replace(state, settings=replace(state.settings, quiet_hours=None))
    return [channel for channel in state.rule.channels if waits_for_morning(as_business, channel)]
