"""The batches of a course: made, changed, opened and closed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.courses.batches import BatchFacts, create_batch, open_batch, show_batch, update_batch
from domain.courses.editing import show_course
from domain.errors import InvalidInput
from domain.language import _
from domain.work import Work
from web.fields import OneLine
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page

FORM = "admin/courses/batch.html"


def _empty_is_none(text: str) -> str | None:
    return text or None


class BatchForm(FormModel):
    name: Annotated[OneLine, Field(min_length=1, max_length=80)]
    starts_on: Annotated[date | None, BeforeValidator(_empty_is_none)] = None
    ends_on: Annotated[date | None, BeforeValidator(_empty_is_none)] = None
    capacity: Annotated[int | None, BeforeValidator(_empty_is_none)] = None
    recordings_visible: bool = False

    def facts(self) -> BatchFacts:
        return BatchFacts(self.name, self.starts_on, self.ends_on, self.capacity, self.recordings_visible)


class BatchController(Controller):
    path = "/courses/{course_id:uuid}/batches"

    @get("/new")
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Template:
        course = (await show_course(work, course_id)).facts
        return page(request, FORM, form=None, batch=None, course=course)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        context = {"batch": None, "course": (await show_course(work, course_id)).facts}
        data, form = await read_form(request, BatchForm, FORM, **context)
        try:
            await create_batch(work, course_id, data.facts())
        except InvalidInput as error:
            raise refuse(FORM, form, error, **context) from None
        return go(request, f"/admin/courses/{course_id}#batches", _("The batch is made and open for applications."))

    @get("/{batch_id:uuid}/edit")
    async def edit(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Template:
        batch = await show_batch(work, course_id, batch_id)
        return page(request, FORM, form=None, batch=batch, course=(await show_course(work, course_id)).facts)

    @post("/{batch_id:uuid}/edit")
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        batch = await show_batch(work, course_id, batch_id)
        context = {"batch": batch, "course": (await show_course(work, course_id)).facts}
        data, form = await read_form(request, BatchForm, FORM, **context)
        try:
            await update_batch(work, course_id, batch_id, data.facts())
        except InvalidInput as error:
            raise refuse(FORM, form, error, **context) from None
        return go(request, f"/admin/courses/{course_id}#batches", _("Saved."))

    @post("/{batch_id:uuid}/opening")
    async def open(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        is_open = (await typed_values(request)).get("is_open") == "yes"
        await open_batch(work, course_id, batch_id, is_open)
        message = _("The batch is open for applications.") if is_open else _("The batch takes no more applications.")
        return go(request, f"/admin/courses/{course_id}#batches", message)
