"""SendGrid's answers: its error bodies and its headers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response

# As seen on captured answers of /v3/mail/send.
_HEADERS = {
    "Access-Control-Allow-Origin": "https://sendgrid.api-docs.io",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, On-behalf-of, x-sg-elas-acl",
    "Access-Control-Max-Age": "600",
    "X-No-CORS-Reason": "https://sendgrid.com/docs/Classroom/Basics/API/cors.html",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def accepted(message_id: str) -> Response[bytes]:
    """Return 202 with an empty body."""
    return Response(b"", status_code=202, headers={"X-Message-Id": message_id, **_HEADERS}, media_type="text/plain")


def as_json(body: Any, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")


def nothing(status: int = 204) -> Response[bytes]:
    return Response(b"", status_code=status, media_type="text/plain")


def errors(status: int, entries: Sequence[Mapping[str, str | None]]) -> Response[bytes]:
    return as_json({"errors": list(entries)}, status)


def error(status: int, message: str, field: str | None = None) -> Response[bytes]:
    """Return an error body of one entry without a help page."""
    return errors(status, [{"message": message, "field": field, "help": None}])


def too_many(headers: Mapping[str, str]) -> Response[bytes]:
    """Return 429 with the headers that say when to come back."""
    response = as_json({"errors": [{"field": None, "message": "too many requests"}]}, 429)
    response.headers.update(headers)
    return response
