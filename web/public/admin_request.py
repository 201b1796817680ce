"""Asking for admin access, and verifying the address by the link in the e-mail."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.accounts.admin_requests import look_at_admin_request, request_admin_access, verify_admin_request
from domain.accounts.one_time_links import LinkSpent
from domain.errors import DomainError
from domain.work import Work
from web.fields import EmailAddress, Paragraphs, PersonName
from web.forms import FormModel, read_form, refuse
from web.rendering import page
from web.visitor import address_of
from web.work import provide_system_work, services_of

FORM = "public/admin_request/new.html"


class AdminRequestForm(FormModel):
    name: PersonName
    email: EmailAddress
    reason: Annotated[Paragraphs, Field(max_length=1000)] = ""


class AdminRequestController(Controller):
    path = "/admin-access"

    @get()
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, FORM, form=None)

    @post(dependencies={"system": Provide(provide_system_work)}, status_code=200)
    async def create(self, request: Request[Any, Any, Any], system: NamedDependency[Work]) -> Template:
        data, form = await read_form(request, AdminRequestForm, FORM)
        try:
            await request_admin_access(
                system, **data.model_dump(), limiter=services_of(request).limiter, address=address_of(request)
            )
        except DomainError as error:
            raise refuse(FORM, form, error) from None
        return page(request, "public/admin_request/asked.html", email=data.email)


class AdminRequestVerificationController(Controller):
    path = "/admin-access/verify/{token:str}"
    dependencies = {"system": Provide(provide_system_work)}

    @get()
    async def new(
        self, request: Request[Any, Any, Any], system: NamedDependency[Work], token: FromPath[str]
    ) -> Template:
        # A button, and not the mere opening, verifies: mail scanners open every link.
        try:
            asked = await look_at_admin_request(system, token)
        except LinkSpent:
            return page(request, "public/admin_request/spent.html", status_code=410)
        return page(request, "public/admin_request/verify.html", asked=asked, token=token)

    @post(status_code=200)
    async def create(
        self, request: Request[Any, Any, Any], system: NamedDependency[Work], token: FromPath[str]
    ) -> Response[Any] | Template:
        try:
            await verify_admin_request(system, token)
        except LinkSpent:
            return page(request, "public/admin_request/spent.html", status_code=410)
        return page(request, "public/admin_request/verified.html")
