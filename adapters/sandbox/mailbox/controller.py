"""The mailbox's pages: the list, a message, its HTML, its attachments, and what can be done with it."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.engagement import post_again, record
from adapters.sandbox.mailbox.html import VIEW_HEADERS, shown_html
from adapters.sandbox.mailbox.messages import Filter, Message, count_messages, find_messages, get_message
from adapters.sandbox.mailbox.replying import subject_of
from adapters.sandbox.mailbox.unsubscribing import one_click_address, unsubscribe
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.settings import Settings

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
        # What waits at SendGrid is in nobody's mailbox yet, and what was cancelled never will be.
        waiting = query.get("show") == "scheduled"
        which = Filter(to=query.get("to"), category=query.get("category"), search=query.get("q"), is_waiting=waiting)
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
        message = await message_or_404(database, message_id)
        context: dict[str, Any] = {
            "message": message,
            "attempts": await database.rows(_ATTEMPTS, ids=[event["id"] for event in message.events]),
            "can_unsubscribe": one_click_address(message) is not None,
            "replies": await callbacks.about("sendgrid", subject_of(message)),
        }
        return page(request, "mailbox/show.html", **context)

    @get("/{message_id:int}/html")
    async def html(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        message_id: FromPath[int],
    ) -> Response[str]:
        """Show the HTML; who looks at it has opened the e-mail."""
        message = await message_or_404(database, message_id)
        if message.row.open_tracking and message.is_delivered:
            details = {**visitor(request), "sg_machine_open": False, "sg_content_type": "html"}
            await record(database, poster, message.id, "open", details)
        return Response(shown_html(message), media_type="text/html", headers=VIEW_HEADERS)

    @get("/{message_id:int}/attachments/{position:int}")
    async def attachment(
        self, database: NamedDependency[SandboxDatabase], message_id: FromPath[int], position: FromPath[int]
    ) -> Response[bytes]:
        message = await message_or_404(database, message_id)
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
        message = await message_or_404(database, message_id)
        await post_again(database, poster, message.id)
        return back(message, "posted")

    @post("/{message_id:int}/spam", status_code=303)
    async def spam(
        self,
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Report the message as spam, as its recipient would."""
        message = await message_or_404(database, message_id)
        await record(database, poster, message.id, "spamreport", {})
        return back(message, "spam")

    @post("/{message_id:int}/unsubscription", status_code=303)
    async def unsubscription(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Click the mail program's own unsubscribe button. It reaches our own product only."""
        message = await message_or_404(database, message_id)
        address = one_click_address(message)
        if address is None or not address.startswith(f"{settings.base_url}/"):
            return back(message, "elsewhere")
        status = await unsubscribe(address)
        return back(message, "unsubscribed" if status is not None and status < 400 else "refused")


def visitor(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return what SendGrid tells about who opened or clicked."""
    address = request.client.host if request.client else ""
    return {"ip": address, "useragent": request.headers.get("User-Agent", "")[:500]}


async def message_or_404(database: SandboxDatabase, message_id: int) -> Message:
    """Return a message or answer 404."""
    message = await get_message(database, message_id) if message_id < 2**63 else None
    if message is None:
        raise NotFoundException
    return message


def back(message: Message, done: str) -> Response[bytes]:
    """Answer a form of a message's page: back to it, which says what was done."""
    return go(f"/mailbox/{message.id}?{urlencode({'done': done})}")
