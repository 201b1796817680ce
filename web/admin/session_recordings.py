"""The recordings of one class: what Zoom has left, looked for now, and what was added by hand."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from pydantic import Field

from domain.errors import InvalidInput
from domain.language import _
from domain.recordings.managing import add_link, session_recordings, sync_now
from domain.work import Work
from web.admin.recording_uploads import keep_upload, largest, too_large_words
from web.drained import Drained
from web.errors import render_http_error
from web.fields import OneLine
from web.forms import Form, FormModel, FormRefused, read_form, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.work import opened_work

SHOW = "admin/recordings/session.html"
FRAGMENT = "admin/recordings/_session.html"
ADD = "admin/recordings/new.html"
# The setting decides; this is the most it can be set to.
LARGEST_BODY = 21_000 * 1024 * 1024
ACCEPT = ".mp4,.m4v,.m4a,video/mp4,audio/mp4"


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Say on the form it came from why a recording was refused while it was still coming in."""
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        path = request.url.path.removesuffix("/upload")
        return Drained(go(request, f"{path}/new", too_large_words(request), "error"), most=LARGEST_BODY)
    return render_http_error(request, error)


class LinkForm(FormModel):
    url: Annotated[OneLine, Field(min_length=1, max_length=2_000)]
    title: Annotated[OneLine, Field(max_length=120)] = ""
    length: Annotated[str, Field(max_length=12)] = ""


class SessionRecordingController(Controller):
    path = "/sessions/{session_id:uuid}/recordings"
    exception_handlers = {HTTPException: too_large}

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        session, recordings = await session_recordings(work, session_id)
        return page_or_fragment(
            request, SHOW, FRAGMENT, session=session, recordings=recordings, unmatched=session.unmatched, now=work.now
        )

    @post("/sync")
    async def sync(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        try:
            await sync_now(work, session_id)
        except InvalidInput as refusal:
            return go(request, place(session_id), str(refusal), "warning")
        return go(request, place(session_id), _("Zoom is being asked. The outcome appears here."))

    @get("/new")
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        return page(request, ADD, form=None, **await self._context(request, work, session_id))

    @post("/links")
    async def link(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await self._context(request, work, session_id)
        data, form = await read_form(request, LinkForm, ADD, **context)
        try:
            await add_link(work, session_id, data.url, data.title, seconds_in(data.length))
        except InvalidInput as refusal:
            raise refuse(ADD, form, refusal, **context) from None
        return go(request, place(session_id), _("The link is added."))

    @post("/upload", opt={"takes_files": True, "takes_recordings": True}, request_max_body_size=LARGEST_BODY)
    async def upload(self, request: Request[Any, Any, Any], session_id: FromPath[UUID]) -> Response[Any]:
        async with opened_work(request) as work:
            context = await self._context(request, work, session_id)
        typed, sent = await typed_values(request), (await request.form()).get("file")
        title = " ".join(str(typed.get("upload_title", "")).split())[:120]
        try:
            await keep_upload(request, session_id, sent if isinstance(sent, UploadFile) else None, title)
        except InvalidInput as refusal:
            raise FormRefused(ADD, Form(typed, refusal.fields), context) from None
        return go(request, place(session_id), _("The recording is uploaded."))

    async def _context(self, request: Request[Any, Any, Any], work: Work, session_id: UUID) -> dict[str, Any]:
        session, _recordings = await session_recordings(work, session_id)
        limit = largest(request) // 1024 // 1024
        return {"session": session, "limit": limit, "accept": ACCEPT}


def place(session_id: UUID) -> str:
    return f"/admin/sessions/{session_id}/recordings"


def seconds_in(length: str) -> int:
    """Return the seconds of a typed length, 1:05:30 or 65:30; 0 for none. Raises InvalidInput."""
    parts = length.replace(".", ":").split(":") if length else []
    if not parts:
        return 0
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        raise InvalidInput({"length": _("Write it like 1:05:30 or 48:00, or leave it empty.")})
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds
