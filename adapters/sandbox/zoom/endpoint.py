"""What one call of Zoom's API is given, and how an endpoint stands in the table."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.zoom.account import Account

# Ids never hold a slash; a uuid in a path may, where a client did not encode it.
_PARTS = {"meeting": ".+"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has passed the checks all share."""

    zoom: Account
    parts: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    now: datetime

    @property
    def database(self) -> SandboxDatabase:
        return self.zoom.database

    @property
    def action(self) -> str:
        return str(self.body.get("action", ""))


Answer = Callable[[Call], Awaitable[Response[Any]]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: its scope without ``:admin``, and the label its requests are counted under."""

    method: str
    pattern: re.Pattern[str]
    answer: Answer
    scope: str
    label: str


def endpoint(method: str, path: str, answer: Answer, scope: str, label: str = "Light") -> Endpoint:
    """Return the endpoint of a path like ``meetings/{id}/registrants``."""
    pattern = re.sub(r"\{(\w+)\}", lambda part: f"(?P<{part[1]}>{_PARTS.get(part[1], '[^/]+')})", path)
    return Endpoint(method, re.compile(pattern), answer, f"{scope}:admin", label)
