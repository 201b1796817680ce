"""Who sends a WhatsApp template: it may not be changed, renamed or taken away so that they could not send it any more."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

from domain.automation.choices import filled_by, misfits
from domain.automation.rule import Rule
from domain.automation.rule_states import RuleState, read_states
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.messaging.whatsapp.facts import TemplateFacts
from domain.messaging.whatsapp.fixed import FIXED, fixed_misfits
from domain.work import Row, Work

# No more are counted than decide it.
WAITING = """
select count(*) from (select from deliveries where channel = 'whatsapp' and template = %(campaign)s
  and state in ('pending', 'retry', 'sending') limit 1000) waiting
"""
# What is planned is sent with the template it was planned under.
PLANNED_WITH = """
select v.key from automation_rule_versions v
where v.settings -> 'templates' ->> 'whatsapp' = %(campaign)s and v.settings -> 'channels' ? 'whatsapp' and exists (
  select from automation_steps s where s.rule_key = v.key and s.state = 'planned' and s.rule_version = v.version)
"""


def sends(state: RuleState, campaign: str) -> bool:
    """Say whether a rule, as it stands, writes with a WhatsApp template."""
    settings = state.settings
    return state.is_on and "whatsapp" in settings.channels and settings.templates.get("whatsapp", "") == campaign


async def list_senders(work: Work, campaign: str) -> Sequence[Rule]:
    """Return the rules that are on and send a WhatsApp template, with what they have planned under earlier settings, too."""
    earlier = {row.key for row in await work.rows(PLANNED_WITH, campaign=campaign)}
    states = await read_states(work)
    return [state.rule for state in states.values() if sends(state, campaign) or (state.is_on and state.key in earlier)]


def known_to_all(rules: Sequence[Rule]) -> list[str]:
    """Return the variables that each of these rules fills."""
    known = [filled_by(rule) for rule in rules]
    return [name for name in (known[0] if known else ()) if all(name in names for names in known)]


async def check_change(work: Work, campaign: str, facts: TemplateFacts) -> None:
    """Raise InvalidInput when the template of ``campaign`` may not become this, naming who sends it. None yet: empty."""
    problems = fixed_misfits(facts)
    template = _as_row(facts)
    for rule in await list_senders(work, facts.campaign):
        problems |= {name: problem for name, problem in misfits(rule, template).items() if name not in problems}
    if campaign and campaign != facts.campaign and (why := await why_kept(work, campaign)):
        problems["campaign"] = why
    if problems:
        raise InvalidInput(problems)


async def check_removal(work: Work, template: Row) -> None:
    """Raise Conflict when a template may not be taken out of use, naming who sends it."""
    if why := await why_kept(work, template.campaign):
        raise Conflict(why)


async def why_kept(work: Work, campaign: str) -> str:
    """Say why a template has to stay in use under its name, or nothing."""
    if campaign in FIXED:
        return _("This is sent by itself {moment}, by the name “{name}”.", moment=_(FIXED[campaign]), name=campaign)
    if rules := await list_senders(work, campaign):
        names = ", ".join(f"“{_(rule.title)}”" for rule in rules)
        return ngettext(
            "The automation {names} sends it by this name. Choose another template there first, for existing people, too.",
            "The automations {names} send it by this name. Choose another template there first, for existing people, too.",
            len(rules),
            names=names,
        )
    if count := await work.value(WAITING, campaign=campaign):
        return ngettext(
            "{count} message with it has not left yet, and would fail.",
            "{count} messages with it have not left yet, and would fail.",
            count,
        )
    return ""


def _as_row(facts: TemplateFacts) -> Row:
    """Return what is typed as it would stand in its row."""
    buttons = [{"kind": kind, "text": text} for kind, text in facts.buttons]
    values = {"body": facts.body, "param_labels": list(facts.labels), "media": facts.media, "category": facts.category}
    return cast(Row, SimpleNamespace(**values, buttons=buttons))
