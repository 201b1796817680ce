"""Students: the list, and one student with everything that concerns them."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.audit_words import sentence
from domain.correcting import Contacts, correct_student, forget_links
from domain.errors import DomainError
from domain.language import _
from domain.students import StudentFilters, activate_student, list_students, send_welcome_again, show_student
from domain.work import SYSTEM, Work
from web.addresses import page_number, uuid_or_none
from web.fields import OneLine, OptionalEmail, OptionalPhone, PersonName
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page
from web.work import services_of

INDEX = "/admin/students"
EDIT = "admin/students/edit.html"


class ContactsForm(FormModel):
    name: PersonName
    email: OptionalEmail = ""
    phone: OptionalPhone = ""
    city: Annotated[OneLine, Field(max_length=80)] = ""


class StudentController(Controller):
    path = "/students"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        filters = read_filters(request.query_params)
        students = await list_students(work, filters, page_number(request.query_params))
        query = {"q": filters.q, "batch": str(filters.batch or ""), "sort": filters.sort}
        return page(request, "admin/students/index.html", students=students, query=query)

    @get("/{person_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        student = await show_student(work, person_id)
        return page(request, "admin/students/show.html", student=student, sentence=sentence)

    @get("/{person_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        return page(request, EDIT, form=None, student=await show_student(work, person_id))

    @post("/{person_id:uuid}")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        student = await show_student(work, person_id)
        data, form = await read_form(request, ContactsForm, EDIT, student=student)
        try:
            has_new_email = await correct_student(work, person_id, Contacts(**data.model_dump()))
        except DomainError as error:
            raise refuse(EDIT, form, error, student=student) from None
        if has_new_email:
            async with services_of(request).database.work(SYSTEM) as system:
                await forget_links(system, person_id)
        return go(request, f"{INDEX}/{person_id}", _("Saved."))

    @post("/{person_id:uuid}/activation")
    async def activate(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        is_active = (await typed_values(request)).get("is_active") == "yes"
        await activate_student(work, person_id, is_active)
        message = _("The account is active again.") if is_active else _("The account is deactivated.")
        return go(request, f"{INDEX}/{person_id}", message)

    @post("/{person_id:uuid}/welcome")
    async def welcome(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        await send_welcome_again(work, person_id)
        return go(request, f"{INDEX}/{person_id}", _("A new temporary password is on its way."))


def read_filters(values: Mapping[str, Any]) -> StudentFilters:
    """Read the filters of an address; what makes no sense filters nothing."""
    return StudentFilters(
        q=str(values.get("q", ""))[:200],
        batch=uuid_or_none(str(values.get("batch", ""))),
        sort=str(values.get("sort", "")) or "name",
    )
