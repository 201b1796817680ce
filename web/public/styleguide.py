"""The style guide: every control of the product on one page, for whoever builds pages. Not there in production."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Template

from domain.work import Work
from web.rendering import page
from web.work import SignInNeeded, services_of


class StyleguideController(Controller):
    path = "/styleguide"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        if services_of(request).settings.production:
            raise NotFoundException
        if work.identity.person_id is None:  # the controls are shown inside the frame of somebody signed in
            raise SignInNeeded
        return page(request, "styleguide/index.html")
