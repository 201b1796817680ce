"""The modules of a course: added, changed, moved, archived and removed on the course's page."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field

from domain.courses.editing import show_course
from domain.courses.modules import HasClasses, add_module, archive_module, move_module, remove_module, update_module
from domain.language import _
from domain.work import Work
from web.fields import OneLine
from web.forms import Form, FormModel, read_form, refuse, typed_values
from web.rendering import go

PAGE = "admin/courses/show.html"


class ModuleForm(FormModel):
    title: Annotated[OneLine, Field(min_length=1, max_length=160)]
    summary: Annotated[OneLine, Field(max_length=500)] = ""


class PositionForm(FormModel):
    direction: Literal["up", "down"]


class ModuleController(Controller):
    path = "/courses/{course_id:uuid}/modules"

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        course = await show_course(work, course_id)
        data, _form = await read_form(request, ModuleForm, PAGE, course=course, wrong_module="new")
        await add_module(work, course_id, data.title, data.summary)
        return go(request, f"/admin/courses/{course_id}#modules", _("Module added."))

    @post("/{module_id:uuid}")
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        module_id: FromPath[UUID],
    ) -> Response[Any]:
        course = await show_course(work, course_id)
        data, _form = await read_form(request, ModuleForm, PAGE, course=course, wrong_module=module_id)
        await update_module(work, course_id, module_id, data.title, data.summary)
        return go(request, f"/admin/courses/{course_id}#modules", _("Saved."))

    @post("/{module_id:uuid}/position")
    async def move(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        module_id: FromPath[UUID],
    ) -> Response[Any]:
        data, _form = await read_form(request, PositionForm, PAGE, course=await show_course(work, course_id))
        await move_module(work, course_id, module_id, data.direction)
        return go(request, f"/admin/courses/{course_id}#modules")

    @post("/{module_id:uuid}/removal")
    async def destroy(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        module_id: FromPath[UUID],
    ) -> Response[Any]:
        values = await typed_values(request)
        try:
            title = await remove_module(work, course_id, module_id, knowingly=values.get("knowingly") == "yes")
        except HasClasses as error:
            context = {"course": await show_course(work, course_id), "removing": module_id}
            raise refuse(PAGE, Form(values), error, **context) from None
        return go(request, f"/admin/courses/{course_id}#modules", _("“{title}” is removed.", title=title))

    @post("/{module_id:uuid}/archive")
    async def archive(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        module_id: FromPath[UUID],
    ) -> Response[Any]:
        is_archived = (await typed_values(request)).get("is_archived") == "yes"
        title = await archive_module(work, course_id, module_id, is_archived=is_archived)
        message = _("{name} is archived.", name=title) if is_archived else _("{name} is back.", name=title)
        return go(request, f"/admin/courses/{course_id}#modules", message)
