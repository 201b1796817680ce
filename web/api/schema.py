"""The API's routes as one router, and what describes them: for programs, and for people."""

from functools import cache
from typing import Any

from litestar import Controller, Request, Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import Response, Template

from domain.work import Work
from web.api.access import check_api_request, provide_api_work
from web.api.errors import HANDLERS
from web.api.openapi import describe
from web.api.reference import reference_of
from web.rendering import page
from web.work import services_of


def api_router(controllers: list[Any]) -> Router:
    """Return the API's routes, which take nothing from the pages: neither their cookies nor their errors."""
    return Router(
        path="/api",
        route_handlers=controllers,
        before_request=check_api_request,
        dependencies={"work": Provide(provide_api_work)},
        exception_handlers=HANDLERS,
        opt={"audience": "api", "no_shell": True},
    )


@cache
def api_schema(base_url: str, per_minute: int) -> dict[str, Any]:
    """Return the description of the API, made once."""
    from web.routes import API  # which lists the routes below, too

    return describe(api_router(API), base_url, per_minute)


def schema_of(request: Request[Any, Any, Any]) -> dict[str, Any]:
    settings = services_of(request).settings
    return api_schema(settings.base_url, settings.api_per_minute)


class ApiReferenceController(Controller):
    path = "/api"

    @get("/openapi.json", opt={"no_shell": True})
    async def schema(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return Response(
            schema_of(request), media_type="application/json", headers={"Cache-Control": "public, max-age=300"}
        )

    @get("/docs")
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        per_minute = services_of(request).settings.api_per_minute
        return page(request, "public/api/show.html", reference=reference_of(schema_of(request)), per_minute=per_minute)
