"""Request bodies as the endpoints read them: a JSON object, free of what Postgres does not store."""

from typing import Any

import msgspec
from litestar import Request


async def json_object(request: Request[Any, Any, Any]) -> dict[str, Any] | None:
    """Return the body's JSON object, or None where it is something else."""
    raw = await request.body()
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    cleaned: dict[str, Any] = without_nulls(body) if b"\\u0000" in raw else body
    return cleaned


def without_nulls(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {without_nulls(name): without_nulls(item) for name, item in value.items()}
    return value


def texts(value: Any) -> list[str]:
    """Return the texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def text_values(value: Any) -> dict[str, str]:
    """Return the entries of an object whose values are texts."""
    return {name: item for name, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}
