"""Unsubscribing from campaign e-mail: a page with one button, since mail programs open every link to look for dangers."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.language import _
from domain.messaging.suppressions import find_recipient, resume, unsubscribe
from domain.messaging.unsubscribe_links import Addressee, read_unsubscribe_token
from domain.work import Work
from web.rendering import go, page
from web.work import provide_system_work, services_of


class UnsubscribeController(Controller):
    path = "/unsubscribe/{token:str}"
    dependencies = {"work": Provide(provide_system_work)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Template:
        recipient = await find_recipient(work, addressee_of(request, token))
        return page(request, "public/unsubscribe/show.html", recipient=recipient, token=token)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Response[Any]:
        await unsubscribe(work, addressee_of(request, token))
        return go(request, f"/unsubscribe/{token}")

    @post("/resubscription")
    async def undo(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Response[Any]:
        await resume(work, addressee_of(request, token))
        return go(request, f"/unsubscribe/{token}", _("Welcome back: you will hear from us again."))

    @post("/one-click", opt={"audience": "provider", "no_shell": True}, status_code=200)
    async def one_click(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Response[str]:
        """RFC 8058: the mail program's own button posts here, without cookies. The token alone says who."""
        await unsubscribe(work, addressee_of(request, token))
        return Response(_("You are unsubscribed."), media_type="text/plain; charset=utf-8")


def addressee_of(request: Request[Any, Any, Any], token: str) -> Addressee | None:
    return read_unsubscribe_token(services_of(request).settings.secret, token)
