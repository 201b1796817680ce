"""The student's first page: where they are, and how far."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from domain.learning.my_courses import my_courses
from domain.sessions.schedule import next_sessions
from domain.work import Work
from web.rendering import page


class StudentDashboardController(Controller):
    path = "/"

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(
            request, "student/dashboard/show.html", courses=await my_courses(work), upcoming=await next_sessions(work)
        )
