"""What an import goes through: its columns are chosen and the file checked; it is started, stopped, resumed and undone."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.errors import Conflict, DomainError, InvalidInput
from domain.language import _
from domain.leads.columns import ColumnMapping
from domain.leads.import_listing import find_import
from domain.leads.imports import check_import, resume_import, start_import, stop_check, stop_import
from domain.leads.rows import MAX_SHORT
from domain.leads.tagging import read_tags
from domain.leads.undoing import find_undoable, undo_import
from domain.work import Row, Work
from web.admin.imports import HISTORY, columns_context
from web.fields import OneLine
from web.forms import Form, FormModel, FormRefused, read_form, typed_values
from web.rendering import go, page

COLUMNS, UNDO = "admin/imports/edit.html", "admin/imports/undo.html"
EDITABLE = ("uploaded", "checked", "failed")

Several = Annotated[list[str], BeforeValidator(lambda sent: sent if isinstance(sent, list) else [sent])]


class OptionsForm(FormModel):
    tags: OneLine = Field(default="", max_length=1000)
    source: OneLine = Field(default="", max_length=MAX_SHORT)
    overwrite: Several = Field(default_factory=list)

    def as_options(self) -> dict[str, Any]:
        return {"tags": read_tags(self.tags), "source": self.source, "overwrite": self.overwrite}


class ImportColumnsController(Controller):
    path = "/imports/{import_id:uuid}/columns"

    @get()
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        found = await find_import(work, import_id)
        if found.state not in EDITABLE:
            return go(request, address(import_id))
        return page(request, COLUMNS, form=None, now=work.now, **columns_context(found))

    @post()
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        """Check the file with these columns: the dry run."""
        found = await find_import(work, import_id)
        context = {"now": work.now, **columns_context(found)}
        data, form = await read_form(request, OptionsForm, COLUMNS, **context)
        try:
            await check_import(work, import_id, chosen_columns(found, form.values), data.as_options())
        except Conflict as conflict:
            return go(request, address(import_id), str(conflict), "warning")
        except DomainError as error:
            errors = error.fields if isinstance(error, InvalidInput) else {"": str(error)}
            raise FormRefused(COLUMNS, Form(form.values, errors), context) from None
        return go(request, address(import_id))

    @get("/news", opt={"no_shell": True})
    async def news(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Template:
        """Say when somebody else has moved the import on, without touching what is being chosen."""
        found = await find_import(work, import_id)
        seen = request.query_params.get("seen", "")
        return page(request, "admin/imports/_news.html", lead_import=found, seen=seen)


class ImportRunController(Controller):
    path = "/imports/{import_id:uuid}"

    @post("/start")
    async def start(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        """Start with the counts of the dry run that was shown, not of a later one."""
        typed = await typed_values(request)
        course_id = as_uuid(typed.get("sequence_course")) if typed.get("sequence") else None
        return await moved(request, import_id, start_import(work, import_id, as_uuid(typed.get("check")), course_id))

    @post("/stop-check")
    async def stop_check(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        return await moved(request, import_id, stop_check(work, import_id))

    @post("/stop")
    async def stop(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        return await moved(request, import_id, stop_import(work, import_id))

    @post("/resume")
    async def resume(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        return await moved(request, import_id, resume_import(work, import_id))


class ImportUndoController(Controller):
    path = "/imports/{import_id:uuid}/undo"

    @get()
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        found = await find_import(work, import_id)
        if not may_be_undone(found):
            return go(request, address(import_id))
        return page(request, UNDO, **await undo_context(work, found), form=None)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Response[Any]:
        found = await find_import(work, import_id)
        typed = await typed_values(request)
        if not may_be_undone(found):
            return go(request, address(import_id), _("This import is not there to be undone any more."), "warning")
        try:
            await undo_import(work, import_id, confirmed_count(typed))
        except (Conflict, InvalidInput) as error:
            errors = error.fields if isinstance(error, InvalidInput) else {"": str(error)}
            raise FormRefused(UNDO, Form({}, errors), await undo_context(work, found)) from None
        return go(request, address(import_id))


def address(import_id: UUID) -> str:
    return f"{HISTORY}/{import_id}"


async def moved(request: Request[Any, Any, Any], import_id: UUID, change: Awaitable[None]) -> Response[Any]:
    """Make the change and show the import; who came second is told how it stands instead."""
    try:
        await change
    except Conflict as conflict:
        return go(request, address(import_id), str(conflict), "warning")
    return go(request, address(import_id))


def chosen_columns(found: Row, typed: Any) -> ColumnMapping:
    """Return the field chosen for each column of the file; a column the form does not name stays as it is."""
    count = max(len(found.header), *(int(index) + 1 for index in found.mapping), 0)
    return {i: str(typed.get(f"column-{i}", found.mapping.get(str(i), ""))) for i in range(count)}


def may_be_undone(found: Row) -> bool:
    stuck = found.state == "undoing" and found.step_state == "failed"
    return found.state in ("done", "stopped", "failed") or stuck


def confirmed_count(typed: dict[str, Any]) -> int:
    """Return the count that the page showed, when it was typed."""
    shown = str(typed.get("expected", ""))
    if not shown.isascii() or not shown.isdigit():
        raise InvalidInput({"": _("Please look at the number once more.")})
    if str(typed.get("typed_count", "")).replace(",", "").strip() != shown:
        raise InvalidInput({"typed_count": _("Please type {count} to go ahead.", count=shown)})
    return int(shown)


async def undo_context(work: Work, found: Row) -> dict[str, Any]:
    return {"lead_import": found, "undoable": await find_undoable(work, found.id)}


def as_uuid(text: object) -> UUID:
    """Return the id that was sent; what is none becomes one that nothing has."""
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)
