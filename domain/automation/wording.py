"""A rule in words: its moment, what is in one of its versions, and what changed from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.automation.rule import Rule, RuleSettings
from domain.automation.rule_states import RuleState
from domain.language import _, ngettext
from domain.messaging.outbox import Channel
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.whatsapp.defaults import DEFAULTS

NO_TEXT = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than it was, as ``was`` and ``now``."""

    what: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.what}: {self.was} → {self.now}"


def moment_words(rule: Rule, settings: RuleSettings) -> str:
    """Return when a rule acts, like “3 days after the lead sequence began”."""
    when = _(rule.when)
    if settings.amount == 0:
        return _("When {moment}", moment=when)
    if rule.direction == "before":
        return _("{count} before {moment}", count=_length(settings), moment=when)
    return _("{count} after {moment}", count=_length(settings), moment=when)


def facts_of(state: RuleState) -> list[tuple[str, str]]:
    """Return all that an admin may choose for a rule, as (what, how it is)."""
    rule, settings = state.rule, state.settings
    facts = [
        (_("State"), _("On") if state.is_on else _("Off")),
        (_("When"), moment_words(rule, settings)),
    ]
    if rule.goes_by_channels:
        facts.append((_("By"), ", ".join(way_words(channel) for channel in settings.channels) or _("None")))
    if "email" in rule.channels:
        facts.append((_("Text of the e-mail"), _text(settings, "email")))
    if "whatsapp" in rule.channels:
        facts.append((_("WhatsApp template"), _text(settings, "whatsapp")))
    if rule.has_quiet_hours:
        facts.append((_("Quiet hours"), quiet_words(rule, settings)))
    return facts


def changes_between(before: RuleState, after: RuleState) -> list[Change]:
    """Return what changed of a rule from one version to another. That a text is of no use any more its way says already."""
    was, now = facts_of(before), facts_of(after)
    pairs = [(what, old, new) for (what, old), (_what, new) in zip(was, now, strict=True)]
    return [Change(what, old, new) for what, old, new in pairs if old != new and new != NO_TEXT]


def way_words(channel: Channel) -> str:
    """Return the name of a channel."""
    return {"email": _("E-mail"), "whatsapp": _("WhatsApp"), "call": _("Call")}[channel]


def quiet_words(rule: Rule, settings: RuleSettings) -> str:
    """Return which quiet hours hold for a rule."""
    if settings.quiet_hours:
        since, until = settings.quiet_hours
        return _("{since} to {until}, its own", since=since, until=until)
    return _("None: it is waited for") if rule.is_urgent else _("Those of the business")


def after_words(moments: Sequence[RuleSettings]) -> str:
    """Return moments from one beginning on, like “after 1 day, 3 days and 7 days”."""
    lengths = [_length(one) for one in moments if one.amount]
    if not lengths:
        return _("at once")
    *first, last = lengths
    later = _("after {times} and {last}", times=", ".join(first), last=last) if first else _("after {time}", time=last)
    return _("at once and {later}", later=later) if len(lengths) < len(moments) else later


def _length(settings: RuleSettings) -> str:
    return {
        "minutes": ngettext("{count} minute", "{count} minutes", settings.amount),
        "hours": ngettext("{count} hour", "{count} hours", settings.amount),
        "days": ngettext("{count} day", "{count} days", settings.amount),
    }[settings.unit]


def _text(settings: RuleSettings, channel: Channel) -> str:
    text = settings.templates.get(channel, "")
    if channel not in settings.channels or not text:
        return NO_TEXT
    known = TEMPLATES.get(text) if channel == "email" else DEFAULTS.get(text)
    return _(known.title) if known else text
