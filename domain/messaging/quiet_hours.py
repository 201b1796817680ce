"""Quiet hours: when nothing leaves for a person unasked, by the clock where they are.

What is planned is given a moment outside of them, and asked again when it would leave: a retry, a pause that ends or a long
queue may have moved that moment into the night.
"""

from datetime import datetime, timedelta

# What is waited for, or happens at a moment of its own. Everything else by WhatsApp or call has time until the morning.
AT_ONCE = (
    "reply",
    "opt_confirmation",
    "test",
    "class_changed",
    "class_cancelled",
    "session_reminder_15m",
    "session_reminder_now",
)

# The hours of %(channel)s as times of day, null where it has none.
HOURS = """
select (value -> %(channel)s::text ->> 0)::time as since, (value -> %(channel)s::text ->> 1)::time as until
  from business_settings where key = 'quiet_hours'
"""
# Of a delivery d: e-mail that somebody expects, like a new password or a receipt, disturbs nobody at night.
IS_BOUND = f"""
((d.marketing or d.broadcast_id is not null or d.channel <> 'email') and d.kind not in {AT_ONCE})
"""
# News of a class that begins before this long after the quiet hours is worth the disturbance: its params say when it begins.
BEFORE_CLASS = timedelta(hours=1)
# Until when a delivery d waits, with its person p and the hours q: null when it may leave at %(now)s. Hours that its rule had
# of its own in the version it was written by go before those of the business, and hold for e-mail, too.
WAITS_UNTIL = f"""
(select nullif(h.after_quiet, %(now)s) from (select case
    when own.since is not null and d.kind not in {AT_ONCE} then
      after_quiet_hours(%(now)s, coalesce(p.timezone, 'Asia/Kolkata'), own.since, own.until)
    when q.since is not null and {IS_BOUND} then
      after_quiet_hours(%(now)s, coalesce(p.timezone, 'Asia/Kolkata'), q.since, q.until) end as after_quiet
  from (select) one left join (select (settings -> 'quiet_hours' ->> 0)::time as since,
      (settings -> 'quiet_hours' ->> 1)::time as until
      from automation_rule_versions where key = d.rule_key and version = d.rule_version) own on true) h
  where case when d.kind in ('class_scheduled', 'classes_ahead') then (d.params ->> 'begins_at')::timestamptz end
    > h.after_quiet + interval '{BEFORE_CLASS.total_seconds():.0f} seconds' is not false)
"""


def leaves_at(after_quiet: datetime, begins_at: datetime, now: datetime) -> datetime:
    """Return when news of a class leaves for somebody whose quiet hours end at ``after_quiet``: then, or now if it presses."""
    return after_quiet if after_quiet + BEFORE_CLASS < begins_at else now
