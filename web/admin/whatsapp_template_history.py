"""What a WhatsApp template has been, going back to it, and trying it out."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.errors import DomainError
from domain.language import _
from domain.messaging.whatsapp.filling import Template as WhatsAppTemplate
from domain.messaging.whatsapp.filling import filled, template_of
from domain.messaging.whatsapp.restoring import default_of, reset_template, restore_template
from domain.messaging.whatsapp.templates import find_template_by_id
from domain.messaging.whatsapp.trying import own_phone, read_as, try_template
from domain.messaging.whatsapp.versions import list_versions
from domain.work import Work
from web.admin.single_messages import media_of, text_of
from web.fields import OneLine
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page

VERSIONS = "admin/whatsapp_templates/versions.html"
TRIAL = "admin/whatsapp_templates/trial.html"


class SeenForm(FormModel):
    seen: Annotated[int, Field(ge=0)]


class TrialForm(FormModel):
    form_token: UUID
    to: Annotated[OneLine, Field(max_length=40)] = ""


class WhatsAppTemplateHistoryController(Controller):
    path = "/whatsapp/templates/{template_id:uuid}"

    @get("/versions")
    async def versions(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Template:
        return page(request, VERSIONS, form=None, **await history(work, template_id))

    @post("/versions/{version:int}/restoration")
    async def restore(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        template_id: FromPath[UUID],
        version: FromPath[int],
    ) -> Response[Any]:
        context = await history(work, template_id)
        data, form = await read_form(request, SeenForm, VERSIONS, **context)
        try:
            await restore_template(work, template_id, version, seen=data.seen)
        except DomainError as error:
            raise refuse(VERSIONS, form, error, **context) from None
        return go(request, f"{place(template_id)}/versions", _("Version {number} is back.", number=version))

    @post("/reset")
    async def reset(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await history(work, template_id)
        data, form = await read_form(request, SeenForm, VERSIONS, **context)
        try:
            await reset_template(work, template_id, seen=data.seen)
        except DomainError as error:
            raise refuse(VERSIONS, form, error, **context) from None
        return go(request, f"{place(template_id)}/versions", _("The default is back."))

    @get("/trial")
    async def trial(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Template:
        context = await question(work, template_id, request.query_params.get("who", "")[:200])
        return page(request, TRIAL, form=None, form_token=uuid4(), to=await own_phone(work), **context)

    @post("/trial")
    async def send(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Response[Any]:
        typed = await typed_values(request)
        context = await question(work, template_id, str(typed.get("who", ""))[:200])
        template: WhatsAppTemplate = context["chosen"]
        data, form = await read_form(request, TrialForm, TRIAL, form_token=uuid4(), to="", **context)
        params = [text_of(form, f"param_{number}") for number in range(1, template.param_count + 1)]
        context["text"] = filled(template.body, params)
        try:
            delivery_id = await try_template(
                work,
                template_id,
                to=data.to,
                params=params,
                links=[text_of(form, f"link_{number}") for number in range(1, len(template.links) + 1)],
                media=media_of(template, text_of(form, "media")),
                form_token=data.form_token,
            )
        except DomainError as error:
            raise refuse(TRIAL, form, error, form_token=data.form_token, to="", **context) from None
        if delivery_id is None:
            return go(request, "/admin/deliveries?channel=whatsapp", _("It is on its way already."))
        return go(request, f"/admin/deliveries/{delivery_id}", _("The test is on its way."))


async def history(work: Work, template_id: UUID) -> dict[str, Any]:
    template = await find_template_by_id(work, template_id)
    versions = await list_versions(work, template_id)
    return {"facts": template, "versions": versions, "default": default_of(template)}


async def question(work: Work, template_id: UUID, who: str) -> dict[str, Any]:
    """Return the template and how it reads to whoever was chosen."""
    row = await find_template_by_id(work, template_id)
    template = template_of(row)
    reading = await read_as(work, template, who)
    return {
        "facts": row,
        "chosen": template,
        "reading": reading,
        "who": who,
        "text": filled(template.body, reading.params),
    }


def place(template_id: UUID) -> str:
    return f"/admin/whatsapp/templates/{template_id}"
