"""How the link of a payment is announced: as the rule says that asked for it, or as it comes when somebody asked by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from domain.automation.messages import find_whatsapp_names
from domain.automation.rule import RuleSettings
from domain.automation.rule_states import read_settings
from domain.work import Row, Work

RULE = "approval_payment"

ASKED_BY = "select person_id, rule_version from automation_steps where id = %(id)s"
AFTER_QUIET = """
select after_quiet_hours(%(now)s, timezone, %(since)s::time, %(until)s::time) from people where id = %(person_id)s
"""


@dataclass(frozen=True, slots=True)
class Announcement:
    """With which texts a link leaves, and when: at once if ``due_at`` is None.

    ``names`` are the variables that fill the WhatsApp template, in order. ``step_id`` is the step of the rule that it was
    asked for by, if by one.
    """

    email: str = "payment_link"
    whatsapp: str = "payment_link"
    names: Sequence[str] = ("first_name", "amount", "what_for", "due")
    due_at: datetime | None = None
    step_id: UUID | None = None

    def filled(self, about: Mapping[str, str]) -> list[str]:
        """Return the parameters of the WhatsApp template; it takes no empty ones."""
        return [about.get(name) or "-" for name in self.names]


BY_HAND = Announcement()


def form_key_of(enrolment_id: UUID, version: int) -> UUID:
    """Return the key under which the rule asks for an enrolment's price once."""
    return uuid5(enrolment_id, f"{RULE}:{version}")


async def find_announcement(work: Work, step_id: UUID | None) -> Announcement:
    """Return how a link is announced that was asked for by this step of the rule, or by hand."""
    asked = await work.row(ASKED_BY, id=step_id) if step_id else None
    if asked is None:
        return BY_HAND
    settings = await read_settings(work, RULE, asked.rule_version)
    return Announcement(
        settings.templates.get("email") or BY_HAND.email,
        settings.templates.get("whatsapp") or BY_HAND.whatsapp,
        await find_whatsapp_names(work, settings) or BY_HAND.names,
        await _after_quiet(work, settings, asked),
        step_id,
    )


async def _after_quiet(work: Work, settings: RuleSettings, asked: Row) -> datetime | None:
    """Return when the rule's own quiet hours end. Those of the business are looked at when a message leaves."""
    if settings.quiet_hours is None:
        return None
    since, until = settings.quiet_hours
    values = {"person_id": asked.person_id, "since": since, "until": until}
    found: datetime | None = await work.value(AFTER_QUIET, now=work.now, **values)
    return found
