"""The dependency that opens each request's transaction as whoever is signed in, and keeps out who may not be there.

Every route says its audience in ``opt``: public, signed_in, student, admin, super_admin; provider (webhooks) and
infrastructure (health, files) bring their own checks.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from adapters.bootstrap import Services
from domain.accounts.tokens import token_hash
from domain.errors import NotAllowed
from domain.language import _
from domain.work import SYSTEM, Identity, Work
from web.cookies import Cookies
from web.shell import ask_for_shell, shell_of

FORM_AROUND = 1024 * 1024  # what a form adds to its file, at most
MAY_ENTER: dict[str, set[str]] = {
    "public": {"anonymous", "student", "admin", "super_admin"},
    "signed_in": {"student", "admin", "super_admin"},
    "student": {"student"},
    "admin": {"admin", "super_admin"},
    "super_admin": {"super_admin"},
}


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not public."""


class PasswordChangeNeeded(Exception):
    """A temporary password lets its owner do one thing: choose their own."""


def services_of(request: Request[Any, Any, Any]) -> Services:
    services: Services = request.app.state.services
    return services


async def provide_work(request: Request[Any, Any, Any]) -> AsyncGenerator[Work, None]:
    """Open the transaction; commit when the handler returns, roll back when it raises."""
    services = services_of(request)
    token = token_hash(Cookies(services.settings).sign_in(request))
    try:
        async with services.database.work_of(token) as work:
            request.scope["state"]["identity"] = work.identity
            check_audience(request, work.identity)
            yield work
            _ask_for_shell(request, work)
        _keep_shell(request, work)
    except (SignInNeeded, PasswordChangeNeeded):
        raise
    except Exception:
        if wants_page(request):
            await read_frame(request)
        raise


async def read_frame(request: Request[Any, Any, Any]) -> None:
    """Read the shell of a page in a transaction of its own, where the handler's was rolled back or never opened."""
    services = services_of(request)
    token = token_hash(Cookies(services.settings).sign_in(request))
    async with services.database.work_of(token) as work:
        ask_for_shell(work)
    request.scope["state"]["shell"] = shell_of(work)


def _ask_for_shell(request: Request[Any, Any, Any], work: Work) -> None:
    if wants_page(request):
        ask_for_shell(work)


def _keep_shell(request: Request[Any, Any, Any], work: Work) -> None:
    if wants_page(request):
        request.scope["state"]["shell"] = shell_of(work)


async def provide_system_work(request: Request[Any, Any, Any]) -> AsyncGenerator[Work, None]:
    """Open a transaction as the system, for what visitors may do before they are anybody: sign in, apply."""
    try:
        async with services_of(request).database.work(SYSTEM) as work:
            yield work
            _ask_for_shell(request, work)
        _keep_shell(request, work)
    except Exception:
        if wants_page(request):
            await read_frame(request)
        raise


@asynccontextmanager
async def opened_work(request: Request[Any, Any, Any]) -> AsyncIterator[Work]:
    """Open the transaction of who asks, for a handler that takes files: it must hold none while they are stored."""
    services = services_of(request)
    async with services.database.work_of(token_hash(Cookies(services.settings).sign_in(request))) as work:
        request.scope["state"]["identity"] = work.identity
        check_audience(request, work.identity)
        yield work


async def check_sender(request: Request[Any, Any, Any]) -> None:
    """Turn away who may not be here before the body of a route that takes a large one is read."""
    if request.route_handler.opt.get("takes_files"):
        services = services_of(request)
        async with services.database.work_of(token_hash(Cookies(services.settings).sign_in(request))) as work:
            check_audience(request, work.identity)
    if request.route_handler.opt.get("takes_recordings"):
        check_size(request, services_of(request).settings.recording_upload_mb * 1024 * 1024)


def check_size(request: Request[Any, Any, Any], largest: int) -> None:
    """Turn away what says by itself that it is too large, before any of it is read."""
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told) > largest + FORM_AROUND:
        raise ClientException(status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE)


def check_audience(request: Request[Any, Any, Any], identity: Identity) -> None:
    audience = request.route_handler.opt["audience"]
    if identity.role not in MAY_ENTER[audience]:
        if identity.role == "anonymous":
            raise SignInNeeded
        raise NotAllowed(_("You do not have access to this page."))
    free = audience == "public" or request.route_handler.opt.get("before_password_change")
    if identity.must_change_password and not free:
        raise PasswordChangeNeeded


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether the answer is a whole page with its shell, rather than a fragment, a file or a stream."""
    return request.headers.get("HX-Request-Type") != "partial" and not request.route_handler.opt.get("no_shell")
