"""Headers every answer carries."""

import re

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
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def policy_with_forms_to(settings: Settings) -> str:
    """Return the policy of a page whose buttons lead into a meeting: browsers hold redirects after a form to it, too."""
    origins = "https://zoom.us https://*.zoom.us" if settings.is_live("zoom") else settings.sandbox_url
    return CSP.replace("form-action 'self'", f"form-action 'self' {origins}")


def csp_with_media_of(origin: str) -> str:
    """Return the policy of the one page that plays a film lying at ``origin``, and there alone."""
    if not ORIGIN.fullmatch(origin):
        return CSP
    return CSP.replace("media-src 'self'", f"media-src 'self' {origin}")


def security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Return them as they are sent; HSTS only where we are reached over HTTPS."""
    is_secure = settings.production and settings.base_url.startswith("https://")
    headers = HEADERS | (HSTS if is_secure else {})
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Add them to an answer, but for what it says itself."""
    if message["type"] == "http.response.start":
        present = {name.lower() for name, _ in message["headers"]}
        ours: list[tuple[bytes, bytes]] = scope["app"].state.security_headers
        message["headers"] = [*message["headers"], *(pair for pair in ours if pair[0] not in present)]
