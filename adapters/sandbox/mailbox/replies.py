"""The mailbox's form for answering, and the callbacks that bring answers to the product."""

import re
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.controller import back, message_or_404
from adapters.sandbox.mailbox.replying import MAX_TEXT, Reply, reply, subject_of
from adapters.sandbox.rendering import from_own_pages
from adapters.settings import Settings

# As SendGrid takes e-mails.
LARGEST = 30 * 1024 * 1024
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class ReplyController(Controller):
    path = "/mailbox/{message_id:int}/replies"
    guards = [from_own_pages]

    @post(status_code=303, request_max_body_size=LARGEST)
    async def create(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        settings: NamedDependency[Settings],
        message_id: FromPath[int],
    ) -> Response[bytes]:
        """Answer the message as its recipient."""
        message = await message_or_404(database, message_id)
        if not message.is_delivered:
            raise NotFoundException
        form = await request.form()
        text = str(form.get("text") or "").replace("\x00", "").replace("\r\n", "\n").strip()[:MAX_TEXT]
        files = [await _file(one) for one in form.getall("files", []) if isinstance(one, UploadFile) and one.filename]
        if not (text or files):
            return back(message, "empty")
        written = Reply(text, files, is_automatic=form.get("is_automatic") == "yes")
        await reply(callbacks, settings, message, written, await database.now())
        return back(message, "answered")

    @post("/{callback_id:int}", status_code=303)
    async def send_again(
        self,
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        message_id: FromPath[int],
        callback_id: FromPath[int],
    ) -> Response[bytes]:
        """Post an answer once more."""
        message = await message_or_404(database, message_id)
        if callback_id not in {one["id"] for one in await callbacks.about("sendgrid", subject_of(message))}:
            raise NotFoundException
        await callbacks.again(callback_id)
        return back(message, "again")


async def _file(upload: UploadFile) -> tuple[str, str, bytes]:
    media_type = upload.content_type if _TYPE.fullmatch(upload.content_type or "") else "application/octet-stream"
    return upload.filename, media_type, await upload.read()
