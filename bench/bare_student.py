"""The baseline of the student's pages: a bare Litestar handler that does one psycopg query and renders the same template.

What the templates show is read once, as the student, when a page is first asked for. Served by `python -m bench.bare_student`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
from litestar import Litestar, Request, Response, get
from litestar.response import Template
from litestar.template import TemplateConfig
from psycopg.rows import namedtuple_row

from adapters.bootstrap import open_services
from adapters.postgres.addresses import owner_url
from adapters.serving import serve
from adapters.settings import Settings
from bench.bare import CONNECTIONS, SHELL
from domain.learning.my_courses import COURSES, my_courses
from domain.sessions.schedule import LIST, PER_PAGE, list_mine, next_sessions
from domain.work import Identity
from web.rendering import engine

STUDENT = "select id from people where email = 'student1@example.com'"
QUERIES = {"/student": COURSES, "/student/schedule": LIST.format(order="asc")}
TEMPLATES = {"/student": "student/dashboard/show.html", "/student/schedule": "student/schedule/index.html"}


@get(["/student", "/student/schedule"])
async def show(request: Request[Any, Any, Any]) -> Template:
    state, path = request.app.state, request.url.path
    if path not in state.contexts:
        state.contexts[path] = await _read(state.settings, path)
    context = state.contexts[path]
    values = {"me": context["me"], "now": context["now"], "past": False, "most": PER_PAGE, "skip": 0}
    connection = await state.connections.get()
    try:
        async with connection.cursor(row_factory=namedtuple_row) as cursor:
            await (await cursor.execute(QUERIES[path], values)).fetchall()
    finally:
        state.connections.put_nowait(connection)
    return Template(TEMPLATES[path], context=context)


async def _read(settings: Settings, path: str) -> dict[str, Any]:
    async with open_services(settings) as services:
        with psycopg.connect(owner_url(settings)) as connection:
            row = connection.execute(STUDENT).fetchone()
        assert row is not None
        async with services.database.work(Identity("student", row[0])) as work:
            shell = SimpleNamespace(**vars(SHELL) | {"now": work.now, "path": path})
            context = {"shell": shell, "me": row[0], "now": work.now, "upcoming": await next_sessions(work)}
            if path == "/student":
                return context | {"courses": await my_courses(work)}
            schedule = await list_mine(work, is_past=False)
    own = {"is_past": False, "query": {"show": ""}, "feed": None, "feed_url": "", "here": path}
    return context | {"schedule": schedule} | own


@get("/health/live")
async def alive() -> Response[str]:
    return Response("alive")


def create_app(settings: Settings) -> Litestar:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.settings, app.state.contexts = settings, {}
        app.state.connections = asyncio.Queue()
        for _number in range(CONNECTIONS):
            connection = await psycopg.AsyncConnection.connect(owner_url(settings), autocommit=True)
            app.state.connections.put_nowait(connection)
        yield
        while not app.state.connections.empty():
            await app.state.connections.get_nowait().close()

    return Litestar(
        [show, alive],
        lifespan=[lifespan],
        template_config=TemplateConfig(instance=engine()),
        openapi_config=None,
        logging_config=None,
    )


if __name__ == "__main__":
    settings = Settings()  # type: ignore[call-arg]
    serve("bench.bare_student", settings, settings.host, settings.port, "GURUDESK_PORT")
