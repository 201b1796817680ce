"""When and how often people are written to: quiet hours by channel, marketing a day, and what a minute of a call costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.audit import record
from domain.work import Work

# E-mail has none at first, and then for marketing and broadcasts alone.
QUIET_CHANNELS = ("email", "whatsapp", "call")

READ = """
select (select value from business_settings where key = 'quiet_hours') as quiet_hours,
  (select value::int from business_settings where key = 'marketing_a_day') as marketing_a_day,
  (select value::int from business_settings where key = 'call_paise_a_minute') as call_paise_a_minute
"""
STORE = """
update business_settings b set value = r.value, updated_at = now()
  from jsonb_each(%(rules)s::jsonb) as r (key, value) where b.key = r.key and b.value <> r.value
"""


@dataclass(frozen=True, slots=True)
class ContactRules:
    """Quiet hours as (from, until) in the person's own zone, empty where there are none; the price in paise."""

    quiet_hours: Mapping[str, tuple[str, str]]
    marketing_a_day: int
    call_paise_a_minute: int


async def read_rules(work: Work) -> ContactRules:
    """Return the rules in one round trip."""
    row = await work.row(READ)
    assert row is not None
    quiet = {channel: tuple(row.quiet_hours.get(channel) or ("", "")) for channel in QUIET_CHANNELS}
    return ContactRules(quiet, row.marketing_a_day, row.call_paise_a_minute)


async def change_rules(work: Work, rules: ContactRules) -> None:
    """Change the rules for whatever leaves from now on."""
    kept = {
        "quiet_hours": {channel: list(hours) for channel, hours in rules.quiet_hours.items() if all(hours)},
        "marketing_a_day": rules.marketing_a_day,
        "call_paise_a_minute": rules.call_paise_a_minute,
    }
    if await work.run(STORE, rules=kept):
        await record(work, "contact_rules.changed", "setting", None, "", **kept)
