"""The sandbox as a program of its own: the providers' endpoints, and pages to look into them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from adapters.postgres.addresses import sandbox_url
from adapters.provider_settings import PROVIDERS
from adapters.sandbox.aisensy import PHONE_PAGES, aisensy_answers, aisensy_parts, aisensy_router
from adapters.sandbox.bolna import CALL_PAGES, Access, bolna_answers, bolna_parts, bolna_router
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.clock.controller import ClockController, ClockMachineController
from adapters.sandbox.clock.moving import Clock
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.fault_kinds import read_faults
from adapters.sandbox.fault_pages import FaultsController
from adapters.sandbox.faults import Faults
from adapters.sandbox.host import AskedHere
from adapters.sandbox.instamojo import instamojo_answers, instamojo_caller, instamojo_router
from adapters.sandbox.instamojo.pages import PaymentPagesController
from adapters.sandbox.journal import JournalMiddleware
from adapters.sandbox.machine import MachineController
from adapters.sandbox.mailbox.clicks import follow_link
from adapters.sandbox.mailbox.controller import MailboxController
from adapters.sandbox.mailbox.replies import ReplyController
from adapters.sandbox.mailbox.replying import sendgrid_caller
from adapters.sandbox.pages import HomeController, JournalController
from adapters.sandbox.rates import Rates
from adapters.sandbox.rehearsal.controller import RehearsalController
from adapters.sandbox.rendering import STATIC, add_headers, given, page
from adapters.sandbox.sendgrid import answers, sendgrid_router
from adapters.sandbox.sendgrid.access import RateLimit
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.sandbox.zoom import ROOM_PAGES, Options, zoom_answers, zoom_parts, zoom_router
from adapters.sandbox.zoom.hosting import Host
from adapters.settings import Settings

log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    *,
    rate_limit: RateLimit | None = None,
    bolna: Access | None = None,
    zoom: Options | None = None,
) -> Litestar:
    """Build the sandbox. Its background work starts and stops with the application's lifespan."""
    database = SandboxDatabase(sandbox_url(settings))
    rates = Rates(database, settings)
    chances = rates.chances
    faults = Faults(database, read_faults(settings.sandbox_faults))
    poster = EventPoster(database, settings, chances["sendgrid"], faults)
    callbacks = Callbacks(database, faults, delays=settings.sandbox_delays)
    callbacks.register("sendgrid", sendgrid_caller())
    callbacks.register("instamojo", instamojo_caller(settings))
    zoom_side = zoom_parts(database, callbacks, settings, chances["zoom"], zoom)
    host = Host(zoom_side["zoom"], chances["zoom"])
    clock = Clock(database, settings, wakers=(poster.wake, callbacks.wake, host.wake))
    app = Litestar(
        route_handlers=[
            sendgrid_router(chances["sendgrid"]),
            aisensy_router(),
            instamojo_router(chances["instamojo"]),
            bolna_router(bolna),
            zoom_router(chances["zoom"]),
            MachineController,
            HomeController,
            FaultsController,
            MailboxController,
            ReplyController,
            *PHONE_PAGES,
            PaymentPagesController,
            *CALL_PAGES,
            *ROOM_PAGES,
            JournalController,
            ClockController,
            ClockMachineController,
            RehearsalController,
            follow_link,
            create_static_files_router("/static", directories=[STATIC]),
        ],
        middleware=[AskedHere(), JournalMiddleware(database, tuple(PROVIDERS))],
        lifespan=[_running(database, clock, rates, faults, poster, callbacks, host)],
        dependencies={
            name: given(value)
            for name, value in {
                "database": database,
                "poster": poster,
                "faults": faults,
                "rates": rates,
                "callbacks": callbacks,
                "clock": clock,
                "host": host,
                "settings": settings,
                **aisensy_parts(database, callbacks, settings, chances["aisensy"], faults),
                **bolna_parts(database, callbacks, settings, chances["bolna"]),
                **zoom_side,
            }.items()
        },
        before_send=[add_headers],
        exception_handlers={Exception: _failed},
        openapi_config=None,
        logging_config=None,
        # The endpoints check sizes themselves and answer as their provider does.
        request_max_body_size=None,
    )
    app.state.settings, app.state.faults = settings, faults
    app.state.sendgrid_limit = rate_limit or RateLimit()
    return app


def _running(
    database: SandboxDatabase, clock: Clock, *background: Rates | Faults | EventPoster | Callbacks | Host
) -> Any:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(one.run()) for one in background]
        try:
            yield
        finally:
            await clock.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()

    return lifespan


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer an error in the manner of whoever was asked."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith("/sendgrid/"):
        messages = {403: "access forbidden", 404: "not found", 405: "POST method allowed only"}
        return answers.error(status, messages.get(status, "Internal server error"))
    if request.url.path.startswith("/aisensy/"):
        return aisensy_answers.failed(status)
    if request.url.path.startswith("/instamojo/api/"):
        return instamojo_answers.failed(status)
    if request.url.path.startswith("/bolna/"):
        return bolna_answers.failed(status)
    if request.url.path.startswith("/zoom/"):
        return zoom_answers.failed(status)
    if "text/html" in request.headers.get("Accept", ""):
        return page(request, "error.html", status_code=status, status=status)
    detail = error.detail if isinstance(error, HTTPException) else "Internal server error"
    return answers.as_json({"error": detail}, status)
