"""Which person an application belongs to: found by e-mail, then by phone, else made."""

from dataclasses import dataclass
from uuid import UUID

from domain.work import Work

# Two forms of one person that arrive together wait for each other here, so that the second finds what the first has made.
LOCK = """
select pg_advisory_xact_lock(key) from (
  select hashtextextended(contact, 0) as key from unnest(%(contacts)s::text[]) as contact order by key) keys
"""
FIND = """
select id from people where email = %(email)s or phone = %(phone)s order by email is not distinct from %(email)s desc limit 1
"""
ADD = """
insert into people (name, email, phone, city, consent_email, consent_whatsapp, created_at, updated_at)
values (%(name)s, %(email)s, %(phone)s, %(city)s, %(consent_email)s, %(consent_whatsapp)s, %(now)s, %(now)s)
on conflict do nothing returning id
"""
# What a stranger types must not change who can sign in, nor replace what is known: only gaps are filled.
COMPLETE = """
update people p set
  name = case when p.name = '' then %(name)s else p.name end,
  city = case when p.city = '' then %(city)s else p.city end,
  email = coalesce(p.email, (select %(email)s where not exists (select from people where email = %(email)s))),
  phone = coalesce(p.phone, (select %(phone)s where not exists (select from people where phone = %(phone)s))),
  consent_email = %(consent_email)s, consent_whatsapp = %(consent_whatsapp)s, updated_at = %(now)s
where p.id = %(id)s and not exists (select from profiles where person_id = p.id)
"""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, as typed: ``email`` in lower case, ``phone`` in E.164."""

    name: str
    email: str
    phone: str
    city: str
    consent_email: bool
    consent_whatsapp: bool


async def find_or_add_person(work: Work, applicant: Applicant) -> UUID:
    """Return the person of these contacts. A known one without an account gets the gaps filled and the consents as ticked."""
    await work.rows(LOCK, contacts=[applicant.email, applicant.phone])
    values = {name: getattr(applicant, name) for name in Applicant.__slots__}
    person_id: UUID | None = await work.value(FIND, email=applicant.email, phone=applicant.phone)
    if person_id is None:
        person_id = await work.value(ADD, now=work.now, **values)
    if person_id is None:
        # An import has made the person between the two statements.
        person_id = await work.value(FIND, email=applicant.email, phone=applicant.phone)
        assert person_id is not None
    await work.run(COMPLETE, id=person_id, now=work.now, **values)
    return person_id
