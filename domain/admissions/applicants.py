"""Which person an application belongs to: found by e-mail, then by phone, else made.

A phone alone never leads to somebody with another e-mail: sign-in details are mailed to the e-mail on file, and anybody can
type another's phone.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.work import Work

# Two forms of one person that arrive together wait for each other here, so that the second finds what the first has made.
LOCK = """
select pg_advisory_xact_lock(key) from (
  select hashtextextended(contact, 0) as key from unnest(%(contacts)s::text[]) as contact order by key) keys
"""
FIND = """
select id from people where email = %(email)s or (phone = %(phone)s and (email is null or id = %(corrected)s))
order by email is not distinct from %(email)s desc limit 1
"""
ADD = """
insert into people (name, email, phone, city, consent_email, consent_whatsapp, created_at, updated_at)
values (%(name)s, %(email)s, (select %(phone)s where not exists (select from people where phone = %(phone)s)), %(city)s,
  %(consent_email)s, %(consent_whatsapp)s, %(now)s, %(now)s)
on conflict do nothing returning id
"""
# Who typed this very form before, going back to correct it: nobody else knows its token.
CORRECTED = """
select s.person_id from cta_submissions s where s.form_token = %(form_token)s and s.status = 'new'
  and not exists (select from profiles where person_id = s.person_id)
  and not exists (select from imported_leads where person_id = s.person_id)
"""
# What a stranger types must not change who can sign in, nor replace what is known: only gaps are filled.
COMPLETE = """
update people p set
  name = case when p.name = '' then %(name)s else p.name end,
  city = case when p.city = '' then %(city)s else p.city end,
  email = coalesce(case when p.id <> %(corrected)s then p.email end,
    (select %(email)s where not exists (select from people where email = %(email)s)), p.email),
  phone = coalesce(p.phone, (select %(phone)s where not exists (select from people where phone = %(phone)s))),
  consent_email = %(consent_email)s, consent_whatsapp = %(consent_whatsapp)s, updated_at = %(now)s
where p.id = %(id)s and not exists (select from profiles where person_id = p.id)
"""


NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, as typed: ``email`` in lower case, ``phone`` in E.164."""

    name: str
    email: str
    phone: str
    city: str
    consent_email: bool
    consent_whatsapp: bool


async def find_or_add_person(work: Work, applicant: Applicant, form_token: UUID) -> UUID:
    """Return the person of these contacts. A known one without an account gets the gaps filled and the consents as ticked.

    Whoever comes back to a form of their own corrects their e-mail, too.
    """
    await work.rows(LOCK, contacts=[applicant.email, applicant.phone])
    values = {name: getattr(applicant, name) for name in Applicant.__slots__}
    corrected = await work.value(CORRECTED, form_token=form_token) or NOBODY
    known_by = {"email": applicant.email, "phone": applicant.phone, "corrected": corrected}
    person_id: UUID | None = await work.value(FIND, **known_by)
    if person_id is None:
        person_id = await work.value(ADD, now=work.now, **values)
    if person_id is None:
        # An import has made the person between the two statements.
        person_id = await work.value(FIND, **known_by)
        assert person_id is not None
    await work.run(COMPLETE, id=person_id, corrected=corrected, now=work.now, **values)
    return person_id
