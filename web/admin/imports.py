"""Imports: their history, uploading a file, and the one page that shows an import through its whole life."""

from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response, Stream, Template
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from domain.errors import Conflict, DomainError
from domain.language import _
from domain.leads.cells import cell_text
from domain.leads.import_listing import KINDS, PER_PAGE, find_import, list_imports, list_remarks, write_rejects
from domain.leads.imports import LeadImport, add_import, discard_import, sheets_left_out
from domain.leads.sequence_moments import sequence_moments
from domain.leads.sequences import list_sequence_courses
from domain.leads.unreadable import MAX_BYTES, FileTooLarge
from domain.work import Row, Work
from web.admin.import_words import import_words
from web.downloads import csv_download
from web.drained import Drained
from web.errors import render_http_error
from web.forms import Form, FormRefused
from web.paging import page_number
from web.rendering import go, is_fragment, page, page_or_fragment
from web.work import services_of

HISTORY = "/admin/imports"
NEW = "admin/imports/new.html"
CHUNK = 256 * 1024
ACCEPT = ".csv,.tsv,.txt,.tab,.xlsx"
LARGEST_BODY = 60_000_000  # a file of 50 MB and its form
FORM_VALUES = {"accept": ACCEPT, "limit": MAX_BYTES // 1024 // 1024}


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Show what was refused while it was still coming in on the form that it came from."""
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return Drained(go(request, f"{HISTORY}/new", str(FileTooLarge()), "error"))
    return render_http_error(request, error)


class ImportController(Controller):
    path = "/imports"
    exception_handlers = {HTTPException: too_large}

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        found = await list_imports(work, page_number(request))
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        context = {"imports": found, "now": work.now, "here": here, "form": None, **FORM_VALUES, **import_words()}
        return page_or_fragment(request, "admin/imports/index.html", "admin/imports/_imports.html", **context)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, NEW, form=None, **FORM_VALUES)

    @post(opt={"takes_files": True}, request_max_body_size=LARGEST_BODY)
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        upload = (await request.form()).get("file")
        try:
            lead_import = await keep(request, work, upload if isinstance(upload, UploadFile) else None)
        except DomainError as error:
            raise FormRefused(NEW, Form({}, {"file": str(error)}), FORM_VALUES) from None
        return go(request, f"{HISTORY}/{lead_import.id}")

    @get("/{import_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Template:
        found = await find_import(work, import_id)
        if found.state == "uploaded" and not is_fragment(request):
            return page(request, "admin/imports/edit.html", form=None, now=work.now, **columns_context(found))
        context = await life_context(request, work, found)
        return page_or_fragment(request, "admin/imports/show.html", "admin/imports/_life.html", now=work.now, **context)

    @get("/{import_id:uuid}/rejects", opt={"no_shell": True})
    async def rejects(self, work: NamedDependency[Work], import_id: FromPath[UUID]) -> Stream:
        return await csv_download("rejects", work.now, lambda file: write_rejects(work, import_id, file))

    @post("/{import_id:uuid}/discard")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        try:
            stored_name = await discard_import(work, import_id)
        except Conflict as conflict:
            return go(request, f"{HISTORY}/{import_id}", str(conflict), "warning")
        answer = go(request, HISTORY, _("The file was discarded."))
        answer.background = BackgroundTask(
            services_of(request).files.delete, stored_name
        )  # once the row is gone for good
        return answer


async def keep(request: Request[Any, Any, Any], work: Work, upload: UploadFile | None) -> LeadImport:
    """Store an uploaded file under a name of ours and look at it; a file that is refused is not kept."""
    if upload is None or not upload.filename:
        raise DomainError(_("Please choose a file first."))
    files, stored_name = services_of(request).files, f"imports/{uuid4()}"
    try:
        await files.put(stored_name, chunks(upload), limit=MAX_BYTES)
        async with files.local(stored_name) as path:
            return await add_import(work, path, shown_name(upload.filename), stored_name)
    except BaseException:
        await files.delete(stored_name)
        raise


async def chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(CHUNK):
        yield chunk


def shown_name(sent: str) -> str:
    """Return the last part of the name a browser sent, fit to show; its ending stays."""
    name = cell_text(PurePosixPath(sent.replace("\\", "/")).name, 1_000)
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= 200 else f"{stem[:180]}…{dot}{extension[:10]}"


def columns_context(found: Row) -> dict[str, Any]:
    """Return what the page for choosing the columns needs."""
    return {"lead_import": found, "sheets_left_out": sheets_left_out(found.sheets), **import_words()}


async def life_context(request: Request[Any, Any, Any], work: Work, found: Row) -> dict[str, Any]:
    """Return what the page of an import shows; ``remarks`` are a page of its rejected, doubled or doubtful rows."""
    counts = {"rejected": found.rejected_count, "duplicate": found.duplicate_count, "warning": found.warning_count}
    asked = request.query_params.get("rows", "")
    kind = asked if asked in KINDS else next((one for one in KINDS if counts[one]), KINDS[0])
    number = page_number(request)
    courses = await list_sequence_courses(work) if found.state == "checked" else []
    remarks = await list_remarks(work, found.id, kind, number) if found.state != "uploaded" and counts[kind] else []
    return {
        "lead_import": found,
        "sequences": [(one, found.reachable_count - found.taken.get(str(one.id), 0)) for one in courses],
        "sequence_moments": await sequence_moments(work) if courses else "",
        "sheets_left_out": sheets_left_out(found.sheets),
        "counts": counts,
        "kind": kind,
        "remarks": remarks,
        "number": number,
        "pages": max(1, -(-counts[kind] // PER_PAGE)),
        "query": {"rows": kind},
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **import_words(),
    }
