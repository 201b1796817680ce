"""Imports of leads: a file is uploaded, its columns are confirmed and it is checked, and then it is imported."""

import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody, MultipartBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.errors import DomainError, InvalidInput
from domain.language import _
from domain.leads.columns import ColumnMapping
from domain.leads.import_listing import find_import, list_imports, list_remarks
from domain.leads.imports import OVERWRITABLE, check_import, start_import, stop_import
from domain.leads.tagging import read_tags
from domain.leads.unreadable import MAX_BYTES
from domain.work import Row, Work
from web.admin.imports import LARGEST_BODY, keep
from web.api.describing import changes, reads
from web.api.errors import answer_http_error
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape
from web.drained import Drained
from web.fields import OneLine
from web.work import services_of

State = Literal["uploaded", "checking", "checked", "running", "stopped", "done", "failed", "undoing", "undone"]
Overwritable = Literal["name", "email", "phone", "city", "source", "campaign", "notes"]
Kind = Literal["rejected", "duplicate", "warning"]
assert set(OVERWRITABLE) == set(Overwritable.__args__)


class Import(Shape):
    """A file of leads and how far its import is."""

    id: UUID
    file_name: Annotated[str, Field(examples=["leads.csv"])]
    state: State
    rows_total: int
    rows_done: int
    created_count: Annotated[int, Field(description="New leads.")]
    updated_count: Annotated[int, Field(description="Leads of people who were known.")]
    duplicate_count: Annotated[int, Field(description="Rows that are twice in the file.")]
    rejected_count: int
    undone_count: int
    error: str
    made_by: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportList(Page):
    items: list[Import]


class ImportColumn(Shape):
    """A column of the file. ``field`` is what of a lead it holds; empty for an extra, `-` when it is left out."""

    index: int
    header: str
    samples: list[str]
    field: Annotated[str, Field(examples=["email"])]


class ImportDetail(Import):
    warning_count: int
    started_at: datetime | None
    columns: list[ImportColumn]
    tags: list[str]
    source: str
    overwrite: list[str]
    check_id: Annotated[
        UUID | None, Field(description="Names the check whose counts are shown; send it with the start.")
    ]


class ImportRow(Shape):
    row_number: int
    reason: str
    cells: list[str]


class ImportRowList(Page):
    items: list[ImportRow]


@dataclass
class Upload:
    """A file as multipart/form-data."""

    file: UploadFile


class CheckBody(Body):
    """How the file is to be read. What is not given stays as it was guessed or chosen before."""

    columns: Annotated[
        dict[Annotated[str, Field(pattern="^[0-9]{1,4}$")], Annotated[str, Field(max_length=30)]] | None,
        Field(description="What of a lead each column holds, by its index.", examples=[{"0": "name", "1": "email"}]),
    ] = None
    tags: Annotated[list[Annotated[OneLine, Field(max_length=50)]], Field(max_length=20)] = []
    source: Annotated[OneLine, Field(max_length=120)] = ""
    overwrite: Annotated[list[Overwritable], Field(description="What of known people the file may overwrite.")] = []


class StartBody(Body):
    check_id: Annotated[UUID, Field(description="From the import you have read: another check since is refused.")]


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    answer = answer_http_error(request, error)
    return Drained(answer) if error.status_code == 413 else answer


class ImportApi(Controller):
    path = "/imports"
    tags = ["Imports"]
    exception_handlers = {413: too_large}

    @reads(scope="imports:read", summary="List imports", description="The newest first.")
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], page: PageNumber = 1, per_page: PerPage = 20
    ) -> ImportList:
        paging = Paging(page, per_page, request.url)
        found = await list_imports(work, paging.page, paging.per_page)
        items = [Import.model_validate(row) for row in found.rows]
        return ImportList(items=items, **paging.of(items, found.total))

    @reads("/{import_id:uuid}", scope="imports:read", summary="Get an import")
    async def show(self, work: NamedDependency[Work], import_id: FromPath[UUID]) -> ImportDetail:
        return await detail(work, import_id)

    @reads(
        "/{import_id:uuid}/rows",
        scope="imports:read",
        summary="List remarked rows",
        description="Rows that were rejected, twice in the file, or taken with a warning.",
    )
    async def rows(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        import_id: FromPath[UUID],
        kind: Annotated[Kind, QueryParameter(description="Which rows.")] = "rejected",
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> ImportRowList:
        paging = Paging(page, per_page, request.url)
        found = await find_import(work, import_id)
        rows = await list_remarks(work, import_id, kind, paging.page, paging.per_page)
        items = [ImportRow(row_number=row.row_number, reason=row.reason, cells=list(row.cells)) for row in rows]
        return ImportRowList(items=items, **paging.of(items, getattr(found, f"{kind}_count")))

    @changes(
        scope="imports:write",
        summary="Upload a file",
        description=f"CSV or XLSX, at most {MAX_BYTES // 1024 // 1024} MB. Nothing is imported before it is checked and started.",
        opt={"checked_first": True},
        request_max_body_size=LARGEST_BODY,
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        data: MultipartBody[Upload],
        key: IdempotencyKey = None,
    ) -> Response[ImportDetail]:
        once = Once(key, request.url.path)
        stored: list[str] = []

        async def make() -> tuple[int, ImportDetail]:
            try:
                lead_import = await keep(request, work, data.file)
            except DomainError as error:
                raise InvalidInput({"file": str(error)}) from None
            stored.append(lead_import.stored_name)
            return 201, await detail(work, lead_import.id)

        try:
            return await once.answer(work, await digest_of(data.file) if once.key else None, make)
        except BaseException:
            for name in stored:
                await services_of(request).files.delete(name)
            raise

    @changes(
        "/{import_id:uuid}/check",
        scope="imports:write",
        summary="Check the file",
        description="A dry run: the import is `checking`, then `checked` with its counts.",
        status=202,
    )
    async def check(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        import_id: FromPath[UUID],
        data: JSONBody[CheckBody],
        key: IdempotencyKey = None,
    ) -> Response[ImportDetail]:
        once = Once(key, request.url.path)

        async def make() -> tuple[int, ImportDetail]:
            found = await find_import(work, import_id)
            options = {
                "tags": read_tags(", ".join(data.tags)),
                "source": data.source,
                "overwrite": list(data.overwrite),
            }
            await check_import(work, import_id, chosen(found, data.columns or {}), options)
            return 202, await detail(work, import_id)

        return await once.answer(work, data, make)

    @changes(
        "/{import_id:uuid}/start",
        scope="imports:write",
        summary="Import the checked file",
        description="The import is `running`, then `done`.",
        status=202,
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        import_id: FromPath[UUID],
        data: JSONBody[StartBody],
        key: IdempotencyKey = None,
    ) -> Response[ImportDetail]:
        once = Once(key, request.url.path)
        return await self._moved(work, once, import_id, data, lambda: start_import(work, import_id, data.check_id))

    @changes(
        "/{import_id:uuid}/stop",
        scope="imports:write",
        summary="Stop a running import",
        description="What is imported already stays.",
        status=202,
    )
    async def stop(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        import_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[ImportDetail]:
        once = Once(key, request.url.path)
        return await self._moved(work, once, import_id, None, lambda: stop_import(work, import_id))

    async def _moved(
        self, work: Work, once: Once, import_id: UUID, data: Body | None, change: Any
    ) -> Response[ImportDetail]:
        async def make() -> tuple[int, ImportDetail]:
            moving: Awaitable[None] = change()
            await moving
            return 202, await detail(work, import_id)

        return await once.answer(work, data, make)


async def detail(work: Work, import_id: UUID) -> ImportDetail:
    row = await find_import(work, import_id)
    names = set(ImportDetail.model_fields) - {"columns", "tags", "source", "overwrite", "check_id"}
    facts: dict[str, Any] = {name: getattr(row, name) for name in names}
    options = row.options
    return ImportDetail(
        **facts,
        columns=[
            ImportColumn(
                index=index,
                header=header,
                samples=list(row.samples[index]) if index < len(row.samples) else [],
                field=row.mapping.get(str(index), ""),
            )
            for index, header in enumerate(row.header)
        ],
        tags=list(options.get("tags", ())),
        source=options.get("source", ""),
        overwrite=list(options.get("overwrite", ())),
        check_id=row.step_id if row.state == "checked" else None,
    )


def chosen(found: Row, columns: dict[str, str]) -> ColumnMapping:
    """Return the field of each column: as it stands, but for those that are named."""
    unknown = [index for index in columns if int(index) >= len(found.header)]
    if unknown:
        raise InvalidInput({f"columns.{index}": _("There is no such column.") for index in unknown})
    return {int(index): field for index, field in {**found.mapping, **columns}.items()}


async def digest_of(upload: UploadFile) -> bytes:
    """Return what tells this file from another; a form's own bytes differ each time it is sent."""
    digest = hashlib.sha256(upload.filename.encode())
    while chunk := await upload.read(256 * 1024):
        digest.update(chunk)
    await upload.seek(0)
    return digest.digest()
