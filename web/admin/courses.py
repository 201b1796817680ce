"""Courses: the list, one course, and changing it."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.courses.archiving import archive_course, unarchive_course
from domain.courses.editing import CourseFacts, create_course, list_courses, publish_course, show_course, update_course
from domain.errors import InvalidInput
from domain.language import _
from domain.work import Work
from web.addresses import page_number
from web.fields import OneLine, Paragraphs
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page

INDEX = "/admin/courses"


def rupees_typed(text: str) -> str:
    """Drop what people write around a price: ₹, spaces, commas of grouping."""
    return str(text).replace("₹", "").replace(",", "").replace(" ", "") or "0"


class CourseForm(FormModel):
    title: Annotated[OneLine, Field(min_length=1, max_length=120)]
    slug: Annotated[OneLine, Field(max_length=80)] = ""
    summary: Annotated[OneLine, Field(max_length=300)] = ""
    description: Annotated[Paragraphs, Field(max_length=10_000)] = ""
    price: Annotated[Decimal, BeforeValidator(rupees_typed), Field(ge=0, le=100_000_000, decimal_places=2)] = Decimal(0)

    instalments: int = Field(default=1, ge=1, le=12)
    instalment_every: int = Field(default=1, ge=1, le=365)
    instalment_unit: Literal["days", "months"] = "months"

    def facts(self) -> CourseFacts:
        plan = self.instalments, self.instalment_every, self.instalment_unit
        return CourseFacts(self.title, self.slug, self.summary, self.description, int(self.price * 100), *plan)


class CourseController(Controller):
    path = "/courses"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        number = page_number(request.query_params)
        archived = request.query_params.get("state") == "archived"
        courses, total = await list_courses(work, number, archived=archived)
        context = {"total": total, "number": number, "pages": max(1, -(-total // 20))}
        query = {"state": "archived"} if archived else {}
        return page(request, "admin/courses/index.html", courses=courses, query=query, **context)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "admin/courses/new.html", form=None)

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, form = await read_form(request, CourseForm, "admin/courses/new.html")
        try:
            course_id = await create_course(work, data.facts())
        except InvalidInput as error:
            raise refuse("admin/courses/new.html", form, error) from None
        return go(request, f"{INDEX}/{course_id}", _("The course is made. Add modules and a batch, then publish it."))

    @get("/{course_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Template:
        return page(request, "admin/courses/show.html", course=await show_course(work, course_id), form=None)

    @get("/{course_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Template:
        return page(request, "admin/courses/edit.html", course=await show_course(work, course_id), form=None)

    @post("/{course_id:uuid}/edit")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        course = await show_course(work, course_id)
        data, form = await read_form(request, CourseForm, "admin/courses/edit.html", course=course)
        try:
            await update_course(work, course_id, data.facts())
        except InvalidInput as error:
            raise refuse("admin/courses/edit.html", form, error, course=course) from None
        return go(request, f"{INDEX}/{course_id}", _("Saved."))

    @post("/{course_id:uuid}/publication")
    async def publish(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        is_published = (await typed_values(request)).get("is_published") == "yes"
        await publish_course(work, course_id, is_published)
        message = _("The course is published.") if is_published else _("The course is hidden from visitors.")
        return go(request, f"{INDEX}/{course_id}", message)

    @post("/{course_id:uuid}/archive")
    async def archive(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        if (await typed_values(request)).get("is_archived") == "yes":
            title = await archive_course(work, course_id)
            return go(request, f"{INDEX}/{course_id}", _("“{title}” is archived.", title=title))
        title = await unarchive_course(work, course_id)
        return go(request, f"{INDEX}/{course_id}", _("“{title}” is back, still hidden from visitors.", title=title))
