"""Signing in and out."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response, Template
from pydantic import Field

from domain.accounts.known_browsers import with_person
from domain.accounts.sign_ins import revoke_token, sign_in
from domain.errors import DomainError
from domain.language import _
from domain.work import SYSTEM, Work
from web.cookies import Cookies
from web.forms import FormModel, FormRefused, read_form, refuse
from web.rendering import go, page
from web.visitor import browser_of
from web.work import read_frame, services_of

HOME = {"student": "/student", "admin": "/admin", "super_admin": "/admin"}


class SignInForm(FormModel):
    login: str = Field(min_length=1, max_length=254)
    password: str = Field(min_length=1, max_length=1000)
    next: str = Field(default="", max_length=2000)


class SignInController(Controller):
    path = "/sign-in"

    @get()
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], next: FromQuery[str] = ""
    ) -> Response[Any] | Template:
        if work.identity.person_id:
            return go(request, local_path(next) or HOME[work.identity.role])
        return page(request, "public/sign_in/new.html", form=None, next=local_path(next))

    @post()
    async def create(self, request: Request[Any, Any, Any]) -> Response[Any]:
        # No transaction of the request's own: it would be held while passwords are hashed.
        services = services_of(request)
        cookies = Cookies(services.settings)
        try:
            data, form = await read_form(request, SignInForm, "public/sign_in/new.html", next="")
            try:
                opened = await sign_in(
                    lambda: services.database.work(SYSTEM),
                    login=data.login,
                    password=data.password,
                    browser=replace(browser_of(request), known=cookies.known(request)),
                    hasher=services.hasher,
                    limiter=services.limiter,
                    secret=services.settings.secret,
                    replaces=cookies.sign_in(request),
                )
            except DomainError as error:
                raise refuse("public/sign_in/new.html", form, error, next=local_path(data.next)) from None
        except FormRefused:
            await read_frame(request)
            raise
        home = "/account/password" if opened.must_change_password else HOME[opened.role]
        answer = go(request, home if opened.must_change_password else local_path(data.next) or home)
        answer.set_cookie(cookies.new_sign_in(opened.token))
        known = with_person(services.settings.secret, cookies.known(request), opened.person_id)
        answer.set_cookie(cookies.new_known(known))
        return answer


class SignOutController(Controller):
    path = "/sign-out"

    @post(opt={"before_password_change": True, "no_shell": True})
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        cookies = Cookies(services_of(request).settings)
        if work.identity.person_id:
            await revoke_token(work, cookies.sign_in(request))
        answer = go(request, "/sign-in", _("You are signed out."))
        answer.set_cookie(cookies.no_sign_in())
        return answer


def local_path(path: str) -> str:
    r"""Return a path of ours, or nothing: `//elsewhere` and `/\elsewhere` are other sites to a browser."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 33 for c in path):
        return ""
    parts = urlsplit(path)
    return "" if parts.scheme or parts.netloc or parts.path in ("/sign-in", "/sign-out") else path
