"""What a rule writes to one person: a delivery for each way that leads to them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.automation.choices import ONE, template_problem
from domain.automation.rule import RuleSettings
from domain.automation.rule_states import RuleState
from domain.messaging.outbox import Channel, whatsapp_params
from domain.messaging.whatsapp.labels import variable_of
from domain.sessions.when import when
from domain.work import Row, Work


@dataclass(frozen=True, slots=True)
class WhatsAppTexts:
    """The names of the variables that a rule's WhatsApp template is filled with, in their order.

    ``problem`` says why nothing can be sent with it, for want of a template in use that the rule can fill.
    """

    names: Sequence[str] = field(default_factory=tuple)
    problem: str = ""


async def find_whatsapp_texts(work: Work, state: RuleState) -> WhatsAppTexts:
    """Return how the rule's WhatsApp template is filled; a rule without that channel asks nothing."""
    if "whatsapp" not in state.settings.channels:
        return WhatsAppTexts()
    campaign = state.settings.templates.get("whatsapp", "")
    found = await work.row(ONE, campaign=campaign)
    return WhatsAppTexts(_names(found), template_problem(state.rule, campaign, found))


def with_texts_of(state: RuleState, now: RuleState) -> RuleState:
    """Return a rule as steps were planned under, with the ways and texts that it has by now: what they had cannot be sent."""
    settings = replace(state.settings, channels=now.settings.channels, templates=now.settings.templates)
    return replace(state, settings=settings)


async def find_whatsapp_names(work: Work, settings: RuleSettings) -> Sequence[str]:
    """Return the variables that fill the WhatsApp template of these settings, in order; none without that channel."""
    if "whatsapp" not in settings.channels:
        return ()
    return _names(await work.row(ONE, campaign=settings.templates.get("whatsapp", "")))


def _names(template: Row | None) -> Sequence[str]:
    return [variable_of(label) for label in template.param_labels] if template else ()


def deliveries_of(
    state: RuleState, fact: Row, ways: Sequence[Channel], texts: WhatsAppTexts, now: datetime
) -> list[dict[str, Any]]:
    """Return one person's deliveries as rows of acting.WRITE."""
    return [_delivery(state, fact, channel, texts, now) for channel in ways]


def waits_for_morning(state: RuleState, channel: Channel) -> bool:
    """Say whether a message that falls into quiet hours leaves when they end: an expected e-mail disturbs nobody."""
    is_bound = (state.rule.is_marketing or channel != "email") and not state.rule.is_urgent
    return is_bound or state.settings.quiet_hours is not None


def _delivery(state: RuleState, fact: Row, channel: Channel, texts: WhatsAppTexts, now: datetime) -> dict[str, Any]:
    due_at = getattr(fact, f"{channel}_after_quiet") if waits_for_morning(state, channel) else now
    expires_at = fact.expires_at
    return {
        "channel": channel,
        "person_id": str(fact.person_id),
        "subject_id": str(fact.subject_id),
        "address": fact.email if channel == "email" else fact.phone,
        "name": fact.name,
        "template": state.settings.templates.get(channel, ""),
        "params": _params(state, fact.params, channel, texts),
        "group_key": _group(state, fact.params) if channel == "email" and not state.rule.is_personal else None,
        "due_at": due_at.isoformat(),
        "step_id": str(fact.id),
        "expires_at": expires_at.isoformat() if expires_at else None,
    }


def _params(state: RuleState, params: Mapping[str, Any], channel: Channel, texts: WhatsAppTexts) -> dict[str, Any]:
    values = {name: _in_words(value) for name, value in params.items()}
    if channel != "whatsapp":
        return values
    # What the rule knows and is empty this time; WhatsApp takes one line, and none that is empty.
    filled = [" ".join(str(values.get(name, "")).split()) or "-" for name in texts.names]
    return whatsapp_params(filled, None, [str(values.get(name, "")) for name in state.rule.links])


def _in_words(value: Any) -> Any:
    """Write a moment for its reader, and what is missing as nothing; everything else stays as it is."""
    if isinstance(value, Mapping) and "moment" in value:
        return when(datetime.fromisoformat(value["moment"]), value["zone"], value.get("own_zone") or "")
    return "" if value is None else value


def _group(state: RuleState, params: Mapping[str, Any]) -> str:
    """Return what e-mails have in common that leave together: they differ in their values alone, and in none that is missing."""
    missing = ",".join(sorted(name for name, value in params.items() if value in ("", None)))
    shape = hashlib.sha256(f"{sorted(params)}:{missing}".encode()).hexdigest()[:12]
    return f"rule:{state.key}:{state.version}:{shape}"
