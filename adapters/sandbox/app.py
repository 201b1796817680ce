"""The sandbox as a program of its own: the providers' endpoints, and pages to look into them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from adapters.provider_settings import PROVIDERS
from adapters.sandbox.aisensy import PHONE_PAGES, aisensy_answers, aisensy_router
from adapters.sandbox.bolna import CALL_PAGES, bolna_answers, bolna_router
from adapters.sandbox.clock.controller import ClockController, ClockMachineController
from adapters.sandbox.fault_pages import FaultsController
from adapters.sandbox.host import AskedHere
from adapters.sandbox.instamojo import instamojo_answers, instamojo_router
from adapters.sandbox.instamojo.pages import PaymentPagesController
from adapters.sandbox.journal import JournalMiddleware
from adapters.sandbox.machine import MachineController
from adapters.sandbox.mailbox.clicks import follow_link
from adapters.sandbox.mailbox.controller import MailboxController
from adapters.sandbox.mailbox.replies import ReplyController
from adapters.sandbox.pages import HomeController, JournalController
from adapters.sandbox.parts import NAMES, equip
from adapters.sandbox.rehearsal.controller import RehearsalController
from adapters.sandbox.rendering import STATIC, add_headers, given, page
from adapters.sandbox.sendgrid import answers, sendgrid_router
from adapters.sandbox.zoom import ROOM_PAGES, zoom_answers, zoom_router
from adapters.settings import Settings

log = logging.getLogger(__name__)


def create_app(settings: Settings, **options: Any) -> Litestar:
    """Build the sandbox; ``options`` are those of `equip`. Its background work runs while its lifespan is open."""
    app = Litestar(
        route_handlers=[
            sendgrid_router(),
            aisensy_router(),
            instamojo_router(),
            bolna_router(),
            zoom_router(),
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
        middleware=[AskedHere(), JournalMiddleware(tuple(PROVIDERS))],
        lifespan=[_running],
        dependencies={name: given(name) for name in NAMES},
        before_send=[add_headers],
        exception_handlers={Exception: _failed},
        openapi_config=None,
        logging_config=None,
        # The endpoints check sizes themselves and answer as their provider does.
        request_max_body_size=None,
    )
    equip(app, settings, **options)
    return app


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in app.state.background]
    parts = app.state.parts
    try:
        yield
    finally:
        await parts["clock"].stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await parts["database"].close()


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
