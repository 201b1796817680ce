"""The web application: its routes by audience, and what every request passes through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.template import TemplateConfig

from adapters.bootstrap import open_redis, open_services
from adapters.postgres.error_log import ErrorLog
from adapters.redis.live import LiveHub
from adapters.settings import Settings
from web import errors, routes
from web.api.headers import api_headers
from web.api.schema import api_router
from web.csrf import check_csrf
from web.headers import add_security_headers, security_headers
from web.rendering import engine
from web.view_tally import ViewTally
from web.work import check_sender, provide_work

LARGEST_FORM = 300_000  # parsed before anybody is known: more would let a stranger keep the process busy


def create_app(settings: Settings) -> Litestar:
    """Build the application. Connections open in its lifespan, by the settings of its state, and close with it."""
    return Litestar(
        route_handlers=[
            *routes.INFRASTRUCTURE,
            api_router(routes.API),
            *(_audience(*group) for group in routes.AUDIENCES),
        ],
        lifespan=[_running],
        state=State({"settings": settings}),
        dependencies={"work": Provide(provide_work)},
        before_request=check_request,
        before_send=[add_security_headers, api_headers],
        exception_handlers=errors.HANDLERS,
        template_config=TemplateConfig(instance=engine()),
        openapi_config=None,  # its pages would list every address to anybody; web/api/schema.py describes the API alone
        request_max_body_size=LARGEST_FORM,
        debug=False,
        logging_config=None,
    )


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.security_headers = security_headers(settings)
    async with open_services(settings) as services:
        hub_redis = open_redis(settings)  # a connection that waits for the stream serves nobody else
        hub = LiveHub(hub_redis)
        app.state.services, app.state.hub = services, hub
        app.state.errors = ErrorLog(services.database)
        app.state.views = ViewTally(services.database)
        await hub.start()
        try:
            yield
        finally:
            await hub.stop()
            await hub_redis.aclose()


async def check_request(request: Request[Any, Any, Any]) -> None:
    """Refuse what no page of ours sends: a null byte, which Postgres cannot take, or another site's form."""
    if "%00" in request.url.path or "%00" in request.url.query or "\0" in request.url.path:
        raise NotFoundException
    await check_sender(request)
    await check_csrf(request)


def _audience(name: str, path: str, controllers: list[type]) -> Router:
    return Router(path=path, route_handlers=controllers, opt={"audience": name})
