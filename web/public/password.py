"""The way back for a forgotten password: ask for a link, and set a password with it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.accounts.one_time_links import LinkSpent, look_at_link
from domain.accounts.passwords import count_link_request, request_password_link, set_password_by_link
from domain.errors import DomainError
from domain.language import _
from domain.work import SYSTEM, Work
from web.errors import keep_error
from web.fields import Password
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page
from web.visitor import address_of
from web.work import provide_system_work, services_of


class ForgotForm(FormModel):
    login: str = Field(min_length=1, max_length=254)


class NewPasswordForm(FormModel):
    password: Password


class ForgotPasswordController(Controller):
    path = "/forgot-password"

    @get()
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "public/password/forgot.html", form=None)

    @post(status_code=200)
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        data, form = await read_form(request, ForgotForm, "public/password/forgot.html")
        try:
            limiter = services_of(request).limiter
            await count_link_request(data.login, limiter=limiter, address=address_of(request))
        except DomainError as error:
            raise refuse("public/password/forgot.html", form, error) from None
        answer = page(request, "public/password/asked.html", login=data.login)
        # After the answer, so that its time does not tell whether there is such an account.
        answer.background = BackgroundTask(mail_link, request, data.login)
        return answer


class SetPasswordController(Controller):
    path = "/set-password/{token:str}"
    dependencies = {"system": Provide(provide_system_work)}

    @get()
    async def new(
        self, request: Request[Any, Any, Any], system: NamedDependency[Work], token: FromPath[str]
    ) -> Template:
        try:
            await look_at_link(system, "set_password", token)
        except LinkSpent:
            return spent(request)
        return page(request, "public/password/set.html", form=None, token=token)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], system: NamedDependency[Work], token: FromPath[str]
    ) -> Response[Any] | Template:
        data, form = await read_form(request, NewPasswordForm, "public/password/set.html", token=token)
        try:
            await set_password_by_link(system, token, data.password, hasher=services_of(request).hasher)
        except LinkSpent:
            return spent(request)
        except DomainError as error:
            raise refuse("public/password/set.html", form, error, token=token) from None
        return go(request, "/sign-in", _("Your password is set. Sign in with it now."))


async def mail_link(request: Request[Any, Any, Any], login: str) -> None:
    """Plan the e-mail; what goes wrong is kept, since nobody waits for it."""
    try:
        async with services_of(request).database.work(SYSTEM) as work:
            await request_password_link(work, login)
    except Exception as error:
        keep_error(request, error)


def spent(request: Request[Any, Any, Any]) -> Template:
    """Say that the link works no more, and where a new one is to be had."""
    return page(request, "public/password/spent.html", status_code=410)
