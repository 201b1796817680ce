"""The phones' pages: all conversations, one of them, and the customer's side of it."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.aisensy.messages import find_message
from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.phone.answering import change_marketing, press, write
from adapters.sandbox.aisensy.phone.conversations import (
    Conversation,
    bubble_of,
    count_conversations,
    find_conversation,
    find_conversations,
)
from adapters.sandbox.aisensy.phone.files import fetched, find_file, shown
from adapters.sandbox.aisensy.phone.forms import NothingToSend, sent_in
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.settings import Settings

PER_PAGE = 20


class PhoneController(Controller):
    path = "/phone"
    guards = [from_own_pages]

    @get()
    async def index(self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]) -> Response[str]:
        search = request.query_params.get("q")
        total = await count_conversations(database, search)
        pages = pages_of(total, PER_PAGE)
        number = page_number(request.query_params, pages)
        found = await find_conversations(database, search, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        return page(request, "phone/index.html", conversations=found, total=total, page=number, pages=pages)

    @post(status_code=303)
    async def create(self, request: Request[Any, Any, Any], sending: NamedDependency[Sending]) -> Response[bytes]:
        """Let somebody write who was not written to."""
        form = await request.form()
        phone, text = digits_of(form.get("number")), str(form.get("text") or "").strip()
        if phone is None or not text:
            return go("/phone?done=unsent")
        await write(sending, phone, {"text": text[:4096]}, name=str(form.get("name") or "").strip()[:100])
        return _to(phone, "written")

    @get("/{number:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        number: FromPath[str],
    ) -> Response[str]:
        conversation = await _conversation(database, settings, number)
        return page(request, "phone/show.html", conversation=conversation, business=settings.mail_from_name)

    @get("/{number:str}/bubbles")
    async def bubbles(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        number: FromPath[str],
    ) -> Response[Any]:
        """Show the messages alone, for the page to refresh them; nothing while they are as the page has them."""
        conversation = await _conversation(database, settings, number)
        if request.query_params.get("state") == conversation.state:
            return Response(b"", status_code=204, media_type="text/plain")
        return page(request, "phone/_bubbles.html", conversation=conversation)

    @get("/{number:str}/messages/{message_id:str}")
    async def message(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        settings: NamedDependency[Settings],
        number: FromPath[str],
        message_id: FromPath[str],
    ) -> Response[str]:
        """Show a message with all the business was told about it."""
        row = await _message(database, number, message_id)
        told = await callbacks.about("aisensy", row.message_id)
        return page(request, "phone/message.html", bubble=bubble_of(row, settings.base_url), callbacks=told)

    @post("/{number:str}/messages", status_code=303)
    async def write(
        self,
        request: Request[Any, Any, Any],
        sending: NamedDependency[Sending],
        settings: NamedDependency[Settings],
        number: FromPath[str],
    ) -> Response[bytes]:
        """Write, or send a file, a place or somebody's number, as the customer."""
        phone = _phone(number)
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("file")
        try:
            kind, content = await sent_in(
                sending.database, settings, fields, file if isinstance(file, UploadFile) else None
            )
        except NothingToSend as problem:
            return _to(phone, problem.why)
        await write(sending, phone, content, message_type=kind)
        return _to(phone, "written")

    @post("/{number:str}/messages/{message_id:str}/replies/{index:int}", status_code=303)
    async def press(
        self,
        sending: NamedDependency[Sending],
        number: FromPath[str],
        message_id: FromPath[str],
        index: FromPath[int],
    ) -> Response[bytes]:
        """Press a button below a message."""
        row = await _message(sending.database, number, message_id)
        if not await press(sending, row, index):
            raise NotFoundException
        return _to(row.phone, "written")

    @post("/{number:str}/marketing", status_code=303)
    async def marketing(self, sending: NamedDependency[Sending], number: FromPath[str]) -> Response[bytes]:
        """Stop marketing, or allow it again."""
        await change_marketing(sending, _phone(number))
        return _to(_phone(number), "changed")

    @post("/{number:str}/messages/{message_id:str}/callbacks/{callback_id:int}", status_code=303)
    async def tell_again(
        self,
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        number: FromPath[str],
        message_id: FromPath[str],
        callback_id: FromPath[int],
    ) -> Response[bytes]:
        """Post a webhook once more."""
        row = await _message(database, number, message_id)
        told = await callbacks.about("aisensy", row.message_id)
        if callback_id not in [callback["id"] for callback in told]:
            raise NotFoundException
        await callbacks.again(callback_id)
        return go(f"/phone/{row.phone}/messages/{row.message_id}?done=told")

    @get("/{number:str}/messages/{message_id:str}/media")
    async def media(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        number: FromPath[str],
        message_id: FromPath[str],
    ) -> Response[bytes]:
        """Show the file of a message of ours, fetched from our own product as WhatsApp would."""
        media = (await _message(database, number, message_id)).content.get("media") or {}
        url = str(media.get("url", ""))
        found = await fetched(url) if url.startswith(f"{settings.base_url}/") else None
        if found is None:
            raise NotFoundException
        return shown(str(media.get("filename", "")), *found)

    @get("/files/{file_id:str}")
    async def file(self, database: NamedDependency[SandboxDatabase], file_id: FromPath[str]) -> Response[bytes]:
        """Give out a file a customer sent."""
        row = await find_file(database, file_id)
        if row is None:
            raise NotFoundException
        return shown(row.filename, row.media_type, row.content)


async def _conversation(database: SandboxDatabase, settings: Settings, number: str) -> Conversation:
    conversation = await find_conversation(database, _phone(number), settings.base_url)
    if conversation is None:
        raise NotFoundException
    return conversation


async def _message(database: SandboxDatabase, number: str, message_id: str) -> Any:
    row = await find_message(database, message_id=message_id)
    if row is None or row.phone != _phone(number):
        raise NotFoundException
    return row


def _phone(number: str) -> str:
    phone = digits_of(f"+{number.lstrip('+ ')}")
    if phone is None:
        raise NotFoundException
    return phone


def _to(phone: str, done: str) -> Response[bytes]:
    return go(f"/phone/{phone}?{urlencode({'done': done})}#newest")
