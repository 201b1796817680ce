"""One lead by hand: added, or changed. What a person has touched, undoing an import leaves alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import audit
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.leads.emails import parse_email
from domain.leads.phones import read_phones
from domain.work import Row, Work

BY_HAND = "by hand"

CHANGE_LEAD = """
update imported_leads set notes = %(notes)s, tags = %(tags)s, touched_at = %(now)s where id = %(id)s returning person_id
"""
CHANGE_PERSON = "update people set name = %(name)s, city = %(city)s, updated_at = %(now)s where id = %(id)s"
KNOWN = """
select p.id, p.name, p.email, p.phone, l.id as lead_id,
  exists (select from enrolments e where e.person_id = p.id) as is_enrolled,
  exists (select from cta_submissions a where a.person_id = p.id) as has_applied
  from people p left join imported_leads l on l.person_id = p.id
 where p.email = %(email)s or p.phone = %(phone)s
"""
ADD_PERSON = """
insert into people (name, email, phone, city, created_at, updated_at)
values (%(name)s, %(email)s, %(phone)s, %(city)s, %(now)s, %(now)s) on conflict do nothing returning id
"""
# Contacts of an account are what its holder signs in by: nobody adds one from here.
COMPLETE_PERSON = """
update people set name = case when name = '' then %(name)s else name end,
  email = case when exists (select from profiles where person_id = %(id)s) then email else coalesce(email, %(email)s) end,
  phone = case when exists (select from profiles where person_id = %(id)s) then phone else coalesce(phone, %(phone)s) end,
  city = case when city = '' then %(city)s else city end, updated_at = %(now)s
where id = %(id)s
"""
ADD_LEAD = """
insert into imported_leads (person_id, status, source, tags, notes, touched_at, created_at)
values (%(person_id)s, %(status)s, %(source)s, %(tags)s, %(notes)s, %(now)s, %(now)s)
on conflict (person_id) do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class NewLead:
    """What was typed about a lead."""

    name: str = ""
    email: str = ""
    phone: str = ""
    city: str = ""
    source: str = ""
    notes: str = ""
    tags: Sequence[str] = ()


async def change_lead(work: Work, lead_id: UUID, *, name: str, city: str, notes: str, tags: Sequence[str]) -> None:
    """Change what is known about a lead; raise NotFound when it has been deleted."""
    person_id = await work.value(CHANGE_LEAD, id=lead_id, notes=notes, tags=list(tags), now=work.now)
    if person_id is None:
        raise NotFound(_("This lead does not exist, or it has been deleted."))
    await work.run(CHANGE_PERSON, id=person_id, name=name, city=city, now=work.now)
    await audit.record(work, "lead.changed", "lead", lead_id, name)
    work.signal("leads")


async def add_lead(work: Work, lead: NewLead) -> UUID:
    """Add one lead and return its id. Someone known by the e-mail or phone gets the lead, and keeps what was known.

    Raises InvalidInput for unusable contacts, for who is a lead already, and for contacts of two different people.
    """
    email, phone = _contacts(lead)
    known = await work.rows(KNOWN, email=email, phone=phone)
    _check_known(known, email)
    person_id = await _person(work, known, lead, email, phone)
    status = "new"
    if known:
        status = "enrolled" if known[0].is_enrolled else "applied" if known[0].has_applied else "new"
    values = {"status": status, "source": lead.source or BY_HAND, "tags": list(lead.tags), "notes": lead.notes}
    lead_id: UUID | None = await work.value(ADD_LEAD, person_id=person_id, **values, now=work.now)
    if lead_id is None:
        raise InvalidInput({"": _("Somebody has just added this lead.")})
    await audit.record(work, "lead.added", "lead", lead_id, lead.name or email or phone or "")
    work.signal("leads")
    return lead_id


def _contacts(lead: NewLead) -> tuple[str | None, str | None]:
    problems = {}
    email = parse_email(lead.email) if lead.email else None
    if lead.email and email is None:
        problems["email"] = _("This is not a valid e-mail address.")
    phones, wrong = read_phones(lead.phone) if lead.phone else ([], [])
    if wrong or len(phones) > 1 or (lead.phone and not phones):
        problems["phone"] = _("Please write one valid phone number.")
    if not lead.email and not lead.phone:
        problems["email"] = _("Please write an e-mail address or a phone number.")
    if problems:
        raise InvalidInput(problems)
    return email, phones[0] if phones else None


def _check_known(known: Sequence[Row], email: str | None) -> None:
    if len(known) > 1:
        raise InvalidInput({"phone": _("This phone number belongs to another person than the e-mail address.")})
    if known and known[0].lead_id:
        name = known[0].name or known[0].email or known[0].phone
        raise InvalidInput({"email" if known[0].email == email else "phone": _("{name} is a lead already.", name=name)})


async def _person(work: Work, known: Sequence[Row], lead: NewLead, email: str | None, phone: str | None) -> UUID:
    values = {"name": lead.name, "email": email, "phone": phone, "city": lead.city, "now": work.now}
    if known:
        await work.run(COMPLETE_PERSON, id=known[0].id, **values)
        return UUID(str(known[0].id))
    person_id: UUID | None = await work.value(ADD_PERSON, **values)
    if person_id is None:
        raise InvalidInput({"": _("Somebody has just added this lead.")})
    return person_id
