"""One message or call to one person, written by an admin's own hand."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from domain import audit
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.messaging.outbox import plan_call, plan_whatsapp
from domain.messaging.whatsapp.filling import Template, problem_of
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work

PERSON = """
select h.id, h.name, h.phone, h.is_demo, s.reason as suppressed,
  exists (select from profiles p where p.person_id = h.id and p.role = 'student') as is_student,
  (select l.id from imported_leads l where l.person_id = h.id) as lead_id
from people h left join lateral (select reason from phone_suppressions s
   where s.phone = h.phone and s.channel in ('whatsapp', 'all')
   and (s.expires_at is null or s.expires_at > %(now)s) limit 1) s on true
where h.id = %(id)s
"""
LONGEST = 500


async def find_recipient(work: Work, person_id: UUID) -> Row:
    """Return who is to be written to. Raises NotFound, and Conflict for who has no telephone number."""
    work.require_admin()
    person = await work.row(PERSON, id=person_id, now=work.now)
    if person is None:
        raise NotFound(_("This person does not exist any more."))
    if not person.phone:
        raise Conflict(_("{name} has no telephone number.", name=person.name or _("This person")))
    return person


def first_values(template: Template, name: str) -> list[str]:
    """Return what the parameters begin with: the first name where one is asked for, else nothing."""
    first = (name.split() or [""])[0]
    return [first if label.strip().lower() in ("first name", "name") else "" for label in template.labels()]


async def send_whatsapp(
    work: Work,
    person: Row,
    template: Template,
    params: Sequence[str],
    *,
    links: Sequence[str] = (),
    media: WhatsAppMedia | None = None,
    form_token: UUID,
) -> UUID | None:
    """Plan a template message to one person; a form that is sent twice plans one.

    Raises InvalidInput for what does not fit the template, and Conflict for marketing to who has opted out.
    """
    told = {"kind": media.kind} if media else None
    if problem := problem_of(template, params, told, links):
        raise InvalidInput({"": problem})
    if person.suppressed and template.category == "marketing":
        raise Conflict(_("{name} gets no marketing on WhatsApp: choose a template about the course.", name=person.name))
    delivery_id = await plan_whatsapp(
        work,
        kind="single",
        to=person.phone,
        name=person.name,
        template=template.campaign,
        params=params,
        buttons=links,
        media=media,
        key=f"single:{form_token}",
        person_id=person.id,
    )
    await _note(work, "whatsapp.sent_by_hand", delivery_id, person, template=template.campaign)
    return delivery_id


async def place_call(work: Work, person: Row, user_data: Mapping[str, str], *, form_token: UUID) -> UUID | None:
    """Plan a call to one person; a form that is sent twice plans one. ``user_data`` is what the agent is told."""
    delivery_id = await plan_call(
        work,
        kind="single",
        to=person.phone,
        name=person.name,
        user_data={name: value for name, value in user_data.items() if value},
        key=f"single:{form_token}",
        person_id=person.id,
    )
    await _note(work, "call.placed_by_hand", delivery_id, person)
    return delivery_id


async def _note(
    work: Work,
    action: Literal["whatsapp.sent_by_hand", "call.placed_by_hand"],
    delivery_id: UUID | None,
    person: Row,
    **details: str,
) -> None:
    if delivery_id:
        await audit.record(work, action, "delivery", delivery_id, person.name, person_id=str(person.id), **details)
        work.signal("deliveries")
