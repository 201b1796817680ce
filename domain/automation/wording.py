"""A rule's moment in words."""

from domain.automation.rule import Rule, RuleSettings
from domain.language import _, ngettext


def moment_words(rule: Rule, settings: RuleSettings) -> str:
    """Return when a rule acts, like “3 days after the lead sequence began”."""
    when = _(rule.when)
    if settings.amount == 0:
        return _("When {moment}", moment=when)
    count = {
        "minutes": ngettext("{count} minute", "{count} minutes", settings.amount),
        "hours": ngettext("{count} hour", "{count} hours", settings.amount),
        "days": ngettext("{count} day", "{count} days", settings.amount),
    }[settings.unit]
    if rule.direction == "before":
        return _("{count} before {moment}", count=count, moment=when)
    return _("{count} after {moment}", count=count, moment=when)
