"""Which texts a rule may be given: those that ask for nothing the rule does not know."""

from collections.abc import Sequence

from domain.automation.messages import variable_of
from domain.automation.rule import Rule, RuleSettings
from domain.language import _
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.work import Row, Work

TEMPLATES_OF_WHATSAPP = """
select campaign, title, category, param_labels, buttons, media from whatsapp_templates where is_active
  or campaign = any(%(known)s) order by lower(title), campaign
"""


def email_choices(rule: Rule) -> list[tuple[str, str]]:
    """Return the texts for the rule's e-mail as (key, title): those that are filled with what the rule knows."""
    return [(key, _(text.title)) for key, text in TEMPLATES.items() if fits(rule, key)]


def fits(rule: Rule, key: str) -> bool:
    """Say whether the rule knows all that a text may be filled with, and the text has what the rule's own cannot do without.

    A request to pay is none without the way to pay.
    """
    if key not in TEMPLATES:
        return False
    own = TEMPLATES.get(rule.defaults.templates.get("email", ""))
    return set(own.needed if own else ()) <= set(TEMPLATES[key].names) <= known_to(rule)


def known_to(rule: Rule) -> set[str]:
    """Return the variables a rule fills: those of the text it comes with, and of the links of its WhatsApp template."""
    text = TEMPLATES.get(rule.defaults.templates.get("email", ""))
    names = {variable.name for variable in text.variables} if text else set()
    if message := DEFAULTS.get(rule.defaults.templates.get("whatsapp", "")):
        names |= {variable_of(label) for label in message.labels}
    return names | set(rule.variables) | {name.removesuffix("_path") for name in rule.links}


async def whatsapp_choices(work: Work, rule: Rule, settings: RuleSettings) -> list[tuple[str, str]]:
    """Return the WhatsApp templates for the rule as (campaign, title)."""
    known = [settings.templates.get("whatsapp", ""), rule.defaults.templates.get("whatsapp", "")]
    rows = await work.rows(TEMPLATES_OF_WHATSAPP, known=known)
    return [(row.campaign, row.title) for row in rows if row.campaign in known or is_fit(rule, row)]


def is_fit(rule: Rule, template: Row) -> bool:
    """Say whether the rule fills the template: its parameters, and as many links as the one it comes with has."""
    links = sum(1 for button in template.buttons if button.get("kind") == "link")
    own = DEFAULTS.get(rule.defaults.templates.get("whatsapp", ""))
    return (
        not template.media
        and bool(template.param_labels or links)
        and {variable_of(label) for label in template.param_labels} <= known_to(rule)
        and links == sum(1 for kind, _text in (own.buttons if own else ()) if kind == "link")
        and (rule.is_marketing or template.category == "utility")
    )


async def wrong_texts(work: Work, rule: Rule, settings: RuleSettings) -> dict[str, str]:
    """Return what is wrong with the texts that were chosen, by the name of their field."""
    problems: dict[str, str] = {}
    offered: dict[str, Sequence[tuple[str, str]]] = {"email": email_choices(rule)}
    if "whatsapp" in settings.channels:
        offered["whatsapp"] = await whatsapp_choices(work, rule, settings)
    for channel in settings.channels:
        chosen = settings.templates.get(channel, "")
        if channel in offered and chosen not in [key for key, _title in offered[channel]]:
            problems[f"template_{channel}"] = _("Choose a text that this automation can fill.")
    return problems
