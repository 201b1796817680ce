"""Correcting what is kept about a student: a name misspelt, an address mistyped, a number that has changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from domain.accounts.one_time_links import void_links
from domain.audit import record
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.messaging.progress import end_what_is_over, tell
from domain.work import Row, Work

STUDENT = """
select h.name, coalesce(h.email, '') as email, coalesce(h.phone, '') as phone, h.city
from people h join profiles p on p.person_id = h.id where h.id = %(id)s and p.role = 'student' for update of h
"""
OTHERS = """
select h.name, h.email, h.phone from people h where h.id <> %(id)s and (h.email = %(email)s or h.phone = %(phone)s)
"""
CORRECT = """
update people set name = %(name)s, email = nullif(%(email)s, ''), phone = nullif(%(phone)s, ''), city = %(city)s,
  updated_at = %(now)s
where id = %(id)s
"""
# What waits goes where they are reached now; what cannot any more, nowhere.
REDIRECT = """
update deliveries set to_address = coalesce(nullif(%(new)s, ''), to_address),
  retry_at = case when %(new)s <> '' then retry_at end,
  state = case when %(new)s = '' then 'cancelled' else state end, reason = case when %(new)s = '' then %(reason)s else reason end
where person_id = %(id)s and state in ('pending', 'retry') and to_address = %(old)s and (channel = 'email') = %(is_email)s
returning id, campaign_id, broadcast_id
"""


@dataclass(frozen=True, slots=True)
class Contacts:
    """What may be corrected. ``email`` is lower-case, ``phone`` is E.164; either may be empty, not both."""

    name: str
    email: str
    phone: str
    city: str


async def correct_student(work: Work, person_id: UUID, contacts: Contacts) -> bool:
    """Change what is kept about a student and return whether the e-mail address is another one now.

    What waits to be sent to them goes to the new contacts. They sign in with these, and stay signed in where they are.
    Raises InvalidInput when somebody else has the address or the number. Links in e-mails to the old address are for
    `forget_links` to end.
    """
    work.require_admin()
    known = await work.row(STUDENT, id=person_id)
    if known is None:
        raise NotFound(_("There is no such student."))
    before, after = Contacts(known.name, known.email, known.phone, known.city), contacts
    if not after.email and not after.phone:
        raise InvalidInput({"email": _("Please write an e-mail address or a phone number: it is how they sign in.")})
    _check_free(after, await work.rows(OTHERS, id=person_id, email=after.email, phone=after.phone))
    changed = {
        field: [old, new]
        for (field, old), new in zip(asdict(before).items(), asdict(after).values(), strict=True)
        if old != new
    }
    if changed:
        await work.run(CORRECT, id=person_id, **asdict(after), now=work.now)
        for field, is_email in (("email", True), ("phone", False)):
            if field in changed:
                await _redirect(work, person_id, *changed[field], is_email=is_email)
        await record(work, "student.corrected", "student", person_id, after.name, changed=changed)
        for topic in ("students", "leads"):
            work.signal(topic)
    return "email" in changed


async def forget_links(work: Work, person_id: UUID) -> None:
    """End the links to set a password that went to an earlier address. Runs as the system: nobody else sees links."""
    await void_links(work, "set_password", person_id)


async def _redirect(work: Work, person_id: UUID, old: str, new: str, *, is_email: bool) -> None:
    reason = _("It was to an address that they have no more.")
    moved = await work.rows(REDIRECT, id=person_id, old=old, new=new, is_email=is_email, reason=reason)
    tell(work, moved)
    await end_what_is_over(work, moved)


def _check_free(contacts: Contacts, others: Sequence[Row]) -> None:
    problems = {}
    for other in others:
        name = other.name or other.email or other.phone
        if contacts.email and other.email == contacts.email:
            problems["email"] = _("{name} has this e-mail address already.", name=name)
        if contacts.phone and other.phone == contacts.phone:
            problems["phone"] = _("{name} has this phone number already.", name=name)
    if problems:
        raise InvalidInput(problems)
