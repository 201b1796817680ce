"""Errors nobody foresaw: find one by its reference, read its trace, clear them."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.error_logs import PER_PAGE, clear_error, clear_errors, list_errors, show_error
from domain.language import _, ngettext
from domain.messaging.webhooks import list_rejections
from domain.work import Work
from web.paging import page_number
from web.rendering import go, page

INDEX = "/admin/errors"


class ErrorController(Controller):
    path = "/errors"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        query = {"q": request.query_params.get("q", "")[:200]}
        number = page_number(request)
        errors, total = await list_errors(work, query["q"], number)
        pages = -(-total // PER_PAGE)
        context = {"errors": errors, "total": total, "page": number, "pages": pages, "query": query, "now": work.now}
        context["rejections"] = await list_rejections(work)
        return page(request, "admin/errors/index.html", **context)

    @get("/{error_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], error_id: FromPath[UUID]
    ) -> Template:
        return page(request, "admin/errors/show.html", error=await show_error(work, error_id))

    @post("/{error_id:uuid}/clearing")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], error_id: FromPath[UUID]
    ) -> Response[Any]:
        await clear_error(work, error_id)
        return go(request, INDEX, _("The error is cleared."))

    @post("/clearing")
    async def destroy_all(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        cleared = await clear_errors(work)
        return go(request, INDEX, ngettext("{count} error is cleared.", "{count} errors are cleared.", cleared))
