"""Trying a WhatsApp template out: filled as for a real person, and sent to one's own number or another."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import audit
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.leads.phones import read_phones
from domain.messaging.outbox import plan_whatsapp
from domain.messaging.reaching import judge, refusal_of
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.templates.previewing import find_reader, known_of
from domain.messaging.whatsapp.filling import Template, problem_of, template_of
from domain.messaging.whatsapp.labels import variable_of
from domain.messaging.whatsapp.templates import find_template_by_id
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work


@dataclass(frozen=True, slots=True)
class Reading:
    """Values for the parameters of a template as for ``person``, or made up; ``others`` are found as well."""

    params: Sequence[str]
    person: Row | None = None
    others: Sequence[str] = ()


async def read_as(work: Work, template: Template, who: str) -> Reading:
    """Return what the parameters of a template would be for whoever ``who`` finds; samples where we know nothing."""
    work.require_admin()
    person, others = await find_reader(work, who)
    values = _samples() | (known_of(person) if person else {})
    return Reading([_value(values, label) for label in template.labels()], person, others)


async def try_template(
    work: Work,
    template_id: UUID,
    *,
    to: str,
    params: Sequence[str],
    links: Sequence[str] = (),
    media: WhatsAppMedia | None = None,
    form_token: UUID,
) -> UUID | None:
    """Send a template to a number; return the delivery, or None when the same form has sent it before.

    Raises InvalidInput by field, NotFound, and Conflict when the number may not be written to, or the template is not in use.
    """
    work.require_admin()
    found = await find_template_by_id(work, template_id)
    template = template_of(found)
    if not found.is_active:
        raise Conflict(_("This template is not in use. Use it again first."))
    told = {"url": media.url, "filename": media.filename, "kind": media.kind} if media else None
    if problem := problem_of(template, params, told, links):
        raise InvalidInput({"": problem})
    phones, wrong = read_phones(to)
    if wrong or len(phones) != 1:
        raise InvalidInput({"to": _("Please write one valid phone number.")})
    await _check_number(work, phones[0], is_marketing=template.category == "marketing")
    delivery_id = await plan_whatsapp(
        work,
        kind="test",
        to=phones[0],
        name=work.identity.name,
        template=template.campaign,
        key=f"try_template:{form_token}",
        params=params,
        media=media,
        buttons=links,
    )
    if delivery_id:
        about = {"to": phones[0]}
        await audit.record(
            work, "whatsapp_template.tried_out", "whatsapp_template", template_id, template.title, **about
        )
    return delivery_id


async def own_phone(work: Work) -> str:
    """Return the number of whoever asks, or nothing."""
    found: str | None = await work.value("select phone from people where id = %(id)s", id=work.identity.person_id)
    return found or ""


async def _check_number(work: Work, phone: str, *, is_marketing: bool) -> None:
    """Raise Conflict when the rules keep this from somebody else's number; one's own may always be tried."""
    if phone == await own_phone(work):
        return
    person_id: UUID | None = await work.value("select id from people where phone = %(phone)s", phone=phone)
    if refusal := refusal_of(await judge(work, "whatsapp", phone, person_id), is_marketing=is_marketing):
        raise Conflict(refusal)


def _samples() -> dict[str, str]:
    return {one.name: one.sample for text in TEMPLATES.values() for one in text.variables if not one.is_address}


def _value(values: dict[str, str], label: str) -> str:
    # WhatsApp takes one line, and none that is empty.
    return " ".join((values.get(variable_of(label)) or f"[{label}]").split())
