"""The audit log: who did what to what, and when."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from domain.audit import PER_PAGE, AuditFilter, list_entries
from domain.audit_words import sentence
from domain.work import Work
from web.paging import page_number
from web.rendering import page

NAMES = ("actor", "action", "since", "until")


class AuditController(Controller):
    path = "/audit"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        query = {name: request.query_params.get(name, "") for name in NAMES}
        number = page_number(request)
        found = await list_entries(work, read_filter(query), number)
        return page(
            request,
            "admin/audit/index.html",
            entries=found.entries,
            total=found.total,
            page=number,
            pages=-(-found.total // PER_PAGE),
            query=query,
            actors=found.actors,
            actions=sorted(((action, sentence(action)) for action in found.actions), key=lambda one: one[1]),
            sentence=sentence,
        )


def read_filter(query: dict[str, str]) -> AuditFilter:
    """Return the filter in the address; what cannot be read filters nothing."""
    return AuditFilter(_uuid(query["actor"]), query["action"][:100], _date(query["since"]), _date(query["until"]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
