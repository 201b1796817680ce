"""Fields as providers really fill them: texts, numbers as text, moments in four forms."""

from datetime import UTC, datetime
from typing import Any

# Seconds until the year 5138; what is larger counts milliseconds.
_MOST_SECONDS = 1e11


def text(raw: Any, *names: str) -> str:
    """Return the first of these fields that holds text."""
    values = (raw.get(name) for name in names) if isinstance(raw, dict) else ()
    # Postgres stores no null byte, and no event is worth losing over one.
    return next((value.replace("\x00", "") for value in values if isinstance(value, str) and value.strip()), "")


def part(raw: Any, name: str) -> dict[str, Any]:
    """Return the object in this field, or an empty one."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, dict) else {}


def parts(raw: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects in this list, without whatever is none."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """Return a whole number that may come as text; none of theirs is beyond nine digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**9 else None
    shown = value.strip() if isinstance(value, str) else ""
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else None


def moment(*values: object) -> datetime | None:
    """Return the first of these that is a moment: seconds or milliseconds of Unix time, also as text, or ISO 8601."""
    return next((found for found in map(_moment, values) if found), None)


def phone(value: object) -> str:
    """Return a number as E.164; providers leave out its plus. Ten digits as mobile numbers have them are Indian."""
    digits = "".join(sign for sign in str(value or "") if sign.isascii() and sign.isdigit()).lstrip("0")
    if len(digits) == 10 and digits[0] in "6789":
        digits = f"91{digits}"
    return f"+{digits}" if digits else ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not value:
        return None
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds if seconds < _MOST_SECONDS else seconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return _written(value) if isinstance(value, str) else None


def _written(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
