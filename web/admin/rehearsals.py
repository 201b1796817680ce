"""Beginning a rehearsal: somebody is made up here, and walked with in the sandbox."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template

from adapters.provider_settings import PROVIDERS
from domain.automation.rehearsing import begin_rehearsal, find_rehearsal
from domain.campaigns.starting import list_courses
from domain.errors import DomainError
from domain.work import Work
from web.addresses import uuid_or_none
from web.fields import PersonName
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page
from web.work import services_of

PAGE = "admin/automations/rehearsal.html"
HERE = "/admin/automations/rehearsal"


class RehearsalForm(FormModel):
    name: PersonName
    course: UUID


class RehearsalController(Controller):
    path = "/automations/rehearsal"

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        person_id = uuid_or_none(request.query_params.get("person", ""))
        begun = await find_rehearsal(work, person_id) if person_id else None
        return page(request, PAGE, form=None, begun=begun, **await context_of(request, work, begun))

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = {"begun": None, **await context_of(request, work, None)}
        data, form = await read_form(request, RehearsalForm, PAGE, **context)
        try:
            begun = await begin_rehearsal(work, data.name, data.course, is_live=context["is_live"])
        except DomainError as error:
            raise refuse(PAGE, form, error, **context) from None
        return go(request, f"{HERE}?person={begun.person_id}")


async def context_of(request: Request[Any, Any, Any], work: Work, begun: Any) -> dict[str, Any]:
    """Return what the page shows: the courses, and where to walk with who was made up."""
    settings = services_of(request).settings
    walk = ""
    if begun:
        walk = f"{settings.sandbox_url}/rehearsal?{urlencode({'email': begun.email, 'phone': begun.phone})}"
    is_live = settings.production or any(settings.is_live(name) for name in PROVIDERS)
    return {"courses": await list_courses(work), "walk": walk, "is_live": is_live}
