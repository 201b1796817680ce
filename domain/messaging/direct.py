"""Writing to one person at once: an e-mail, a WhatsApp message from a template or in free text, or a call.

What broadcasts hold to holds here: nothing goes to who has opted out or cannot be reached, advertising not more often than
the rules allow, and in quiet hours a message waits for their end in the person's own zone.
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
from domain.messaging.whatsapp.filling import problem_of, template_of
from domain.messaging.whatsapp.texting import plan_whatsapp_text
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work

KIND = "message"

PERSON = "select id, name, email, phone from people where id = %(id)s"
KNOWN = "select id, name, email, phone from people where {column} = %(to)s"
# Everything that may keep a message back or let it wait, in one statement.
JUDGE = """
select (select reason from email_suppressions where %(channel)s = 'email' and email = %(to)s) as email_suppressed,
  (select reason from phone_suppressions where %(channel)s <> 'email' and phone = %(to)s and channel in (%(channel)s, 'all')
     and (expires_at is null or expires_at > %(now)s) order by reason desc limit 1) as phone_suppressed,
  (select consent_whatsapp from people where id = %(person_id)s::uuid) as consent_whatsapp,
  (select count(*) from deliveries where channel = %(channel)s and to_address = %(to)s and marketing
     and state not in ('cancelled', 'failed') and due_at > %(now)s::timestamptz - interval '24 hours')
   >= (select value::int from business_settings where key = 'marketing_a_day') as is_capped,
  after_quiet_hours(%(now)s, coalesce((select timezone from people where id = %(person_id)s::uuid), 'Asia/Kolkata'),
    (select (value -> %(channel)s::text ->> 0)::time from business_settings where key = 'quiet_hours'),
    (select (value -> %(channel)s::text ->> 1)::time from business_settings where key = 'quiet_hours')) as leaves_at
"""
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
    judged = await _judge(work, "email", address, person)
    if judged.email_suppressed in ("bounced", "spam", "invalid"):
        raise Conflict(_("This address takes no e-mail from us: {reason}.", reason=judged.email_suppressed))
    # Not marketing, so there is nothing to unsubscribe from.
    params = {"subject": subject, "body": text, "unsubscribe_url": ""}
    planned = await plan_email(work, kind=KIND, template="broadcast", to=address, params=params, **_common(person, to))
    return await _written(work, "email", planned, person, address)


async def write_whatsapp(
    work: Work,
    to: To,
    *,
    template: str,
    params: Sequence[str] = (),
    media: WhatsAppMedia | None = None,
    links: Sequence[str] = (),
) -> UUID:
    """Plan a WhatsApp message from a template; return its delivery.

    Raises InvalidInput when something does not fit the template, NotFound, and Conflict when it may not be sent.
    """
    found = await work.row(TEMPLATE, campaign=template)
    if found is None:
        raise InvalidInput({"template": _("There is no WhatsApp template “{name}” in use.", name=template)})
    told = {"url": media.url, "filename": media.filename, "kind": media.kind} if media else None
    if problem := problem_of(template_of(found), params, told, links):
        raise InvalidInput({"params": problem})
    person, address = await _recipient(work, "whatsapp", to)
    is_marketing = found.category == "marketing"
    judged = await _judge(work, "whatsapp", address, person)
    _check_phone(judged, is_marketing=is_marketing)
    if is_marketing and judged.consent_whatsapp is False:
        raise Conflict(_("They have not agreed to advertising on WhatsApp."))
    planned = await plan_whatsapp(
        work,
        kind=KIND,
        to=address,
        template=template,
        params=params,
        media=media,
        buttons=links,
        due_at=judged.leaves_at,
        **_common(person, to),
    )
    return await _written(work, "whatsapp", planned, person, address)


async def write_whatsapp_text(work: Work, to: To, text: str) -> UUID:
    """Plan free text on WhatsApp, which is an answer and leaves at once; return its delivery.

    Raises InvalidInput, NotFound, and Conflict when they have not written for 24 hours.
    """
    person, address = await _recipient(work, "whatsapp", to)
    _check_phone(await _judge(work, "whatsapp", address, person), is_marketing=False)
    planned = await plan_whatsapp_text(work, to=address, text=text, **_common(person, to))
    return await _written(work, "whatsapp", planned, person, address)


async def make_call(
    work: Work, to: To, *, user_data: Mapping[str, str], agent_id: str = "", is_marketing: bool = False
) -> UUID:
    """Plan a call; return its delivery. Raises InvalidInput, NotFound, and Conflict when it may not be made."""
    person, address = await _recipient(work, "call", to)
    judged = await _judge(work, "call", address, person)
    _check_phone(judged, is_marketing=is_marketing)
    planned = await plan_call(
        work,
        kind=KIND,
        to=address,
        user_data=user_data,
        agent_id=agent_id,
        marketing=is_marketing,
        due_at=judged.leaves_at,
        **_common(person, to),
    )
    return await _written(work, "call", planned, person, address)


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


async def _judge(work: Work, channel: Channel, address: str, person: Row | None) -> Row:
    values = {"channel": channel, "to": address, "person_id": person.id if person else None, "now": work.now}
    row = await work.row(JUDGE, **values)
    assert row is not None
    return row


def _check_phone(judged: Row, *, is_marketing: bool) -> None:
    reason = judged.phone_suppressed
    if reason == "opted_out":
        raise Conflict(_("They have opted out."))
    if reason == "invalid":
        raise Conflict(_("An earlier message did not reach this number."))
    if is_marketing and reason:
        raise Conflict(_("Advertising is kept from them for the time being."))
    if is_marketing and judged.is_capped:
        raise Conflict(_("They have been written to as often today as the rules allow."))


def _common(person: Row | None, to: To) -> dict[str, Any]:
    name = (person.name if person else "") or to.name
    return {"name": name, "person_id": person.id if person else None, "key": f"direct:{uuid4()}"}


async def _written(work: Work, channel: Channel, planned: UUID | None, person: Row | None, address: str) -> UUID:
    assert planned is not None  # its key is new
    label = (person.name if person else "") or address
    await record(work, "message.planned", "person", person.id if person else None, label, channel=channel)
    work.signal("deliveries")
    return planned
