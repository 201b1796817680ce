"""What lists read from their address. Whatever makes no sense there is taken as not given: old links must keep working."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


def page_number(values: Mapping[str, Any]) -> int:
    """Return the page asked for, from 1."""
    text = str(values.get("page", "1"))
    return min(max(int(text), 1), 100_000) if text.isdecimal() and len(text) < 9 else 1


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
