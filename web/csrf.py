"""Every unsafe request proves that it comes from a page of ours: where it comes from, and a token bound to the sign-in."""

import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import RequestEncodingType

from adapters.settings import Settings
from domain.errors import NotAllowed
from domain.language import _
from web.cookies import Cookies

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FORMS = {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}


def token_for(settings: Settings, visitor: str, sign_in: str) -> str:
    """Return the token of this browser and this sign-in; signing in or out makes another."""
    return hmac.new(settings.secret, f"csrf {visitor} {sign_in}".encode(), hashlib.sha256).hexdigest()


def new_visitor() -> str:
    return secrets.token_urlsafe(18)


async def check_csrf(request: Request[Any, Any, Any]) -> None:
    """Raise NotAllowed for an unsafe request that no page of ours has made. Registered as ``before_request``."""
    if request.method in SAFE or request.route_handler.opt.get("audience") == "provider":
        return
    settings: Settings = request.app.state.services.settings
    cookies = Cookies(settings)
    visitor, sign_in = cookies.visitor(request), cookies.sign_in(request)
    if not (visitor and _same_origin(request, settings) and await _token_fits(request, settings, visitor, sign_in)):
        raise NotAllowed(
            _("This page was open for too long, or the request came from elsewhere. Reload and try again.")
        )


def _same_origin(request: Request[Any, Any, Any], settings: Settings) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    allowed = {request.headers.get("host", ""), urlsplit(settings.base_url).netloc}
    return urlsplit(origin).netloc in allowed


async def _token_fits(request: Request[Any, Any, Any], settings: Settings, visitor: str, sign_in: str) -> bool:
    wanted = token_for(settings, visitor, sign_in)
    header = request.headers.get("x-csrftoken")
    if header is not None and not _is_same(header, wanted):
        return False
    # Read even where the header says enough: no transaction is open yet that a slow sender could hold.
    form = await request.form() if request.content_type[0] in FORMS else None
    return header is not None or (form is not None and _is_same(str(form.get("_csrf_token", "")), wanted))


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
