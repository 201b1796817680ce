"""Rules that cannot send by WhatsApp as things are, for want of a template that is in use and that they can fill.

None can be brought into this on a page; it is what was so before, or came by two who changed both at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from domain.automation.choices import template_problem
from domain.automation.rule_states import RuleState, state_of
from domain.automation.rules import RULES
from domain.work import Row

_DEFAULTS = ", ".join(
    sorted({f"'{name}'" for rule in RULES.values() if (name := rule.defaults.templates.get("whatsapp"))})
)
# The templates that rules name, by their campaigns; and how the rules were changed, by their keys.
TEMPLATES = f"""
(select jsonb_object_agg(t.campaign, jsonb_build_object('title', t.title, 'category', t.category, 'body', t.body,
    'param_labels', t.param_labels, 'buttons', t.buttons, 'media', t.media, 'is_active', t.is_active))
  from whatsapp_templates t where t.campaign in ({_DEFAULTS})
    or t.campaign in (select r.settings -> 'templates' ->> 'whatsapp' from automation_rules r))
"""
CHANGED = """
(select jsonb_object_agg(key, jsonb_build_object('key', key, 'is_on', is_on, 'is_paused', is_paused, 'settings', settings,
    'version', version)) from automation_rules)
"""


def read_unsendable(
    changed: Mapping[str, Any] | None, templates: Mapping[str, Any] | None
) -> Sequence[tuple[str, str]]:
    """Return the rules that cannot send by WhatsApp as (key, why), from what CHANGED and TEMPLATES have found."""
    rows = {key: cast(Row, SimpleNamespace(**values)) for key, values in (changed or {}).items()}
    return list(problems_of((state_of(rule, rows.get(key)) for key, rule in RULES.items()), templates))


def problems_of(states: Iterable[RuleState], templates: Mapping[str, Any] | None) -> Iterable[tuple[str, str]]:
    """Yield which of these rules cannot send by WhatsApp, and why, from what TEMPLATES has found."""
    for state in states:
        if not state.is_on or "whatsapp" not in state.settings.channels:
            continue
        campaign = state.settings.templates.get("whatsapp", "")
        found = (templates or {}).get(campaign)
        template = cast(Row, SimpleNamespace(**found)) if found else None
        if problem := template_problem(state.rule, campaign, template):
            yield state.key, problem
