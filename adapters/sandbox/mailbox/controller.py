"""The mailbox's pages: the list, a message, its HTML, its attachments, and what can be done with it."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.engagement import post_again, record
from adapters.sandbox.mailbox.html import VIEW_HEADERS, shown_html
from adapters.sandbox.mailbox.messages import Filter, Message, count_messages, find_messages, get_message
from adapters.sandbox.mailbox.replying import MOST_BYTES, MOST_FILES, File, Reply, address_of, reply, subject_of
from adapters.sandbox.mailbox.unsubscribing import one_click_address, unsubscribe
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.settings import Settings
from domain.language import _

PER_PAGE = 20
_ATTEMPTS = """
select a.at, a.status, a.error, a.duration_ms, a.url, p.state, p.next_attempt_at, cardinality(p.event_ids) as events
from posts p join attempts a on a.post_id = p.id where p.event_ids && %(ids)s::bigint[] order by a.id desc limit 20
"""
_ATTACHMENT = (
    "select filename, media_type, content from attachments where mail_id = %(mail_id)s and position = %(position)s"
)
# What a browser may show as it is; anything else is a download.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class MailboxController(Controller):
    path = "/mailbox"
    guards = [from_own_pages]

    @get()
    async def index(self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]) -> Response[str]:
        query = request.query_params
        which = Filter(to=query.get("to"), category=query.get("category"), search=query.get("q"))
        total = await count_messages(database, which)
        pages = pages_of(total, PER_PAGE)
        number = page_number(query, pages)
        messages = await find_messages(database, which, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        return page(request, "mailbox/index.html", messages=messages, total=total, page=number, pages=pages)

    @get("/{message_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        message_id: FromPath[int],
    ) -> Response[str]:
        return await _shown(request, database, callbacks, await _message(database, message_id))

    @post("/{message_id:int}/reply", status_code=303)
    async def reply(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        settings: NamedDependency[Settings],
        message_id: FromPath[int],
    ) -> Response[Any]:
        """Reply as the recipient; it comes to us as SendGrid's inbound parse posts it."""
        message = await _message(database, message_id)
        form = await request.form()
        text = str(form.get("text") or "").replace("\x00", "").strip()
        files = await _files(form)
        error = _wrong(text, files)
        if error:
            return await _shown(request, database, callbacks, message, typed=text, error=error)
        url = f"{settings.base_url}/webhooks/sendgrid/inbound"
        answer = Reply(text, files, form.get("is_automatic") == "on")
        await reply(callbacks, url, message, answer, await database.now())
        return _back(message, "replied")

    @get("/{message_id:int}/html")
    async def html(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        message_id: FromPath[int],
    ) -> Response[str]:
        """Show the HTML; who looks at it has opened the e-mail."""
        message = await _message(database, message_id)
        if message.row.open_tracking and message.is_delivered:
            details = {**visitor(request), "sg_machine_open": False, "sg_content_type": "html"}
            await record(database, poster, message.id, "open", details)
        return Response(shown_html(message), media_type="text/html", headers=VIEW_HEADERS)

    @get("/{message_id:int}/attachments/{position:int}")
    async def attachment(
        self, database: NamedDependency[SandboxDatabase], message_id: FromPath[int], position: FromPath[int]
    ) -> Response[bytes]:
        message = await _message(database, message_id)
        row = await database.row(_ATTACHMENT, mail_id=message.row.mail_id, position=position)
        if row is None:
            raise NotFoundException
        shown = row.media_type in PICTURES
        kind = "inline" if shown else "attachment"
        headers = {
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(row.filename, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return Response(
            row.content, media_type=row.media_type if shown else "application/octet-stream", headers=headers
        )

    @post("/{message_id:int}/events", status_code=303)
    async def resend(
        self,
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Post the message's events once more."""
        message = await _message(database, message_id)
        await post_again(database, poster, message.id)
        return _back(message, "posted")

    @post("/{message_id:int}/spam", status_code=303)
    async def spam(
        self,
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Report the message as spam, as its recipient would."""
        message = await _message(database, message_id)
        await record(database, poster, message.id, "spamreport", {})
        return _back(message, "spam")

    @post("/{message_id:int}/unsubscription", status_code=303)
    async def unsubscription(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Click the mail program's own unsubscribe button. It reaches our own product only."""
        message = await _message(database, message_id)
        address = one_click_address(message)
        if address is None or not address.startswith(f"{settings.base_url}/"):
            return _back(message, "elsewhere")
        status = await unsubscribe(address)
        return _back(message, "unsubscribed" if status is not None and status < 400 else "refused")


def visitor(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return what SendGrid tells about who opened or clicked."""
    address = request.client.host if request.client else ""
    return {"ip": address, "useragent": request.headers.get("User-Agent", "")[:500]}


async def _shown(
    request: Request[Any, Any, Any],
    database: SandboxDatabase,
    callbacks: Callbacks,
    message: Message,
    *,
    typed: str = "",
    error: str = "",
) -> Response[str]:
    return page(
        request,
        "mailbox/show.html",
        status_code=422 if error else 200,
        message=message,
        attempts=await database.rows(_ATTEMPTS, ids=[event["id"] for event in message.events]),
        can_unsubscribe=one_click_address(message) is not None,
        reply_to=address_of(message),
        replies=await callbacks.about("sendgrid", subject_of(message)),
        typed=typed,
        error=error,
    )


async def _files(form: Any) -> list[File]:
    """Return the files a form brings; a field left empty brings none."""
    files = [item for item in form.getall("files", []) if isinstance(item, UploadFile) and item.filename]
    return [
        File(
            PurePath(file.filename).name[:200],
            (file.content_type or "application/octet-stream")[:100],
            await file.read(),
        )
        for file in files[: MOST_FILES + 1]
    ]


def _wrong(text: str, files: Sequence[File]) -> str:
    if not text and not files:
        return _("Write something, or attach a file.")
    if len(files) > MOST_FILES or sum(len(file.content) for file in files) > MOST_BYTES:
        return _("At most ten files, of 20 MB together.")
    return ""


async def _message(database: SandboxDatabase, message_id: int) -> Message:
    message = await get_message(database, message_id) if message_id < 2**63 else None
    if message is None:
        raise NotFoundException
    return message


def _back(message: Message, done: str) -> Response[bytes]:
    return go(f"/mailbox/{message.id}?{urlencode({'done': done})}")
