"""When a lead sequence writes, as its automations are set: for whoever is about to begin one."""

from domain.automation.rule_states import read_states
from domain.automation.rules.lead_sequence import KEYS
from domain.automation.wording import after_words
from domain.language import _
from domain.work import Work

MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


async def sequence_moments(work: Work) -> str:
    """Return when those in a sequence are written to, like “after 1 day, 3 days and 7 days”; nothing if all of it is off."""
    chosen = [state.settings for state in (await read_states(work, KEYS)).values() if state.is_on]
    chosen.sort(key=lambda one: one.amount * MINUTES[one.unit])
    return after_words(chosen) if chosen else ""


def all_are_off() -> str:
    """Return the words for a sequence that would write to nobody."""
    return _("All automations of the lead sequence are off: nobody would be written to.")
