"""Enrolments: made by hand, moved to another batch of the course, withdrawn, or taken up again."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.admissions.approving import BatchFull
from domain.enrolling import (
    batches_open_to,
    enrol_student,
    move_student,
    restore_enrolment,
    show_enrolment,
    withdraw_enrolment,
)
from domain.errors import DomainError
from domain.language import _
from domain.work import Work
from web.addresses import uuid_or_none
from web.forms import Form, refuse, typed_values
from web.rendering import go, page

SHOW = "admin/students/enrolment.html"
NEW = "admin/students/enrol.html"


class NewEnrolmentController(Controller):
    path = "/students/{person_id:uuid}/enrolments"

    @get("/new")
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        student, batches = await batches_open_to(work, person_id)
        return page(request, NEW, form=None, student=student, batches=batches)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        student, batches = await batches_open_to(work, person_id)
        values = await typed_values(request)
        batch_id, beyond = uuid_or_none(str(values.get("batch", ""))), values.get("beyond") == "yes"
        try:
            name = await enrol_student(work, person_id, batch_id, beyond_capacity=beyond)
        except DomainError as error:
            context = {"student": student, "batches": batches, "is_full": isinstance(error, BatchFull)}
            raise refuse(NEW, Form(values), error, **context) from None
        message = _("{name} is in {batch} now. Its classes are in their schedule.", name=student.name, batch=name)
        return go(request, f"/admin/students/{person_id}", message)


class EnrolmentController(Controller):
    path = "/enrolments/{enrolment_id:uuid}"

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], enrolment_id: FromPath[UUID]
    ) -> Template:
        return page(request, SHOW, form=None, enrolment=await show_enrolment(work, enrolment_id))

    @post("/batch")
    async def move(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], enrolment_id: FromPath[UUID]
    ) -> Response[Any]:
        view = await show_enrolment(work, enrolment_id)
        values = await typed_values(request)
        batch_id, beyond = uuid_or_none(str(values.get("batch", ""))), values.get("beyond") == "yes"
        try:
            tell = values.get("tell") == "on"
            name = await move_student(work, enrolment_id, batch_id, beyond_capacity=beyond, tell=tell)
        except DomainError as error:
            is_full = isinstance(error, BatchFull)
            raise refuse(SHOW, Form(values), error, enrolment=view, is_full=is_full) from None
        message = _("{name} is in {batch} now. Its classes are in their schedule.", name=view.facts.name, batch=name)
        return go(request, f"/admin/students/{view.facts.person_id}", message)

    @post("/withdrawal")
    async def withdraw(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], enrolment_id: FromPath[UUID]
    ) -> Response[Any]:
        view = await show_enrolment(work, enrolment_id)
        tell = (await typed_values(request)).get("tell") == "on"
        await withdraw_enrolment(work, enrolment_id, tell=tell)
        message = _("The enrolment is withdrawn.") if tell else _("The enrolment is withdrawn, and nobody was told.")
        return go(request, f"/admin/students/{view.facts.person_id}", message)

    @post("/restoration")
    async def restore(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], enrolment_id: FromPath[UUID]
    ) -> Response[Any]:
        view = await show_enrolment(work, enrolment_id)
        values = await typed_values(request)
        try:
            await restore_enrolment(work, enrolment_id, beyond_capacity=values.get("beyond") == "yes")
        except BatchFull as error:
            raise refuse(SHOW, Form(values), error, enrolment=view, is_full=True) from None
        return go(request, f"/admin/students/{view.facts.person_id}", _("They are enrolled again."))
