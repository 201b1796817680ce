"""Which texts a rule may be given: those that ask for nothing the rule does not know."""

from collections.abc import Collection, Sequence

from domain.automation.rule import Rule, RuleSettings
from domain.language import _, ngettext
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.templates.words import BUSINESS
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.messaging.whatsapp.filling import count_params
from domain.messaging.whatsapp.labels import label_of, variable_of
from domain.work import Row, Work

COLUMNS = "campaign, title, category, body, param_labels, buttons, media, is_active"
OFFERED = f"""
select {COLUMNS} from whatsapp_templates where is_active or campaign = any(%(known)s) order by lower(title), campaign
"""
ONE = f"select {COLUMNS} from whatsapp_templates where campaign = %(campaign)s"
# Made when an e-mail is composed, and not before.
OF_EMAILS = frozenset({BUSINESS.name, "subject_name"})


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
    """Return the variables that fill a rule's e-mail: those of the text it comes with, and of its WhatsApp template."""
    text = TEMPLATES.get(rule.defaults.templates.get("email", ""))
    return {*OF_EMAILS, *filled_by(rule), *(text.names if text else ())}


def filled_by(rule: Rule) -> list[str]:
    """Return the variables that a rule's WhatsApp template may ask for.

    Addresses are in its buttons, and nowhere else.
    """
    text = TEMPLATES.get(rule.defaults.templates.get("email", ""))
    names = [one.name for one in text.variables if not one.is_address and one.name not in OF_EMAILS] if text else []
    if message := DEFAULTS.get(rule.defaults.templates.get("whatsapp", "")):
        names += [variable_of(label) for label in message.labels]
    return list(dict.fromkeys([*names, *rule.variables]))


def filled_in_words(variables: Collection[str]) -> str:
    """Return what parameters may be called, for people: “First name”, “Class title”."""
    return ", ".join(f"“{label_of(name)}”" for name in variables)


async def whatsapp_choices(work: Work, rule: Rule, settings: RuleSettings) -> list[tuple[str, str]]:
    """Return the WhatsApp templates for the rule as (campaign, title): those it fills, and the one it has."""
    known = [settings.templates.get("whatsapp", ""), rule.defaults.templates.get("whatsapp", "")]
    rows = await work.rows(OFFERED, known=known)
    return [(row.campaign, row.title) for row in rows if row.campaign in known or not misfits(rule, row)]


def misfits(rule: Rule, template: Row) -> dict[str, str]:
    """Say why the rule cannot fill a WhatsApp template, by what of it is wrong: labels, buttons, media or category."""
    problems: dict[str, str] = {}
    labels, filled, count = list(template.param_labels), filled_by(rule), count_params(template.body)
    if unknown := [label for label in labels if variable_of(label) not in filled]:
        problems["labels"] = _(
            "“{rule}” does not know “{label}”. It fills: {known}.",
            rule=_(rule.title),
            label=unknown[0],
            known=filled_in_words(filled),
        )
    elif len(labels) != count:
        problems["labels"] = _(
            "“{rule}” fills each parameter by its name, and {count} are named of {total}.",
            rule=_(rule.title),
            count=len(labels),
            total=count,
        )
    links, filled_links = sum(1 for button in template.buttons if button.get("kind") == "link"), _links_of(rule)
    if links != filled_links:
        wanted = ngettext("{count} link button", "{count} link buttons", filled_links)
        problems["buttons"] = _(
            "“{rule}” fills {wanted}, and there are {links}.", rule=_(rule.title), wanted=wanted, links=links
        )
    if template.media:
        problems["media"] = _("“{rule}” has no file to put above the text.", rule=_(rule.title))
    if template.category != "utility" and not rule.is_marketing:
        problems["category"] = _("“{rule}” is no advertising, and sends none.", rule=_(rule.title))
    return problems


def _links_of(rule: Rule) -> int:
    """Return how many link buttons a rule fills: as many as the template it comes with has."""
    own = DEFAULTS.get(rule.defaults.templates.get("whatsapp", ""))
    return sum(1 for kind, _text in own.buttons if kind == "link") if own else 0


async def whatsapp_problem(work: Work, rule: Rule, campaign: str) -> str:
    """Say why a rule cannot send by WhatsApp with this template, or nothing."""
    return template_problem(rule, campaign, await work.row(ONE, campaign=campaign))


def template_problem(rule: Rule, campaign: str, template: Row | None) -> str:
    """Say why a rule cannot send by WhatsApp with this template, where there is one, or nothing."""
    if not campaign:
        return _("No WhatsApp template is chosen.")
    if template is None:
        return _("There is no WhatsApp template “{name}”.", name=campaign)
    if not template.is_active:
        return _("The WhatsApp template “{name}” is not in use.", name=template.title)
    if found := misfits(rule, template):
        return _(
            "The WhatsApp template “{name}” does not fit. {why}", name=template.title, why=next(iter(found.values()))
        )
    return ""


async def wrong_texts(work: Work, rule: Rule, settings: RuleSettings) -> dict[str, str]:
    """Return what is wrong with the texts that were chosen, by the name of their field."""
    problems: dict[str, str] = {}
    offered: Sequence[str] = [key for key, _title in email_choices(rule)]
    if "email" in settings.channels and settings.templates.get("email", "") not in offered:
        problems["template_email"] = _("Choose a text that this automation can fill.")
    if "whatsapp" in settings.channels and (
        problem := await whatsapp_problem(work, rule, settings.templates.get("whatsapp", ""))
    ):
        problems["template_whatsapp"] = problem
    return problems
