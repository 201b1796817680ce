"""Finding a person from anywhere; the command palette shows the fragment."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from domain.language import _
from domain.people import search_people
from domain.work import Row, Work
from web.rendering import page_or_fragment, with_query

PEOPLE_ON_PAGE = 20


class SearchController(Controller):
    path = "/search"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        needle = request.query_params.get("q", "")[:100]
        people = [(row, *found_as(row)) for row in await search_people(work, needle, PEOPLE_ON_PAGE)]
        return page_or_fragment(
            request, "admin/search/index.html", "admin/search/_people.html", people=people, needle=needle
        )


def found_as(person: Row) -> tuple[str, str]:
    """Return what the person is to the business, and where everything about them is."""
    if person.role in ("admin", "super_admin"):
        return _("Team"), with_query("/admin/audit", actor=person.id)
    what = _("Student") if person.is_student else _("Applicant") if person.has_applied else _("Lead")
    return what, f"/admin/people/{person.id}"
