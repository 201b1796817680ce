"""Bolna's answers. Its docs promise an error with a number and a message; its servers also answer with a detail alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response

# The one number its docs name.
MISSING_AGENT = 1001
DENIED = "Access denied"
BAD_KEY = "Invalid API key"


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json", headers=headers)


def error(status: int, message: str, number: int | None = None) -> Response[bytes]:
    """Return an error in the form of the docs. The numbers are not published: where there is none, it is the status."""
    return as_json({"error": number or status, "message": message}, status)


def detail(status: int, text: str) -> Response[bytes]:
    """Return an error in the form its servers were seen to use."""
    return as_json({"detail": text}, status)


def invalid(field: str, text: str) -> Response[bytes]:
    """Return what a body of the wrong shape is answered."""
    return as_json({"detail": [{"loc": ["body", field], "msg": text, "type": "value_error"}]}, 422)


def not_found(what: str) -> Response[bytes]:
    return error(404, f"{what} not found")


def too_many(retry_after: str = "") -> Response[bytes]:
    headers = {"Retry-After": retry_after} if retry_after else None
    return as_json({"message": "Rate limit exceeded"}, 429, headers)


def gateway(status: int) -> Response[bytes]:
    """Return the HTML of a gateway that speaks for a server."""
    return Response(f"<html><h1>{status}</h1></html>".encode(), status_code=status, media_type="text/html")


def failed(status: int) -> Response[bytes]:
    """Return the answer for what no endpoint takes, or where one broke."""
    texts = {403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
    return detail(status, texts[status]) if status in texts else as_json({"message": "Internal server error"}, status)


def refused_with(status: int) -> Response[bytes]:
    """Return the answer Bolna, or the gateway in front of it, gives with this status."""
    if status == 401:
        return error(401, DENIED)
    if status == 403:
        return detail(403, BAD_KEY)
    if status == 429:
        return too_many("2")
    return as_json({"message": "Internal server error"}, 500) if status == 500 else gateway(status)


def instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
