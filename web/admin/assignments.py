"""Assignments: the list, setting and changing one, and one with all its students."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response, Stream, Template
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from domain.errors import Conflict, DomainError, InvalidInput, NotFound
from domain.language import _
from domain.learning.assignment_listing import (
    PLACES,
    STATES,
    AssignmentFilter,
    batch_choices,
    batches_to_choose,
    list_assignments,
    list_students_of,
)
from domain.learning.assignments import (
    Assignment,
    create_assignment,
    find_assignment,
    find_assignment_file,
    publish_assignment,
    remove_assignment,
    update_assignment,
    withdraw_assignment,
)
from domain.learning.bundles import submissions_of, zip_pieces
from domain.learning.files import StoredFile
from domain.learning.receipts import written_size
from domain.work import Row, Work
from web.addresses import page_number, uuid_or_none
from web.admin.assignment_forms import AssignmentForm, first_values, zone_words
from web.attachments import attachment, headers_of
from web.drained import Drained
from web.errors import render_http_error
from web.forms import Form, read_form, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.uploads import FILE_VALUES, LARGEST_BODY, drop, dropping, ids_in, take_uploads
from web.work import opened_work, services_of

INDEX = "/admin/assignments"
EDIT = "admin/assignments/edit.html"


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Say on the page the form came from what was refused while it was still coming in."""
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE and request.method == "POST":
        limit = FILE_VALUES["max_together"]
        message = _("Nothing was saved: the files are more than {limit} MB together.", limit=limit)
        path = f"{INDEX}/new" if request.url.path == INDEX else request.url.path
        return Drained(go(request, path, message, "error"))
    return render_http_error(request, error)


class AssignmentController(Controller):
    path = "/assignments"
    exception_handlers = {HTTPException: too_large}

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_filter(request)
        found = await list_assignments(work, wanted, page_number(request.query_params))
        context = {"found": found, "query": wanted.as_query(), "states": state_names(), "now": work.now}
        return page_or_fragment(request, "admin/assignments/index.html", "admin/assignments/_list.html", **context)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        asked = {name: values[0] for name, values in request.query_params.dict().items()}
        batch_id = uuid_or_none(asked.get("batch", ""))
        batch = await batch_choices(work, batch_id) if batch_id else None
        if batch is None or batch.is_archived:
            return page(request, "admin/assignments/pick.html", batches=await batches_to_choose(work))
        form: Form[Any] = Form(first_values(None, uuid4(), asked))
        return page(request, EDIT, form=form, **_context(batch))

    @post(opt={"takes_files": True}, request_max_body_size=LARGEST_BODY)
    async def create(self, request: Request[Any, Any, Any]) -> Response[Any]:
        batch_id = uuid_or_none(str((await typed_values(request)).get("batch", "")))
        async with opened_work(request) as work:
            batch = await _batch(work, batch_id)
        data, form = await read_form(request, AssignmentForm, EDIT, **_context(batch))
        added = await self._taken(request, form, batch, None)
        try:
            async with opened_work(request) as work:
                assignment_id = await create_assignment(
                    work, data.facts(batch), added, publish=data.action == "publish", form_key=data.form_key
                )
        except DomainError as error:
            await drop(request, [file.stored_name for file in added])
            raise refuse(EDIT, form, error, **_context(batch)) from None
        except BaseException:
            await drop(request, [file.stored_name for file in added])
            raise
        if assignment_id is None:  # the form was sent twice
            await drop(request, [file.stored_name for file in added])
            return go(request, INDEX)
        message = _("The assignment is published.") if data.action == "publish" else _("Kept as a draft.")
        return go(request, f"{INDEX}/{assignment_id}", message)

    @get("/{assignment_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Template:
        standing = request.query_params.get("state", "")
        standing = standing if standing in PLACES else ""
        context = {
            "assignment": await find_assignment(work, assignment_id),
            "students": await list_students_of(work, assignment_id, standing, page_number(request.query_params)),
            "query": {"state": standing} if standing else {},
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "now": work.now,
            "written_size": written_size,
        }
        return page_or_fragment(request, "admin/assignments/show.html", "admin/assignments/_students.html", **context)

    @get("/{assignment_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Template:
        found = await find_assignment(work, assignment_id)
        batch = await _batch(work, found.facts.batch_id, found.facts.module_id)
        return page(request, EDIT, form=Form(first_values(found, uuid4(), {})), **_context(batch, found))

    @post("/{assignment_id:uuid}/edit", opt={"takes_files": True}, request_max_body_size=LARGEST_BODY)
    async def update(self, request: Request[Any, Any, Any], assignment_id: FromPath[UUID]) -> Response[Any]:
        async with opened_work(request) as work:
            found = await find_assignment(work, assignment_id)
            batch = await _batch(work, found.facts.batch_id, found.facts.module_id)
        data, form = await read_form(request, AssignmentForm, EDIT, **_context(batch, found))
        added = await self._taken(request, form, batch, found)
        try:
            removed = ids_in(form.values.get("removed"))
            async with opened_work(request) as work:
                gone = await update_assignment(work, assignment_id, data.facts(batch), added, removed)
        except DomainError as error:
            await drop(request, [file.stored_name for file in added])
            raise refuse(EDIT, form, error, **_context(batch, found)) from None
        except BaseException:
            await drop(request, [file.stored_name for file in added])
            raise
        answer = go(request, f"{INDEX}/{assignment_id}", _("Saved."))
        answer.background = dropping(request, gone)
        return answer

    async def _taken(
        self, request: Request[Any, Any, Any], form: Form[Any], batch: Row, found: Assignment | None
    ) -> list[StoredFile]:
        """Return the files that came along, all of them or none."""
        try:
            added, refused = await take_uploads(request, "files", "assignments")
            if refused:
                await drop(request, [file.stored_name for file in added])
                raise InvalidInput({"files": " ".join(refused)})
        except InvalidInput as error:
            raise refuse(EDIT, form, error, **_context(batch, found)) from None
        return added

    @post("/{assignment_id:uuid}/publication")
    async def publish(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Response[Any]:
        try:
            if (await typed_values(request)).get("is_published") == "yes":
                await publish_assignment(work, assignment_id)
                message, kind = _("Published: the students of the batch see it and are told."), "success"
            else:
                await withdraw_assignment(work, assignment_id)
                message, kind = _("Withdrawn: students do not see it any more."), "success"
        except (Conflict, InvalidInput) as error:
            message, kind = str(error), "warning"
        return go(request, f"{INDEX}/{assignment_id}", message, kind)

    @post("/{assignment_id:uuid}/removal")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Response[Any]:
        try:
            gone = await remove_assignment(work, assignment_id)
        except Conflict as error:
            return go(request, f"{INDEX}/{assignment_id}", str(error), "warning")
        answer = go(request, INDEX, _("The assignment is removed."))
        answer.background = dropping(request, gone)
        return answer

    @get("/{assignment_id:uuid}/files/{file_id:uuid}", opt={"no_shell": True})
    async def file(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        file_id: FromPath[UUID],
    ) -> Stream:
        return await attachment(services_of(request).files, await find_assignment_file(work, assignment_id, file_id))

    @get("/{assignment_id:uuid}/download", opt={"no_shell": True})
    async def download(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Stream:
        name, entries = await submissions_of(work, assignment_id)
        pieces = zip_pieces(services_of(request).files, entries)
        return Stream(pieces, media_type="application/zip", headers=headers_of(f"{name}.zip"))


async def _batch(work: Work, batch_id: UUID | None, module_id: UUID | None = None) -> Row:
    batch = await batch_choices(work, batch_id, module_id) if batch_id else None
    if batch is None:
        raise NotFound(_("This batch does not exist any more."))
    return batch


def _context(batch: Row, found: Assignment | None = None) -> dict[str, Any]:
    return {
        "batch": batch,
        "assignment": found,
        "zone_words": zone_words(batch.timezone),
        "written_size": written_size,
        **FILE_VALUES,
    }


def read_filter(request: Request[Any, Any, Any]) -> AssignmentFilter:
    """Read the filter of an address; what makes no sense filters nothing."""
    values = request.query_params
    state = values.get("state", "")
    return AssignmentFilter(
        q=str(values.get("q", "")).strip()[:120],
        batch=uuid_or_none(values.get("batch", "")),
        module=uuid_or_none(values.get("module", "")),
        state=state if state in STATES else "",
    )


def state_names() -> dict[str, str]:
    return {"waiting": _("To grade"), "open": _("Open"), "closed": _("Deadline passed"), "draft": _("Draft")}
