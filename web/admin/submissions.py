"""Grading one submission after another, and the deadlines of single students."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template
from pydantic import Field

from domain.errors import Conflict, DomainError
from domain.language import _
from domain.learning.deadlines import typed_deadline
from domain.learning.extensions import end_extension, extend, find_extension
from domain.learning.grading import find_submission_file, grade, return_for_rework, show_submission
from domain.learning.receipts import written_size
from domain.work import Work
from web.admin.assignment_forms import due_moment, zone_words
from web.attachments import attachment
from web.fields import OneLine, Paragraphs
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page
from web.work import services_of

INDEX = "/admin/assignments"
SHOW = "admin/assignments/submission.html"
EXTENSION = "admin/assignments/extension.html"


class GradeForm(FormModel):
    version: int
    score: Annotated[OneLine, Field(max_length=10)] = ""
    comment: Annotated[Paragraphs, Field(max_length=5_000)] = ""
    action: str = "grade"


class ExtensionForm(FormModel):
    due_at: str = ""
    reason: Annotated[OneLine, Field(max_length=200)] = ""


class SubmissionController(Controller):
    path = "/assignments/{assignment_id:uuid}/submissions"

    @get("/{submission_id:uuid}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        submission_id: FromPath[UUID],
    ) -> Template:
        found = await show_submission(work, assignment_id, submission_id)
        return page(request, SHOW, form=None, found=found, written_size=written_size)

    @post("/{submission_id:uuid}")
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        submission_id: FromPath[UUID],
    ) -> Response[Any]:
        found = await show_submission(work, assignment_id, submission_id)
        context = {"found": found, "written_size": written_size}
        data, form = await read_form(request, GradeForm, SHOW, **context)
        try:
            if data.action == "return":
                after = await return_for_rework(work, assignment_id, submission_id, data.version, data.comment)
                message = _("{name} is asked to do it again.", name=found.facts.name)
            else:
                after = await grade(work, assignment_id, submission_id, data.version, data.score, data.comment)
                message = _("{name} is graded.", name=found.facts.name)
        except DomainError as error:
            raise refuse(SHOW, form, error, **context) from None
        path = f"{INDEX}/{assignment_id}"
        if after is None:
            return go(request, path, message + " " + _("Nothing more waits for a grade."))
        return go(request, f"{path}/submissions/{after}", message)

    @get("/{submission_id:uuid}/files/{file_id:uuid}", opt={"no_shell": True})
    async def file(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        submission_id: FromPath[UUID],
        file_id: FromPath[UUID],
    ) -> Stream:
        file = await find_submission_file(work, assignment_id, submission_id, file_id)
        return await attachment(services_of(request).files, file)


class ExtensionController(Controller):
    path = "/assignments/{assignment_id:uuid}/extensions/{person_id:uuid}"

    @get()
    async def edit(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> Template:
        found = await find_extension(work, assignment_id, person_id)
        typed = typed_deadline(max(found.extended_to or found.due_at, found.due_at), found.timezone)
        return page(request, EXTENSION, form=None, typed=typed, found=found, zone_words=zone_words(found.timezone))

    @post()
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> Response[Any]:
        found = await find_extension(work, assignment_id, person_id)
        context = {"found": found, "typed": "", "zone_words": zone_words(found.timezone)}
        data, form = await read_form(request, ExtensionForm, EXTENSION, **context)
        try:
            await extend(work, assignment_id, person_id, due_moment(data.due_at, found.timezone), data.reason)
        except DomainError as error:
            raise refuse(EXTENSION, form, error, **context) from None
        return go(request, f"{INDEX}/{assignment_id}", _("{name} has more time now.", name=found.name))

    @post("/removal")
    async def destroy(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        assignment_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> Response[Any]:
        try:
            await end_extension(work, assignment_id, person_id)
        except Conflict as error:
            return go(request, f"{INDEX}/{assignment_id}", str(error), "warning")
        return go(request, f"{INDEX}/{assignment_id}", _("Everybody's deadline counts for this student again."))
