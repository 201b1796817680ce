"""By which ways students hear of their classes: what they chose, and that it reaches them."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.telling import CAN_EMAIL, CAN_PHONE
from domain.work import Work

WAYS = ("email", "whatsapp")
REACHED = f"""
select p.email, p.phone, {CAN_EMAIL} as can_email, {CAN_PHONE} as can_phone from people p where p.id = %(id)s
"""
CHOOSE = """
update profiles set preferences = preferences || jsonb_build_object('class_news', %(ways)s::text[]), updated_at = %(now)s
where person_id = %(id)s and role = 'student'
"""


async def choose_class_news(work: Work, person_id: UUID, ways: AbstractSet[str]) -> None:
    """Keep by which of WAYS a student hears of classes. Raises InvalidInput when none of them reaches them.

    Runs as the system: students cannot see which addresses get nothing. Choosing WhatsApp agrees to it, for this alone.
    """
    person = await work.row(REACHED, id=person_id, now=work.now)
    chosen = [way for way in WAYS if way in ways]
    if person is None or not chosen:
        raise InvalidInput({"classes": _("Choose at least one: you would miss a class that is moved.")})
    reached = {"email": person.can_email, "whatsapp": person.can_phone}
    if not any(reached[way] for way in chosen):
        address = person.email if chosen == ["email"] else person.phone
        text = _("Nothing reaches you at {address} just now. Choose the other way, too.", address=address)
        raise InvalidInput({"classes": text if address else _("There is no such address in your account.")})
    await work.run(CHOOSE, id=person_id, ways=chosen, now=work.now)
