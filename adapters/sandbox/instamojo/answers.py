"""Instamojo's answers: ``success`` with what was asked for, or with a message that is one text or texts by field."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response

UNAUTHORIZED = "Invalid Auth Token."
FORBIDDEN = "You do not have permission to perform this action."
NOT_FOUND = "Not found"
Message = str | Mapping[str, Sequence[str]]


def succeeded(status: int = 200, **parts: Any) -> Response[bytes]:
    """Return an answer that holds these parts."""
    return _as_json({"success": True, **parts}, status)


def error(status: int, message: Message) -> Response[bytes]:
    return _as_json({"success": False, "message": message}, status)


def failed(status: int) -> Response[bytes]:
    """Return the answer for what no endpoint takes, or where one broke."""
    messages = {403: "Forbidden", 404: NOT_FOUND, 405: "Method not allowed."}
    return error(status, messages.get(status, "Internal server error"))


def gateway(status: int) -> Response[bytes]:
    """Return the HTML of a gateway that speaks for a server."""
    return Response(f"<html><h1>{status}</h1></html>".encode(), status_code=status, media_type="text/html")


def instant(moment: datetime | None) -> str | None:
    """Write a moment as Instamojo does: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def _as_json(body: Any, status: int) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
