"""The modules of a course the student is enrolled in."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from domain.learning.my_courses import my_courses, my_modules
from domain.work import Work
from web.addresses import uuid_or_none
from web.rendering import page


class StudentCourseController(Controller):
    path = "/course"

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], enrolment: FromQuery[str] = ""
    ) -> Template:
        courses = await my_courses(work)
        if not courses:
            return page(request, "student/course/none.html")
        course, modules = await my_modules(work, courses, uuid_or_none(enrolment))
        return page(request, "student/course/show.html", courses=courses, course=course, modules=modules)
