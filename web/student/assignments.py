"""Assignments: a student's list, and one to read, to work on and to hand in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response, Stream, Template
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.learning.assignments import find_assignment_file
from domain.learning.files import StoredFile
from domain.learning.my_assignments import STATES, MyAssignment, list_mine, my_file, show_mine
from domain.learning.receipts import written_size
from domain.learning.submitting import Change, save_submission
from domain.work import Work
from web.addresses import page_number
from web.attachments import attachment
from web.drained import Drained
from web.errors import render_http_error
from web.forms import Form, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.uploads import FILE_VALUES, LARGEST_BODY, drop, dropping, ids_in, take_uploads
from web.work import opened_work, services_of

INDEX = "/student/assignments"
SHOW = "student/assignments/show.html"


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Say on the page itself what was refused while it was still coming in."""
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE and request.method == "POST":
        limit = FILE_VALUES["max_together"]
        message = _("Nothing was saved: the files are more than {limit} MB together.", limit=limit)
        return Drained(go(request, request.url.path, message, "error"))
    return render_http_error(request, error)


class StudentAssignmentController(Controller):
    path = "/assignments"
    exception_handlers = {HTTPException: too_large}

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        asked = request.query_params.get("state", "")
        state = asked if asked in STATES else "todo"
        mine = await list_mine(work, state, page_number(request.query_params))
        query = {"state": state} if state != "todo" else {}
        context = {"mine": mine, "state": state, "query": query, "now": work.now}
        return page_or_fragment(request, "student/assignments/index.html", "student/assignments/_list.html", **context)

    @get("/{assignment_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], assignment_id: FromPath[UUID]
    ) -> Template:
        return page(request, SHOW, form=None, **_context(await show_mine(work, assignment_id)))

    @post("/{assignment_id:uuid}", opt={"takes_files": True}, request_max_body_size=LARGEST_BODY)
    async def save(self, request: Request[Any, Any, Any], assignment_id: FromPath[UUID]) -> Response[Any] | Template:
        async with opened_work(request) as work:
            seen = await show_mine(work, assignment_id)
        form: Form[Any] = Form(await typed_values(request))
        try:
            # Nobody waits for a connection while a class hands in its files minutes before the deadline.
            added, refused = await take_uploads(request, "files", "submissions")
        except InvalidInput as error:
            raise refuse(SHOW, form, error, **_context(seen)) from None
        try:
            async with opened_work(request) as work:
                return await self._keep(request, work, seen, form, (added, refused))
        except (InvalidInput, Conflict) as error:
            await drop(request, [file.stored_name for file in added])
            raise refuse(SHOW, form, error, **_context(seen)) from None
        except BaseException:
            await drop(request, [file.stored_name for file in added])
            raise

    async def _keep(
        self,
        request: Request[Any, Any, Any],
        work: Work,
        seen: MyAssignment,
        form: Form[Any],
        files: tuple[list[StoredFile], list[str]],
    ) -> Response[Any] | Template:
        (added, refused), is_handed_in = files, seen.facts.state == "submitted"
        if refused and is_handed_in:  # what is handed in stands as it is until all is well
            raise InvalidInput({"files": " ".join(refused)})
        hand_in = form.values.get("action") == "hand_in" and not refused
        gone = await save_submission(work, seen.facts.id, read_change(form.values, added), hand_in=hand_in)
        if refused:
            said = _("What you wrote and the other files are kept as a draft. Not handed in yet:")
            again = Form(form.values, {"files": " ".join([said, *refused])})
            now = await show_mine(work, seen.facts.id)
            answer: Response[Any] | Template = page(request, SHOW, status_code=422, form=again, **_context(now))
        else:
            message = _("Handed in. Your receipt is below.") if hand_in or is_handed_in else _("Your draft is kept.")
            answer = go(request, f"{INDEX}/{seen.facts.id}", message)
        answer.background = dropping(request, gone)
        return answer

    @get("/{assignment_id:uuid}/files/{file_id:uuid}", opt={"no_shell": True})
    async def given_file(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        file_id: FromPath[UUID],
    ) -> Stream:
        await show_mine(work, assignment_id)
        return await attachment(services_of(request).files, await find_assignment_file(work, assignment_id, file_id))

    @get("/{assignment_id:uuid}/submission/{file_id:uuid}", opt={"no_shell": True})
    async def own_file(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        file_id: FromPath[UUID],
    ) -> Stream:
        return await attachment(services_of(request).files, await my_file(work, assignment_id, file_id))


def read_change(values: Mapping[str, Any], added: list[StoredFile]) -> Change:
    """Read what the form sends. Links stand one on a line."""
    version = str(values.get("version", ""))
    return Change(
        version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        text=str(values.get("text", "")).replace("\r\n", "\n").strip(),
        links=[line.strip() for line in str(values.get("links", "")).splitlines() if line.strip()],
        added=added,
        removed=ids_in(values.get("removed")),
    )


def _context(mine: MyAssignment) -> dict[str, Any]:
    return {"mine": mine, "now": mine.now, "written_size": written_size, **FILE_VALUES}
