"""Headers of every answer of the API: what is left of the limit, and that nobody on the way may keep it."""

from typing import Any

from litestar.types import Message, Scope


async def api_headers(message: Message, scope: Scope) -> None:
    """Add them. Registered as ``before_send``."""
    if message["type"] != "http.response.start" or not scope["path"].startswith("/api/"):
        return
    allowance: Any = scope.get("state", {}).get("allowance")
    headers = {b"cache-control": b"no-store", b"vary": b"Authorization"}
    if allowance is not None:
        headers[b"ratelimit-limit"] = str(allowance.limit).encode()
        headers[b"ratelimit-remaining"] = str(allowance.left).encode()
        headers[b"ratelimit-reset"] = str(allowance.seconds).encode()
    present = {name.lower() for name, _value in message["headers"]}
    message["headers"] = [*message["headers"], *(pair for pair in headers.items() if pair[0] not in present)]
