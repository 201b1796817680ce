"""Request bodies of the small endpoints."""

from typing import Any

import msgspec
from litestar import Request


async def json_object(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the body's JSON object; anything else counts as an empty one and fails the endpoint's own checks."""
    try:
        body = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def strings(value: Any) -> list[str]:
    """Return the strings of a list, in lower case and without null bytes."""
    items = value if isinstance(value, list) else []
    return [item.replace("\x00", "").lower() for item in items if isinstance(item, str)]
