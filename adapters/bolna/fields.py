"""Fields as Bolna really fills them: empty texts for nothing, numbers as text, times in several forms."""

import math
from datetime import UTC, datetime
from typing import Any


def text(raw: Any, *names: str) -> str:
    """Return the first of these fields that holds text."""
    values = (raw.get(name) for name in names) if isinstance(raw, dict) else ()
    # Postgres stores no null byte, and no report is worth losing over one.
    return next((value.replace("\x00", "") for value in values if isinstance(value, str) and value.strip()), "")


def part(raw: Any, name: str) -> dict[str, Any]:
    """Return the object in this field, or an empty one."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, dict) else {}


def number(*values: object) -> float | None:
    """Return the first of these that is a number, also one written as text."""
    return next((found for found in map(_number, values) if found is not None), None)


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 moment; one without an offset is UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= 0 else None
