"""One WhatsApp message or call to one person: choose the template, fill it, see how it reads, send."""

from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.errors import DomainError, InvalidInput
from domain.language import _
from domain.messaging.direct import To, make_call, write_whatsapp
from domain.messaging.outbox import Channel
from domain.messaging.reaching import find_recipient, judge, refusal_of
from domain.messaging.whatsapp import filling
from domain.messaging.whatsapp.templates import list_templates
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work
from web.fields import OneLine
from web.forms import Form, FormModel, read_form, refuse, typed_values
from web.rendering import go, page

NEW, CALL = "admin/single_messages/new.html", "admin/single_messages/call.html"
LONGEST = 500


class CallForm(FormModel):
    form_token: UUID
    course: Annotated[OneLine, Field(max_length=LONGEST)] = ""
    about: Annotated[OneLine, Field(max_length=LONGEST)] = ""


class WhatsAppForm(FormModel):
    form_token: UUID


class SingleMessageController(Controller):
    path = "/people/{person_id:uuid}"

    @get("/whatsapp/new")
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        context = await question(work, person_id, str(request.query_params.get("template", "")))
        return page(request, NEW, form=None, form_token=uuid4(), **context)

    @post("/whatsapp")
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        typed = await typed_values(request)
        context = await question(work, person_id, str(typed.get("template", "")))
        data, form = await read_form(request, WhatsAppForm, NEW, form_token=uuid4(), **context)
        chosen: filling.Template | None = context["chosen"]
        if chosen is None:
            raise refuse(NEW, form, InvalidInput({"template": _("Choose a template.")}), form_token=uuid4(), **context)
        try:
            delivery_id = await write_whatsapp(
                work,
                To(person_id),
                template=chosen.campaign,
                params=[text_of(form, f"param_{number}") for number in range(1, chosen.param_count + 1)],
                links=[text_of(form, f"link_{number}") for number in range(1, len(chosen.links) + 1)],
                media=media_of(chosen, text_of(form, "media")),
                form_token=data.form_token,
            )
        except DomainError as error:
            raise refuse(NEW, form, of_the_form(error), form_token=data.form_token, **context) from None
        told = _("It waits for the end of their quiet hours.") if context["waits_until"] else _("It is on its way.")
        return go(request, f"/admin/deliveries/{delivery_id}", told)

    @get("/calls/new")
    async def dial(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        return page(request, CALL, form=None, form_token=uuid4(), **await call_question(work, person_id))

    @post("/calls")
    async def call(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await call_question(work, person_id)
        data, form = await read_form(request, CallForm, CALL, form_token=uuid4(), **context)
        told = {name: text for name, text in (("course", data.course), ("about", data.about)) if text}
        try:
            delivery_id = await make_call(work, To(person_id), user_data=told, form_token=data.form_token)
        except DomainError as error:
            raise refuse(CALL, form, error, form_token=data.form_token, **context) from None
        waits = _("The call waits for the end of their quiet hours.")
        said = waits if context["waits_until"] else _("The call is being made.")
        return go(request, f"/admin/deliveries/{delivery_id}", said)


async def question(work: Work, person_id: UUID, campaign: str) -> dict[str, Any]:
    """Return who is written to, the templates there are, and the one that was chosen."""
    person = await find_recipient(work, person_id)
    templates = await list_templates(work, only_active=True)
    row: Row | None = next((one for one in templates if one.campaign == campaign), None)
    chosen = filling.template_of(row) if row else None
    values = filling.first_values(chosen, person.name) if chosen else []
    is_marketing = chosen is not None and chosen.category == "marketing"
    return await reach(work, "whatsapp", person, is_marketing=is_marketing) | {
        "templates": [(one.campaign, one.title) for one in templates],
        "chosen": chosen,
        "price": row.price_paise if row else None,
        "first_values": values,
    }


async def call_question(work: Work, person_id: UUID) -> dict[str, Any]:
    """Return who is to be called, and when or why not."""
    return await reach(work, "call", await find_recipient(work, person_id), is_marketing=False)


async def reach(work: Work, channel: Channel, person: Row, *, is_marketing: bool) -> dict[str, Any]:
    """Return why nothing may go to them, and until when their quiet hours let it wait."""
    judged = await judge(work, channel, person.phone, person.id)
    waits_until = judged.leaves_at if judged.leaves_at > work.now else None
    return {"person": person, "refusal": refusal_of(judged, is_marketing=is_marketing), "waits_until": waits_until}


def of_the_form(error: DomainError) -> DomainError:
    """Return what belongs to the whole form here, since it has a field for each parameter."""
    if isinstance(error, InvalidInput) and (text := error.fields.get("params")):
        return InvalidInput({"": text})
    return error


def media_of(template: filling.Template, url: str) -> WhatsAppMedia | None:
    """Return the file to send, or None where the template wants none. Raises InvalidInput for what is no https address."""
    if not template.media:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise InvalidInput({"media": _("Paste the https address of the file.")})
    name = parts.path.rsplit("/", 1)[-1] or _("file")
    return WhatsAppMedia(url, name, template.media)  # type: ignore[arg-type]


def text_of(form: Form[Any], name: str) -> str:
    value = form.values.get(name, "")
    return str(value).strip()[:LONGEST] if isinstance(value, str) else ""
