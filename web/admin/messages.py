"""Messages: what people write to us by e-mail and WhatsApp, so that nothing arrives unseen."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template

from domain.errors import NotFound
from domain.language import _, ngettext
from domain.messaging.inbox import (
    MessageFilter,
    files_of,
    find_message,
    list_messages,
    mark_all_messages,
    mark_message,
    open_message,
    read_message_filter,
)
from domain.messaging.quotes import split_quote
from domain.work import Work
from web.downloads import stored_chunks
from web.forms import typed_values
from web.paging import page_number
from web.rendering import go, page, page_or_fragment
from web.work import services_of

INDEX = "/admin/messages"


class MessageController(Controller):
    path = "/messages"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_message_filter(request.query_params)
        context = {
            "messages": await list_messages(work, wanted, page_number(request)),
            "wanted": wanted,
            "query": wanted.as_values(),
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "chips": chips(wanted),
            "channels": channel_names(),
            "now": work.now,
        }
        return page_or_fragment(request, "admin/messages/index.html", "admin/messages/_results.html", **context)

    @get("/{message_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], message_id: FromPath[UUID]
    ) -> Template:
        message = await open_message(work, message_id)
        written, quoted = split_quote(message.body)
        context = {"written": written, "quoted": quoted, "files": files_of(message), "channels": channel_names()}
        return page(request, "admin/messages/show.html", message=message, **context)

    @get("/{message_id:uuid}/files/{number:int}", opt={"no_shell": True})
    async def file(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        message_id: FromPath[UUID],
        number: FromPath[int],
    ) -> Stream:
        files = files_of(await find_message(work, message_id))
        if not 0 <= number < len(files) or not (stored_name := files[number].stored_name):
            raise NotFound(_("This message has no such file."))
        try:
            chunks = await stored_chunks(services_of(request).files, stored_name)
        except FileNotFoundError:
            raise NotFound(_("This file is not here any more.")) from None
        # A stranger chose its name and what is in it: it is only ever saved, never opened by the browser as ours.
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(files[number].name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
        }
        return Stream(chunks, media_type="application/octet-stream", headers=headers)

    @post("/{message_id:uuid}/reading")
    async def read(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], message_id: FromPath[UUID]
    ) -> Response[Any]:
        is_read = (await typed_values(request)).get("is_read") != "no"
        await mark_message(work, message_id, is_read=is_read)
        return go(request, INDEX, _("Marked as read.") if is_read else _("Marked as unread."))

    @post("/all/reading")
    async def read_all(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        marked = await mark_all_messages(work)
        message = ngettext("{count} message is marked as read.", "{count} messages are marked as read.", marked)
        return go(request, INDEX, message)


def chips(wanted: MessageFilter) -> list[tuple[str, str]]:
    """Return what is filtered by beside the tabs, in words."""
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "channel": _("Channel: {what}", what=channel_names().get(wanted.channel, "")),
    }
    return [(name, words[name]) for name in wanted.as_values() if name in words]


def channel_names() -> dict[str, str]:
    return {"email": _("E-mail"), "whatsapp": _("WhatsApp"), "call": _("Call"), "note": _("Note")}
