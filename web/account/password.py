"""Changing my password, by choice or because it was a temporary one."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template
from pydantic import Field

from domain.accounts.passwords import change_password
from domain.errors import DomainError
from domain.language import _
from domain.work import Work
from web.fields import Password
from web.forms import FormModel, read_form, refuse
from web.public.sign_in import HOME
from web.rendering import go, page
from web.visitor import address_of
from web.work import services_of

PAGE = "account/password/edit.html"


class PasswordForm(FormModel):
    current: str = Field(default="", max_length=1000)
    password: Password


class PasswordController(Controller):
    path = "/password"
    opt = {"before_password_change": True}

    @get()
    async def edit(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, PAGE, form=None, forced=work.identity.must_change_password)

    @post()
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        forced = work.identity.must_change_password
        data, form = await read_form(request, PasswordForm, PAGE, forced=forced)
        services = services_of(request)
        try:
            await change_password(
                work,
                current=data.current,
                new=data.password,
                hasher=services.hasher,
                limiter=services.limiter,
                address=address_of(request),
            )
        except DomainError as error:
            raise refuse(PAGE, form, error, forced=forced) from None
        path = HOME[work.identity.role] if forced else "/account"
        return go(request, path, _("Your password is changed. Other browsers were signed out."))
