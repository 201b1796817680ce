"""How a route of the API is declared: its scope, and all that it may answer, said once for the guard and for OpenAPI."""

from collections.abc import Callable
from typing import Any

from litestar import delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec

from web.api.shapes import ErrorBody

REFUSALS = {
    400: "The request could not be read.",
    401: "There is no token, or it opens nothing.",
    403: "The token lacks the scope, or its owner may not do this.",
    404: "There is no such thing.",
    409: "Somebody was first, things have moved on, or the Idempotency-Key was used otherwise.",
    413: "The body is too large.",
    422: "Values are not right; `fields` says which.",
    429: "Too many requests: wait for the seconds in Retry-After.",
    500: "Something went wrong on our side; `reference` finds it in Errors.",
}
READING = (400, 401, 403, 404, 422, 429, 500)
CHANGING = (400, 401, 403, 404, 409, 413, 422, 429, 500)

Declared = Callable[[Any], Any]


def reads(path: str = "", *, scope: str, summary: str, description: str = "", **more: Any) -> Declared:
    """Declare a route that changes nothing; the token needs ``scope``, or none when it is empty."""
    options = _described(scope, summary, description, READING)
    options["opt"] |= more.pop("opt", {})
    return get(path or None, **options, **more)


def changes(
    path: str = "",
    *,
    scope: str,
    summary: str,
    description: str = "",
    status: int = 201,
    also: dict[int, tuple[Any, str]] | None = None,
    **more: Any,
) -> Declared:
    """Declare a POST; ``also`` are further answers as {status: (shape, when)}, ``more`` goes to the handler."""
    options = _described(scope, summary, description, CHANGING)
    options["opt"] |= more.pop("opt", {})
    for code, (shape, when) in (also or {}).items():
        options["responses"][code] = ResponseSpec(shape, generate_examples=False, description=when)
    return post(path or None, status_code=status, **options, **more)


def patches(path: str, *, scope: str, summary: str, description: str = "") -> Declared:
    """Declare a PATCH: what is left out of the body stays as it is."""
    return patch(path, status_code=200, **_described(scope, summary, description, CHANGING))


def deletes(path: str, *, scope: str, summary: str, description: str = "") -> Declared:
    """Declare a DELETE that answers with what is left."""
    return delete(path, status_code=200, **_described(scope, summary, description, CHANGING))


def _described(scope: str, summary: str, description: str, refusals: tuple[int, ...]) -> dict[str, Any]:
    needs = f"Scope: `{scope}`." if scope else "Any token may."
    return {
        "opt": {"scope": scope},
        "summary": summary,
        "response_description": "Done.",
        "description": f"{description} {needs}".strip(),
        "security": [{"token": [scope] if scope else []}],
        "responses": {
            code: ResponseSpec(ErrorBody, generate_examples=False, description=REFUSALS[code]) for code in refusals
        },
    }
