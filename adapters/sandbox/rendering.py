"""The sandbox's pages: the product's own controls in another frame, and the headers they go out with."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Message, Scope
from markupsafe import Markup

from adapters.settings import ROOT
from domain.language import _, ngettext

LAKHS = re.compile(r"(?<=\d)(?=(?:\d\d)*\d{3}$)")
IST = ZoneInfo("Asia/Kolkata")
STATIC = ROOT / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Where a provider answers, not a page of ours.
APIS = ("/sendgrid/", "/aisensy/", "/instamojo/api/", "/bolna/", "/zoom/")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    environment.filters.update(number=number, moment=moment, filesize=file_size, rupees=rupees)
    environment.globals.update(_=_, ngettext=ngettext, static=static)
    return environment


def page(request: Request[Any, Any, Any], name: str, *, status_code: int = 200, **context: Any) -> Response[str]:
    """Render a page of the sandbox."""
    frame = {"path": request.url.path, "product_url": request.app.state.settings.base_url}
    html = environment().get_template(f"sandbox/{name}").render(**frame, query=request.query_params, **context)
    return Response(html, status_code=status_code, media_type="text/html", headers={"Cache-Control": "no-store"})


def given(name: str) -> Provide:
    """Return what hands this part of the sandbox to every handler that names it."""

    def part(request: Request[Any, Any, Any]) -> Any:
        return request.app.state.parts[name]

    return Provide(part, sync_to_thread=False)


def go(path: str) -> Response[bytes]:
    """Answer a form: on to a page of ours."""
    return Response(b"", status_code=303, headers={"Location": path}, media_type="text/plain")


@cache
def static(name: str) -> str:
    """Return the address of a file in static/, which changes with its content."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"


def number(value: int) -> str:
    return f"{value:,}"


def rupees(amount: Decimal) -> str:
    """Write rupees with lakh grouping and paise."""
    whole, _, paise = f"{amount:.2f}".partition(".")
    return f"₹{re.sub(LAKHS, ',', whole)}.{paise}"


def moment(value: datetime | str) -> Markup:
    """Write a moment with its zone, to the second: webhooks come close together."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    text = at.astimezone(IST).strftime("%-d %b %Y, %H:%M:%S %Z")
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)


def file_size(value: int) -> str:
    return (
        f"{value} B" if value < 1024 else f"{value / 1024:.0f} KB" if value < 1024**2 else f"{value / 1024**2:.1f} MB"
    )


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the headers of our own pages; the providers' endpoints answer with their provider's."""
    if message["type"] != "http.response.start" or scope["path"].startswith(APIS):
        return
    present = {name.lower() for name, _value in message["headers"]}
    missing = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    message["headers"] = [*message["headers"], *(pair for pair in missing if pair[0] not in present)]


def from_own_pages(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse a form that another site's page sends."""
    site = connection.headers.get("Sec-Fetch-Site", "none")
    if connection.scope.get("method") not in SAFE_METHODS and site not in ("same-origin", "none"):
        raise PermissionDeniedException("This form came from another site.")


def pages_of(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def page_number(query: Mapping[str, str], pages: int) -> int:
    """Return the page asked for, kept within what there is."""
    asked = query.get("page", "1")
    return min(max(int(asked), 1), pages) if asked.isdigit() and len(asked) < 9 else 1
