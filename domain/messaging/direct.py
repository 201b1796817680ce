"""Writing to one person at once: an e-mail, a WhatsApp message from a template or in free text, or a call.

What broadcasts hold to holds here: nothing goes to who has opted out or cannot be reached, advertising not more often than
the rules allow, and in quiet hours a message waits for their end in the person's own zone. An admin's form and the API both
write by these functions; a form names itself with its ``form_token``, and what it has planned before is planned once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.accounts.logins import normal_email
from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.leads.phones import read_phones
from domain.messaging.outbox import Channel, plan_call, plan_email, plan_whatsapp
from domain.messaging.reaching import judge, refusal_of
from domain.messaging.whatsapp.filling import problem_of, template_of
from domain.messaging.whatsapp.texting import plan_whatsapp_text
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work

BY_PROGRAM, BY_HAND, ANSWER = "message", "single", "reply"

PERSON = "select id, name, email, phone from people where id = %(id)s"
KNOWN = "select id, name, email, phone from people where {column} = %(to)s"
PLANNED = "select id from deliveries where idempotency_key = %(key)s"
TEMPLATE = "select * from whatsapp_templates where campaign = %(campaign)s and is_active"


@dataclass(frozen=True, slots=True)
class To:
    """Who is written to: a person we know, or an address. ``name`` is used where the person has none with us."""

    person_id: UUID | None = None
    address: str = ""
    name: str = ""


async def write_email(work: Work, to: To, *, subject: str, text: str) -> UUID:
    """Plan an e-mail that the person expects; return its delivery. What is advertising goes by a campaign or a broadcast.

    Raises InvalidInput, NotFound, and Conflict when the address is dead or its owner called us spam.
    """
    person, address = await _recipient(work, "email", to)
    await _judged(work, "email", address, person, is_marketing=False)
    # Not marketing, so there is nothing to unsubscribe from.
    params = {"subject": subject, "body": text, "unsubscribe_url": ""}
    planned = await plan_email(work, template="broadcast", to=address, params=params, **_common(person, to))
    return await _written(work, "email", planned, person, address)


async def write_whatsapp(
    work: Work,
    to: To,
    *,
    template: str,
    params: Sequence[str] = (),
    media: WhatsAppMedia | None = None,
    links: Sequence[str] = (),
    form_token: UUID | None = None,
) -> UUID:
    """Plan a WhatsApp message from a template; return its delivery.

    Raises InvalidInput when something does not fit the template, NotFound, and Conflict when it may not be sent.
    """
    if known := await _planned_before(work, form_token):
        return known
    found = await work.row(TEMPLATE, campaign=template)
    if found is None:
        raise InvalidInput({"template": _("There is no WhatsApp template “{name}” in use.", name=template)})
    told = {"url": media.url, "filename": media.filename, "kind": media.kind} if media else None
    if problem := problem_of(template_of(found), params, told, links):
        raise InvalidInput({"params": problem})
    person, address = await _recipient(work, "whatsapp", to)
    judged = await _judged(work, "whatsapp", address, person, is_marketing=found.category == "marketing")
    planned = await plan_whatsapp(
        work,
        to=address,
        template=template,
        params=params,
        media=media,
        buttons=links,
        due_at=judged.leaves_at,
        **_common(person, to, form_token),
    )
    return await _written(work, "whatsapp", planned, person, address, form_token)


async def write_whatsapp_text(work: Work, to: To, text: str) -> UUID:
    """Plan free text on WhatsApp, which is an answer and leaves at once; return its delivery.

    Raises InvalidInput, NotFound, and Conflict when they have not written for 24 hours.
    """
    person, address = await _recipient(work, "whatsapp", to)
    await _judged(work, "whatsapp", address, person, is_marketing=False)
    common = _common(person, to) | {"kind": ANSWER}
    planned = await plan_whatsapp_text(work, to=address, text=text, **common)
    return await _written(work, "whatsapp", planned, person, address)


async def make_call(
    work: Work,
    to: To,
    *,
    user_data: Mapping[str, str],
    agent_id: str = "",
    is_marketing: bool = False,
    form_token: UUID | None = None,
) -> UUID:
    """Plan a call; return its delivery. Raises InvalidInput, NotFound, and Conflict when it may not be made."""
    if known := await _planned_before(work, form_token):
        return known
    person, address = await _recipient(work, "call", to)
    judged = await _judged(work, "call", address, person, is_marketing=is_marketing)
    planned = await plan_call(
        work,
        to=address,
        user_data=user_data,
        agent_id=agent_id,
        marketing=is_marketing,
        due_at=judged.leaves_at,
        **_common(person, to, form_token),
    )
    return await _written(work, "call", planned, person, address, form_token)


async def _recipient(work: Work, channel: Channel, to: To) -> tuple[Row | None, str]:
    """Return the person, if we know them, and the address in the form we keep."""
    work.require_admin()
    if (to.person_id is None) == (not to.address):
        raise InvalidInput({"to": _("Name either a person or an address.")})
    column = "email" if channel == "email" else "phone"
    if to.person_id:
        person = await work.row(PERSON, id=to.person_id)
        if person is None:
            raise NotFound(_("There is no such person."))
        if not (address := getattr(person, column)):
            what = _("no e-mail address") if channel == "email" else _("no phone number")
            raise InvalidInput({"person_id": _("We have {what} of them.", what=what)})
        return person, str(address)
    address = _read_address(channel, to.address)
    return await work.row(KNOWN.format(column=column), to=address), address


def _read_address(channel: Channel, text: str) -> str:
    if channel == "email":
        if (email := normal_email(text)) is None:
            raise InvalidInput({"to": _("This is not an e-mail address.")})
        return email
    phones, wrong = read_phones(text)
    if wrong or len(phones) != 1:
        raise InvalidInput({"to": _("Please write one valid phone number.")})
    return phones[0]


async def _judged(work: Work, channel: Channel, address: str, person: Row | None, *, is_marketing: bool) -> Row:
    """Return what the rules say; raise Conflict when nothing may go."""
    judged = await judge(work, channel, address, person.id if person else None)
    if refusal := refusal_of(judged, is_marketing=is_marketing):
        raise Conflict(refusal)
    return judged


async def _planned_before(work: Work, form_token: UUID | None) -> UUID | None:
    """Return what the form has planned before: the rules are not asked again, or a second press would meet the first."""
    work.require_admin()
    if form_token is None:
        return None
    found: UUID | None = await work.value(PLANNED, key=_key(form_token))
    return found


def _common(person: Row | None, to: To, form_token: UUID | None = None) -> dict[str, Any]:
    name = (person.name if person else "") or to.name
    kind, key = (BY_HAND, _key(form_token)) if form_token else (BY_PROGRAM, f"direct:{uuid4()}")
    return {"kind": kind, "key": key, "name": name, "person_id": person.id if person else None}


def _key(form_token: UUID) -> str:
    return f"single:{form_token}"


async def _written(
    work: Work, channel: Channel, planned: UUID | None, person: Row | None, address: str, form_token: UUID | None = None
) -> UUID:
    if planned is None:  # the same form, sent at the same time
        known = await _planned_before(work, form_token)
        assert known is not None
        return known
    label = (person.name if person else "") or address
    await record(work, "message.planned", "person", person.id if person else None, label, channel=channel)
    work.signal("deliveries")
    return planned
