"""A conversation on WhatsApp, and an answer while they may be answered. What people wrote is listed in Messages."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain import audit
from domain.errors import DomainError, NotFound
from domain.language import _
from domain.leads.phones import parse_phone
from domain.messaging.whatsapp.conversation import find_conversation, mark_conversation_read
from domain.messaging.whatsapp.texting import LONGEST_TEXT, plan_whatsapp_text
from domain.work import Work
from web.fields import Paragraphs
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page_or_fragment

SHOW = "admin/whatsapp/show.html"


class ReplyForm(FormModel):
    text: Annotated[Paragraphs, Field(min_length=1, max_length=LONGEST_TEXT)]
    form_token: UUID


class WhatsAppController(Controller):
    path = "/whatsapp"

    @get("/{phone:str}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], phone: FromPath[str]
    ) -> Template:
        conversation = await find_conversation(work, number_in(phone))
        await mark_conversation_read(work, conversation.phone)
        context = {"conversation": conversation, "form": None, "form_token": uuid4(), "now": work.now}
        return page_or_fragment(request, SHOW, "admin/whatsapp/_lines.html", **context)

    @post("/{phone:str}/replies")
    async def reply(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], phone: FromPath[str]
    ) -> Response[Any]:
        conversation = await find_conversation(work, number_in(phone))
        context = {"conversation": conversation, "form_token": uuid4(), "now": work.now}
        data, form = await read_form(request, ReplyForm, SHOW, **context)
        try:
            delivery_id = await plan_whatsapp_text(
                work,
                to=conversation.phone,
                text=data.text,
                key=f"reply:{data.form_token}",
                name=conversation.who.name or "",
                person_id=conversation.who.id,
            )
        except DomainError as error:
            raise refuse(SHOW, form, error, **context) from None
        if delivery_id:
            await audit.record(work, "whatsapp.replied", "delivery", delivery_id, conversation.phone)
        return go(request, f"/admin/whatsapp/{conversation.phone}", _("Your answer is on its way."))


def number_in(text: str) -> str:
    """Return the number in an address; raise NotFound when it is none."""
    digits = text.strip().lstrip("+")
    found = f"+{digits}" if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15 else parse_phone(text)
    if not found:
        raise NotFound(_("This is no telephone number."))
    return found
