"""Who may use the API: the token of a request, its limit, and the transaction that is opened as its person.

Cookies open nothing here, and a token opens no page; so no other site can make a browser call the API.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException

from domain.accounts.limits import too_many
from domain.accounts.tokens import token_hash
from domain.errors import DomainError, NotAllowed, TooMany
from domain.language import _
from domain.work import Identity, Work
from web.visitor import address_of
from web.work import services_of

REFUSED_PER_MINUTE = 30  # tokens that open nothing, from one network address


class TokenRefused(DomainError):
    """The request came without a token, or with one that opens nothing. ``code`` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MissingScope(NotAllowed):
    """The token may not do this; the message names the scope that may."""

    code = "missing_scope"


async def check_api_request(request: Request[Any, Any, Any]) -> None:
    """Take the token and count it before anything is read. Registered as ``before_request`` of the API."""
    if "%00" in request.url.path or "%00" in request.url.query:
        raise ClientException
    token = bearer_token(request)
    digest = token_hash(token)
    request.scope["state"]["token_hash"] = digest
    services = services_of(request)
    most = services.settings.api_per_minute
    allowance = await services.limiter.take(f"api:{digest.hex()[:32]}", limit=most, seconds=60)
    request.scope["state"]["allowance"] = allowance
    if allowance.wait:
        seconds = allowance.wait
        raise TooMany(
            _(
                "More than {most} requests in a minute. Try again in {seconds} seconds.",
                most=most,
                seconds=seconds,
            ),
            seconds,
        )
    if request.route_handler.opt.get("checked_first"):
        async with api_work(request):
            pass  # before a large body is read, or where the handler opens its own transactions


def bearer_token(request: Request[Any, Any, Any]) -> str:
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise TokenRefused("token_missing", _("Send your token in the header “Authorization: Bearer …”."))
    return token.strip()


@asynccontextmanager
async def api_work(request: Request[Any, Any, Any]) -> AsyncIterator[Work]:
    """Open a transaction as the token's person, who must be an admin and have the scope of the route."""
    async with services_of(request).database.work_of_api_token(request.scope["state"]["token_hash"]) as work:
        request.scope["state"]["identity"] = work.identity
        await check_identity(request, work.identity)
        yield work


async def provide_api_work(request: Request[Any, Any, Any]) -> AsyncGenerator[Work, None]:
    """Open the transaction; commit when the handler returns, roll back when it raises."""
    async with api_work(request) as work:
        yield work


async def check_identity(request: Request[Any, Any, Any], identity: Identity) -> None:
    token = identity.token
    if token is None or token.refusal:
        await _count_refused(request)
        raise refused(token.refusal if token else "unknown")
    if not identity.is_admin:
        raise NotAllowed(_("The API is for admins."))
    scope = request.route_handler.opt.get("scope", "")
    if scope and scope not in token.scopes:
        raise MissingScope(_("This token may not do that: it lacks the scope {scope}.", scope=scope))


async def _count_refused(request: Request[Any, Any, Any]) -> None:
    bucket = f"api_refused:{address_of(request)}"
    if wait := await services_of(request).limiter.hit(bucket, limit=REFUSED_PER_MINUTE, seconds=60):
        raise too_many(wait)


def refused(reason: str) -> TokenRefused:
    """Return why a token opens nothing, for who holds it."""
    texts = {
        "revoked": _("This token was revoked."),
        "expired": _("This token has expired. Make another one."),
        "inactive": _("The account of this token is not active."),
        "demoted": _("The access of this token's owner was changed. Make another token."),
        "password": _("The owner of this token must choose a password of their own first."),
    }
    code = f"token_{reason}" if reason in texts else "token_unknown"
    return TokenRefused(code, texts.get(reason, _("We do not know this token.")))
