"""Filters of the list of leads that are kept under a name."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.errors import InvalidInput
from domain.language import _
from domain.leads.filters import read_filter
from domain.leads.listing import file_names
from domain.leads.saved_filters import delete_filter, list_saved_filters, save_filter
from domain.work import Work
from web.admin.leads import asked_values, chips
from web.fields import OneLine
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page, with_query

INDEX = "/admin/saved-filters"
TEMPLATE = "admin/saved_filters/index.html"


class FilterForm(FormModel):
    name: OneLine = Field(min_length=1, max_length=80)


class SavedFilterController(Controller):
    path = "/saved-filters"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, TEMPLATE, form=None, **await kept(work, asked_values(request)))

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = await kept(work, await typed_values(request))
        data, form = await read_form(request, FilterForm, TEMPLATE, **context)
        try:
            await save_filter(work, data.name, context["wanted"])
        except InvalidInput as error:
            raise refuse(TEMPLATE, form, error, **context) from None
        return go(
            request, with_query("/admin/leads", **context["query"]), _("The filter “{name}” is kept.", name=data.name)
        )

    @post("/{filter_id:uuid}/deletion")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], filter_id: FromPath[UUID]
    ) -> Response[Any]:
        await delete_filter(work, filter_id)
        return go(request, INDEX, _("The filter was deleted."))


async def kept(work: Work, values: dict[str, Any]) -> dict[str, Any]:
    """Return the kept filters, and the one that the address or the form names, to be kept as well."""
    wanted = read_filter({name: value for name, value in values.items() if name not in ("id", "name")})
    rows = await list_saved_filters(work)
    return {
        "wanted": wanted,
        "query": wanted.as_values(),
        "chips": chips(wanted, await file_names(work, wanted)),
        "saved_filters": [(row, read_filter(row.filter)) for row in rows],
        "chips_of": chips,
    }
