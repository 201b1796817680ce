"""What a request to Instamojo says: its form, and the filters in its query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

PER_PAGE = 50
MOST = 500
MOMENTS = ("min_created_at", "max_created_at", "min_modified_at", "max_modified_at")


class Refusal(ValueError):
    """What is wrong, by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of a list is asked for; moments are inclusive."""

    limit: int
    offset: int
    moments: Mapping[str, datetime | None]


async def form_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the form's fields; a JSON body counts as an empty form, so that every required field is missing."""
    form = await request.form()
    # Postgres stores no null byte.
    return {name: value.replace("\x00", "") for name, value in form.items() if isinstance(value, str)}


def filters_of(request: Request[Any, Any, Any]) -> Filters:
    """Return what the query asks for. Raises Refusal."""
    query = _query(request)
    errors: dict[str, list[str]] = {}
    moments = {name: _moment(query, name, errors) for name in MOMENTS}
    limit = min(_number(query, "limit", PER_PAGE, errors), MOST)
    page = _number(query, "page", 1, errors)
    if errors:
        raise Refusal(errors)
    return Filters(limit, (page - 1) * limit, moments)


def _query(request: Request[Any, Any, Any]) -> dict[str, str]:
    # Instamojo's own Python client puts the path's trailing slash behind the query.
    text = request.scope["query_string"].decode("latin-1").removesuffix("/")
    return dict(parse_qsl(text, keep_blank_values=True))


def _number(query: Mapping[str, str], name: str, default: int, errors: dict[str, list[str]]) -> int:
    text = query.get(name) or str(default)
    if text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text) > 0:
        return int(text)
    errors[name] = ["A valid positive integer is required."]
    return default


def _moment(query: Mapping[str, str], name: str, errors: dict[str, list[str]]) -> datetime | None:
    if not (text := query.get(name)):
        return None
    try:
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return day + timedelta(days=1, microseconds=-1) if name.startswith("max") else day
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        errors[name] = ["Enter a valid date/time."]
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
