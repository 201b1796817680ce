"""The baselines: a bare Litestar handler that does one psycopg query and renders the leads list's template, one
that stores, and one that stores and leads on.

It is served as the application is, by `python -m bench.bare`, and knows no sign-in, no transaction and no row security.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
from litestar import Litestar, Request, Response, get, post
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig
from psycopg.rows import namedtuple_row

from adapters.postgres.addresses import owner_url
from adapters.serving import serve
from adapters.settings import Settings
from domain.leads.filters import LeadFilter
from domain.leads.listing import as_page, list_statement
from web.admin.leads import list_context
from web.rendering import engine
from web.shell import User

EVERYTHING = LeadFilter()
CONNECTIONS = 10
SHELL = SimpleNamespace(
    user=User("Bench", "bench@example.com", "admin"),
    counts={},
    now=None,
    business_name="Gurudesk",
    sending_paused=False,
    csrf_token="0" * 64,
    path="/admin/leads",
    sandbox=True,
    sandbox_url="",
    public_url="",
    production=False,
    flash=[],
)


@get("/admin/leads")
async def index(request: Request[Any, Any, Any]) -> Template:
    sql, values = list_statement(EVERYTHING, "", 1)
    connections: asyncio.Queue[psycopg.AsyncConnection[Any]] = request.app.state.connections
    connection = await connections.get()
    try:
        async with connection.cursor(row_factory=namedtuple_row) as cursor:
            rows = await (await cursor.execute(sql, values)).fetchall()
    finally:
        connections.put_nowait(connection)
    context = list_context(request, EVERYTHING, as_page(rows, EVERYTHING, 1), "")
    return Template("admin/leads/index.html", context={"shell": SHELL, "now": datetime.now(UTC), **context})


@post("/webhook", status_code=200)
async def store(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Keep a webhook's body, and do nothing else."""
    body = (await request.body()).decode()
    connections: asyncio.Queue[psycopg.AsyncConnection[Any]] = request.app.state.connections
    connection = await connections.get()
    try:
        await connection.execute(
            "insert into webhook_events (provider, event_id, kind, payload, occurred_at) values ('bare', %s, 'bare', %s, now())",
            (uuid4().hex, body),
        )
    finally:
        connections.put_nowait(connection)
    return Response(b"")


@get("/join")
async def join(request: Request[Any, Any, Any]) -> Redirect:
    """Note that somebody comes, and lead on."""
    connections: asyncio.Queue[psycopg.AsyncConnection[Any]] = request.app.state.connections
    connection = await connections.get()
    try:
        await connection.execute(
            "insert into webhook_events (provider, event_id, kind, payload, occurred_at)"
            " values ('bare', %s, 'bare', '{}', now())",
            (uuid4().hex,),
        )
    finally:
        connections.put_nowait(connection)
    return Redirect("https://zoom.test/j/1", status_code=303)


@get("/health/live")
async def alive() -> Response[str]:
    return Response("alive")


def create_app(settings: Settings) -> Litestar:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.connections = asyncio.Queue()
        for _number in range(CONNECTIONS):
            connection = await psycopg.AsyncConnection.connect(owner_url(settings), autocommit=True)
            app.state.connections.put_nowait(connection)
        yield
        while not app.state.connections.empty():
            await app.state.connections.get_nowait().close()

    return Litestar(
        [index, store, join, alive],
        lifespan=[lifespan],
        template_config=TemplateConfig(instance=engine()),
        openapi_config=None,
        logging_config=None,
    )


if __name__ == "__main__":
    settings = Settings()  # type: ignore[call-arg]
    serve("bench.bare", settings, settings.host, settings.port, "GURUDESK_PORT")
