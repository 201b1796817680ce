"""The WhatsApp templates that the product sends by itself, without a rule: their parameters are given in one order."""

from collections.abc import Mapping

from domain.language import _
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.messaging.whatsapp.facts import TemplateFacts
from domain.messaging.whatsapp.filling import count_params

# By campaign, when it is sent.
FIXED: Mapping[str, str] = {
    "payment_link": "when somebody is asked to pay",
    "payment_received": "when a payment comes in",
    "class_scheduled": "when a class is planned",
    "class_changed": "when a class is changed",
    "class_cancelled": "when a class is cancelled",
    "classes_ahead": "when somebody is enrolled",
    "classes_left": "when somebody leaves a batch",
}


def fixed_misfits(facts: TemplateFacts) -> dict[str, str]:
    """Say what keeps a template from being sent as the product does, by its field."""
    default = DEFAULTS.get(facts.campaign) if facts.campaign in FIXED else None
    if default is None:
        return {}
    problems: dict[str, str] = {}
    moment = _(FIXED[facts.campaign])
    if count_params(facts.body) != count_params(default.body):
        names = ", ".join(f"{{{{{number}}}}} {label}" for number, label in enumerate(default.labels, 1))
        problems["body"] = _("This is sent {moment}, and filled with: {names}.", moment=moment, names=names)
    if _links(facts) != _links(default):
        problems["buttons"] = _(
            "This is sent {moment}, with {count} links in its buttons.", moment=moment, count=_links(default)
        )
    if facts.media:
        problems["media"] = _("This is sent {moment}, without a file.", moment=moment)
    return problems


def _links(facts: TemplateFacts) -> int:
    return sum(1 for kind, _text in facts.buttons if kind == "link")
