"""The front page: the courses one can apply for, and the way in."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Response, Template

from domain.courses.catalogue import published_courses
from domain.work import Work
from web.public.sign_in import HOME
from web.rendering import go, page


class LandingController(Controller):
    path = "/"

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any] | Template:
        if work.identity.person_id:
            return go(request, HOME[work.identity.role])
        return page(request, "public/landing/show.html", courses=await published_courses(work))
