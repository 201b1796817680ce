"""Students: the list, and one student."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from domain.students import StudentFilters, list_students, show_student
from domain.work import Work
from web.api.asking import Search
from web.api.describing import reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.shapes import Page, Shape

Sort = Literal["name", "-name", "joined", "-joined"]


class Student(Shape):
    id: Annotated[UUID, Field(description="Of the person.")]
    name: Annotated[str, Field(examples=["Asha Rao"])]
    email: str | None
    phone: str | None
    city: str
    is_active: Annotated[bool, Field(description="Whether they may sign in.")]
    is_new: Annotated[bool, Field(description="Whether they have yet to choose a password.")]
    joined_at: datetime


class ListedStudent(Student):
    batches: Annotated[str | None, Field(description="Their courses and batches, in words.")]


class StudentList(Page):
    items: list[ListedStudent]


class Enrolment(Shape):
    id: UUID
    state: Literal["active", "completed", "withdrawn"]
    course_id: UUID
    course: str
    batch_id: UUID
    batch: str
    starts_on: date | None
    ends_on: date | None
    price_paise: Annotated[int, Field(description="In paise: 100 make a rupee.", examples=[500000])]
    enrolled_at: datetime


class StudentDetail(Student):
    consent_email: bool
    consent_whatsapp: bool
    enrolments: list[Enrolment]


class StudentApi(Controller):
    path = "/students"
    tags = ["Students"]

    @reads(scope="students:read", summary="List students", description="By name, unless sorted otherwise.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        q: Search = None,
        batch_id: Annotated[UUID | None, QueryParameter(description="Only students of this batch.")] = None,
        sort: Annotated[Sort | None, QueryParameter(description="The order; by name when not given.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> StudentList:
        paging = Paging(page, per_page, request.url)
        filters = StudentFilters(q=q or "", batch=batch_id, sort=sort or "name")
        found = await list_students(work, filters, paging.page, paging.per_page)
        items = [ListedStudent.model_validate(row) for row in found.students]
        return StudentList(items=items, **paging.of(items, found.total))

    @reads("/{person_id:uuid}", scope="students:read", summary="Get a student")
    async def show(self, work: NamedDependency[Work], person_id: FromPath[UUID]) -> StudentDetail:
        found = await show_student(work, person_id)
        names = set(StudentDetail.model_fields) - {"enrolments"}
        facts: dict[str, Any] = {name: getattr(found.facts, name) for name in names}
        return StudentDetail(**facts, enrolments=[Enrolment.model_validate(one) for one in found.enrolments])
