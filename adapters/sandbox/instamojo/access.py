"""What stands before every Instamojo endpoint: the trailing slash, the two keys, planned faults."""

import hmac
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.faults import RETRY_AFTER, Faults, never_answered
from adapters.sandbox.instamojo import answers
from adapters.settings import Settings

KEYS = {"X-Api-Key": "INSTAMOJO_API_KEY", "X-Auth-Token": "INSTAMOJO_AUTH_TOKEN"}


async def check_access(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Answer for the endpoint when it must not be reached; None lets the request through."""
    # The path as it was asked for: routing takes the slash off.
    if not request.scope["raw_path"].partition(b"?")[0].endswith(b"/"):
        return _with_slash(request)
    if not all(_is_known(request, header, name) for header, name in KEYS.items()):
        return answers.error(401, answers.UNAUTHORIZED)
    faults: Faults = request.app.state.faults
    fault = await faults.strike(request, "instamojo")
    return _faulty(fault) if fault else None


def sandbox_value(settings: Settings, name: str) -> str:
    """Return a credential the sandbox goes by: its own where the account's belongs to the live provider."""
    return SANDBOX_VALUES[name] if settings.is_live("instamojo") else settings.credential(name, "instamojo")


def _with_slash(request: Request[Any, Any, Any]) -> Response[bytes]:
    path, query = quote(request.scope["path"]), request.scope["query_string"].decode("latin-1")
    location = f"{path}/?{query}" if query else f"{path}/"
    return Response(b"", status_code=301, headers={"Location": location}, media_type="text/html")


def _is_known(request: Request[Any, Any, Any], header: str, name: str) -> bool:
    given = request.headers.get(header, "").encode()
    known = {sandbox_value(request.app.state.settings, name), SANDBOX_VALUES[name]}
    return any(hmac.compare_digest(given, one.encode()) for one in known)


def _faulty(fault: str) -> Response[bytes]:
    """Return the answer of a planned fault."""
    if fault == "lost":
        return never_answered()
    status = int(fault) if fault.isdigit() else 500
    if status == 429:
        # Undocumented for Instamojo, so it says no more than every client of HTTP knows.
        response = answers.error(429, "Request was throttled.")
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    messages = {401: answers.UNAUTHORIZED, 403: answers.FORBIDDEN, 500: "Internal server error"}
    return answers.error(status, messages[status]) if status in messages else answers.gateway(status)
