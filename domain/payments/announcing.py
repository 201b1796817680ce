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

ASKED_BY = """
select p.form_key, p.enrolment_id, p.person_id, s.id as step_id, s.subject_version, s.rule_version
from payments p join automation_steps s on s.subject_id = p.enrolment_id and s.rule_key = %(rule)s
where p.id = %(id)s
"""
AFTER_QUIET = """
select after_quiet_hours(%(now)s, timezone, %(since)s::time, %(until)s::time) from people where id = %(person_id)s
"""


@dataclass(frozen=True, slots=True)
class Announcement:
    """With which texts a link leaves, and when: at once if ``due_at`` is None.

    ``names`` are the variables that fill the WhatsApp template, in order. ``step_id`` and ``rule_version`` say by which step
    of the rule it was asked for, if by one.
    """

    email: str = "payment_link"
    whatsapp: str = "payment_link"
    names: Sequence[str] = ("first_name", "amount", "what_for", "due")
    due_at: datetime | None = None
    step_id: UUID | None = None
    rule_version: int | None = None

    def filled(self, about: Mapping[str, str]) -> list[str]:
        """Return the parameters of the WhatsApp template; it takes no empty ones."""
        return [about.get(name) or "-" for name in self.names]


BY_HAND = Announcement()


def form_key_of(enrolment_id: UUID, version: int) -> UUID:
    """Return the key under which the rule asks for an enrolment's price once."""
    return uuid5(enrolment_id, f"{RULE}:{version}")


async def find_announcement(work: Work, payment_id: UUID) -> Announcement:
    """Return how the link of a payment is announced: two or three round trips if a rule asked for it, else one."""
    rows = await work.rows(ASKED_BY, id=payment_id, rule=RULE)
    asked = next((row for row in rows if row.form_key == form_key_of(row.enrolment_id, row.subject_version)), None)
    if asked is None:
        return BY_HAND
    settings = await read_settings(work, RULE, asked.rule_version)
    return Announcement(
        settings.templates.get("email") or BY_HAND.email,
        settings.templates.get("whatsapp") or BY_HAND.whatsapp,
        await find_whatsapp_names(work, settings) or BY_HAND.names,
        await _after_quiet(work, settings, asked),
        asked.step_id,
        asked.rule_version,
    )


async def _after_quiet(work: Work, settings: RuleSettings, asked: Row) -> datetime | None:
    """Return when the rule's own quiet hours end. Those of the business are looked at when a message leaves."""
    if settings.quiet_hours is None:
        return None
    since, until = settings.quiet_hours
    values = {"person_id": asked.person_id, "since": since, "until": until}
    found: datetime | None = await work.value(AFTER_QUIET, now=work.now, **values)
    return found
