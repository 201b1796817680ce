"""A rehearsal: one made-up lead for whom the lead sequence begins now, to walk through the weeks with the sandbox's clock."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.leads.editing import NewLead, add_lead
from domain.leads.sequences import begin_sequence
from domain.work import Row, Work

DOMAIN = "rehearsal.gurudesk.test"
SOURCE = "Rehearsal"

# Nobody made up is ever written to for real: they are marked like the people of the demo.
MADE_UP = """
update people p set consent_email = true, consent_whatsapp = true, is_demo = true from imported_leads l
where l.id = %(lead)s and p.id = l.person_id returning p.id, p.name, p.email, p.phone
"""
FIND = "select id, name, email, phone from people where id = %(id)s and email like %(made_up)s"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Who was made up. ``phone`` is E.164."""

    person_id: UUID
    name: str
    email: str
    phone: str


async def begin_rehearsal(work: Work, name: str, course_id: UUID, *, is_live: bool) -> Rehearsal:
    """Make up a lead who agreed to be written to, and begin the lead sequence for them.

    Raises Conflict when a provider is live, for time must be movable; InvalidInput without a name or such a course.
    """
    work.require_admin()
    if is_live:
        raise Conflict(_("A rehearsal needs every provider in sandbox mode: time is moved on in it."))
    if not name.strip():
        raise InvalidInput({"name": _("Please fill this in.")})
    number = secrets.randbelow(10**7)
    # No such number is one of those that the sandbox has fare in a way of their own.
    lead = NewLead(name.strip(), f"walk-{number:07d}@{DOMAIN}", f"+9198{number:07d}5", source=SOURCE)
    lead_id = await add_lead(work, lead)
    person = await work.row(MADE_UP, lead=lead_id)
    assert person is not None
    await begin_sequence(work, lead_id, course_id)
    await record(work, "rehearsal.begun", "person", person.id, person.name)
    return _rehearsal(person)


async def find_rehearsal(work: Work, person_id: UUID) -> Rehearsal:
    """Return somebody who was made up for a rehearsal, or raise NotFound."""
    work.require_admin()
    person = await work.row(FIND, id=person_id, made_up=f"%@{DOMAIN}")
    if person is None:
        raise NotFound(_("There is no such rehearsal."))
    return _rehearsal(person)


def _rehearsal(person: Row) -> Rehearsal:
    return Rehearsal(person.id, person.name, person.email, person.phone)
