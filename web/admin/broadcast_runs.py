"""What is done with a broadcast: confirm it, take it back, stop it, send the failed again, try it out on oneself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field

from domain.broadcasts.broadcast import find_broadcast
from domain.broadcasts.previewing import try_out
from domain.broadcasts.starting import cancel_broadcast, confirm_broadcast, retry_failed, take_back
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.leads.filters import HOME_ZONE
from domain.work import Work
from web.admin.broadcasts import INDEX, draft_context
from web.forms import Form, FormModel, FormRefused, read_form, refuse
from web.rendering import go

DRAFT = "admin/broadcasts/draft.html"


class ConfirmationForm(FormModel):
    expected: int = Field(ge=0)
    when: str = "now"
    send_at: str = ""


class BroadcastRunController(Controller):
    path = "/broadcasts/{broadcast_id:uuid}"

    @post("/confirmation")
    async def confirm(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        broadcast = await find_broadcast(work, broadcast_id)
        if not broadcast.is_draft:  # pressed twice
            return go(request, f"{INDEX}/{broadcast_id}")
        context = await draft_context(request, work, broadcast)
        data, form = await read_form(request, ConfirmationForm, DRAFT, **context)
        try:
            send_at = read_moment(data.send_at) if data.when == "later" else None
            await confirm_broadcast(work, broadcast_id, data.expected, send_at)
        except (InvalidInput, Conflict) as error:
            raise refuse(DRAFT, form, error, **context) from None
        return go(request, f"{INDEX}/{broadcast_id}")

    @post("/confirmation/end")
    async def take_back(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        await take_back(work, broadcast_id)
        return go(request, f"{INDEX}/{broadcast_id}", _("It is a draft again. Nothing is sent."))

    @post("/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        count = await cancel_broadcast(work, broadcast_id)
        message = ngettext("{count} message was cancelled.", "{count} messages were cancelled.", count)
        return go(request, f"{INDEX}/{broadcast_id}", message)

    @post("/retry")
    async def retry(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        count = await retry_failed(work, broadcast_id)
        message = ngettext("{count} message is on its way again.", "{count} messages are on their way again.", count)
        return go(request, f"{INDEX}/{broadcast_id}", message)

    @post("/trial")
    async def try_out(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        try:
            trial = await try_out(work, broadcast_id)
        except InvalidInput as error:
            context = await draft_context(request, work, await find_broadcast(work, broadcast_id))
            raise FormRefused(DRAFT, Form({}, error.fields), context) from None
        return go(request, f"{INDEX}/{broadcast_id}", _("On its way to {address}.", address=trial.to))


def read_moment(text: str) -> datetime:
    """Return the moment a date and time field holds, which is India's; raise InvalidInput when it holds none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=HOME_ZONE)
    except ValueError:
        raise InvalidInput({"send_at": _("Please give a date and a time.")}) from None
