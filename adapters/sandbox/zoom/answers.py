"""Zoom's answers: its error bodies and the tracking id that each carries."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import msgspec
from litestar import Response


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json;charset=UTF-8",
        headers={**tracked(), **(headers or {})},
    )


def nothing(status: int = 204) -> Response[None]:
    return Response(None, status_code=status, headers=tracked())


def error(status: int, code: int, message: str, **more: Any) -> Response[bytes]:
    return as_json({"code": code, "message": message, **more}, status)


def invalid(fields: Sequence[str]) -> Response[bytes]:
    """Return the answer to a body that does not hold: one entry a field, named with its path."""
    errors = [{"field": field, "message": f"Invalid parameter: {field.rpartition('.')[2]}."} for field in fields]
    return error(400, 300, "Validation Failed.", errors=errors)


def no_meeting(identity: object) -> Response[bytes]:
    return error(404, 3001, f"Meeting does not exist: {identity}.")


def no_user(identity: object) -> Response[bytes]:
    return error(404, 1001, f"User does not exist: {identity}.")


def tracked() -> dict[str, str]:
    return {"x-zm-trackingid": f"v=2.0;clid=sandbox;rid=WEB_{token_hex(16)}"}


def failed(status: int) -> Response[bytes]:
    """Return the answer to a request that no endpoint took, or that failed on our side."""
    if status in (404, 405):
        return error(404, 2300, "This API endpoint is not recognized.")
    if status == 403:
        return error(403, 403, "Forbidden.")
    return error(status, status, "Internal server error." if status >= 500 else "Bad request.")
