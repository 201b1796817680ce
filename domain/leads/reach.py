"""Whom a lead sequence can write to: whoever any way of its rules, as they are set, leads to."""

from domain.automation.rule_states import read_states
from domain.automation.rules.lead_sequence import KEYS
from domain.work import Work


def reachable_sql(email: str, phone: str, agrees: str) -> str:
    """Return the condition that somebody of these contacts, who agrees to WhatsApp or not, can be written to.

    It wants %(by_email)s and %(by_whatsapp)s (`ways_of_sequences`) and %(now)s. With "offset 0" each contact is looked up by its
    index: joined instead, just after an import, they would be compared with one another.
    """
    return f"""
(%(by_email)s and {email} is not null and not exists (select from email_suppressions x where x.email = {email} offset 0)
  or %(by_whatsapp)s and {phone} is not null and {agrees} and not exists (select from phone_suppressions x
    where x.phone = {phone} and x.channel in ('whatsapp', 'all') and (x.expires_at is null or x.expires_at > %(now)s) offset 0))
"""


async def ways_of_sequences(work: Work) -> dict[str, bool]:
    """Return by which ways the rules of lead sequences go now: those that are on, or all when none is."""
    states = (await read_states(work, KEYS)).values()
    acting = [state for state in states if state.is_on] or states
    ways = {channel for state in acting for channel in state.settings.channels}
    return {"by_email": "email" in ways, "by_whatsapp": "whatsapp" in ways}
