"""Which page of a list is asked for."""

from typing import Any

from litestar import Request

LAST = 100_000


def page_number(request: Request[Any, Any, Any]) -> int:
    """Return the page in the query, counting from 1; what is no number is the first."""
    typed = request.query_params.get("page", "")
    return min(max(int(typed), 1), LAST) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 1
