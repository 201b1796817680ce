"""WhatsApp templates: the list, and typing in what AiSensy has."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field, field_validator

from domain.automation.choices import filled_in_words
from domain.automation.uses import known_to_all, list_senders
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.messaging.whatsapp.facts import TemplateFacts
from domain.messaging.whatsapp.fixed import FIXED
from domain.messaging.whatsapp.templates import (
    add_template,
    find_template_by_id,
    list_templates,
    switch_template,
    update_template,
)
from domain.work import Row, Work
from web.fields import OneLine, Paragraphs
from web.forms import Form, FormModel, read_form, refuse, typed_values
from web.rendering import go, page

INDEX = "/admin/whatsapp/templates"
NEW, EDIT = "admin/whatsapp_templates/new.html", "admin/whatsapp_templates/edit.html"


def _number(text: object) -> str:
    return str(text).replace("₹", "").replace(",", "").strip() or "0"


class TemplateForm(FormModel):
    title: Annotated[OneLine, Field(min_length=1, max_length=80)]
    campaign: Annotated[OneLine, Field(min_length=1, max_length=120)]
    category: Literal["utility", "marketing"]
    language: Annotated[OneLine, Field(min_length=2, max_length=10)] = "en"
    body: Annotated[Paragraphs, Field(min_length=1, max_length=1024)]
    footer: Annotated[OneLine, Field(max_length=60)] = ""
    labels: Annotated[Paragraphs, Field(max_length=2000)] = ""
    media: Literal["", "image", "video", "document"] = ""
    buttons: Annotated[Paragraphs, Field(max_length=1000)] = ""
    seen: Annotated[int | None, Field(ge=0)] = None
    price: Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1000, decimal_places=4)] = Decimal(0)

    @field_validator("buttons")
    @classmethod
    def _readable_buttons(cls, text: str) -> str:
        for line in filter(None, map(str.strip, text.splitlines())):
            kind, colon, label = line.partition(":")
            if not colon or kind.strip().lower() not in ("link", "reply") or not label.strip():
                raise ValueError(_("Begin each line with “link:” or “reply:”, like “reply: Tell me more”."))
        return text

    def facts(self) -> TemplateFacts:
        lines = [line.partition(":") for line in self.buttons.splitlines() if line.strip()]
        return TemplateFacts(
            campaign=self.campaign,
            title=self.title,
            category=self.category,
            language=self.language,
            body=self.body.replace("\r\n", "\n"),
            footer=self.footer,
            labels=[line.strip() for line in self.labels.splitlines() if line.strip()],
            media=self.media,
            buttons=[(kind.strip().lower(), label.strip()) for kind, _colon, label in lines],
            price_paise=self.price * 100,
        )


class WhatsAppTemplateController(Controller):
    path = "/whatsapp/templates"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "admin/whatsapp_templates/index.html", templates=await list_templates(work))

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, NEW, form=None)

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, form = await read_form(request, TemplateForm, NEW)
        try:
            await add_template(work, data.facts())
        except InvalidInput as error:
            raise refuse(NEW, form, error) from None
        return go(request, INDEX, _("The template can be used now."))

    @get("/{template_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Template:
        return page(request, EDIT, form=None, **await edit_context(work, template_id))

    @post("/{template_id:uuid}/edit")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await edit_context(work, template_id)
        data, form = await read_form(request, TemplateForm, EDIT, **context)
        try:
            await update_template(work, template_id, data.facts(), seen=data.seen)
        except InvalidInput as error:
            raise refuse(EDIT, form, error, **context) from None
        except Conflict as error:
            # Whoever saves once more has been told, and means it.
            outdated = Form({**form.values, "seen": context["facts"].version})
            raise refuse(EDIT, outdated, error, **context) from None
        return go(request, INDEX, _("Saved."))

    @post("/{template_id:uuid}/activation")
    async def activate(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], template_id: FromPath[UUID]
    ) -> Response[Any]:
        is_active = (await typed_values(request)).get("is_active") == "yes"
        await switch_template(work, template_id, is_active)
        return go(request, INDEX, _("It is in use again.") if is_active else _("It is not in use any more."))


async def edit_context(work: Work, template_id: UUID) -> dict[str, Any]:
    """Return what the form holds of a template, who sends it, and what its parameters may be called then."""
    facts = await find_template_by_id(work, template_id)
    rules = await list_senders(work, facts.campaign)
    names = filled_in_words(known_to_all(rules))
    return typed_in(facts) | {"rules": rules, "names": names, "fixed": FIXED.get(facts.campaign, "")}


def typed_in(facts: Row) -> dict[str, Any]:
    """Return what the form holds of a template. The price stands whole: it may be less than a paisa exact."""
    price = (facts.price_paise / 100).quantize(Decimal("0.0001"))
    text = f"{price:f}".rstrip("0")
    return {"facts": facts, "price": text.ljust(text.index(".") + 3, "0")}
