"""What people keep about themselves: name, city, time zone, and what may be written to them."""

from datetime import date
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from domain.automation.planning import move_planned, plan_rules, void_rules
from domain.automation.rules import approval, lead_sequence
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.suppressions import RESUME, suppress
from domain.work import Row, Work

ACCOUNT = """
select h.name, h.email, h.phone, h.city, h.timezone, h.birthday, h.consent_email, h.consent_whatsapp, p.role,
  p.password_changed_at, coalesce(p.preferences -> 'class_news' ? 'email', true) as classes_by_email,
  coalesce(p.preferences -> 'class_news' ? 'whatsapp', h.consent_whatsapp) as classes_on_whatsapp,
  (select count(*) from sign_ins s where s.person_id = h.id and s.revoked_at is null
     and s.last_seen_at > now() - interval '12 hours' and s.created_at > now() - interval '30 days') as sign_ins
from people h join profiles p on p.person_id = h.id where h.id = %(id)s
"""
UPDATE = """
update people set name = %(name)s, city = %(city)s, updated_at = %(now)s where id = %(id)s
"""
ZONE = """
update people set timezone = %(zone)s, updated_at = %(now)s where id = %(id)s and timezone <> %(zone)s
"""
# Rules whose days and hours are those of the person's own clocks.
BY_OWN_CLOCKS = (*lead_sequence.KEYS, *approval.KEYS, "birthday")
BIRTHDAY = """
update people set birthday = %(birthday)s, updated_at = %(now)s where id = %(id)s and birthday is distinct from %(birthday)s
"""
FIRST_BIRTHDAY = date(1900, 1, 1)
CONSENT = """
update people set consent_email = %(by_email)s, consent_whatsapp = %(by_whatsapp)s, updated_at = %(now)s
where id = %(id)s returning email
"""


@cache
def timezones() -> list[str]:
    """Return the zones a person may live in, India first."""
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    zones = {"Asia/Kolkata", "UTC"} | {zone for zone in available_timezones() if zone.split("/")[0] in areas}
    return sorted(zones - {"Asia/Calcutta"}, key=lambda zone: (zone != "Asia/Kolkata", zone))


async def read_account(work: Work) -> Row:
    """Return what is kept about who asks."""
    row = await work.row(ACCOUNT, id=work.identity.person_id)
    assert row is not None
    return row


async def update_profile(work: Work, *, name: str, city: str) -> None:
    """Change name and city of who asks."""
    await work.run(UPDATE, id=work.identity.person_id, now=work.now, name=name, city=city)


async def keep_zone(work: Work, person_id: UUID, zone: str) -> None:
    """Keep the time zone a person lives in; what is planned by their clocks moves with it. Raises InvalidInput.

    Runs as the system: what rules do is planned by them alone.
    """
    if zone not in timezones():
        raise InvalidInput({"timezone": _("Please choose one of the options.")})
    if await work.run(ZONE, id=person_id, zone=zone, now=work.now):
        await move_planned(work, BY_OWN_CLOCKS, "person_id", [person_id])


async def keep_birthday(work: Work, person_id: UUID, birthday: date | None) -> None:
    """Keep a person's birthday, or forget it; the greeting follows it. Raises InvalidInput.

    Runs as the system: what rules do is planned by them alone.
    """
    if birthday and not FIRST_BIRTHDAY <= birthday <= work.now.date():
        raise InvalidInput({"birthday": _("Please write the day you were born on.")})
    if await work.run(BIRTHDAY, id=person_id, birthday=birthday, now=work.now):
        await void_rules(work, [person_id], _("Their birthday was changed."), rules=["birthday"])
        await plan_rules(work, ["birthday"], "person_id", [person_id])


async def choose_news(work: Work, person_id: UUID, *, by_email: bool, by_whatsapp: bool) -> None:
    """Keep whether news may be written to a person. Without e-mail their address is unsubscribed, too.

    Runs as the system: students cannot see the list of addresses that get nothing.
    """
    values = {"by_email": by_email, "by_whatsapp": by_whatsapp}
    email = await work.value(CONSENT, id=person_id, now=work.now, **values)
    if email and by_email:
        await work.run(RESUME, email=email)
    elif email:
        await suppress(work, email, "unsubscribed", _("Switched off in the account."))
