"""Headers every answer carries."""

import re
from collections.abc import Callable
from typing import Any

from litestar.types import Message, Scope

from adapters.settings import Settings

# Nothing that could add to the policy: a link is typed by somebody.
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
CSP = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def csp_with_media_of(origin: str) -> str:
    """Return the policy of the one page that plays a film lying at ``origin``, and there alone."""
    if not ORIGIN.fullmatch(origin):
        return CSP
    return CSP.replace("media-src 'self'", f"media-src 'self' {origin}")


def security_headers(settings: Settings) -> Callable[[Message, Scope], Any]:
    """Return the hook that adds them; HSTS only where we are reached over HTTPS."""
    headers = {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "X-Frame-Options": "DENY",
    }
    if settings.production and settings.base_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    names = {name for name, _ in encoded}

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]} & names
            message["headers"] = [*message["headers"], *(pair for pair in encoded if pair[0] not in present)]

    return add
