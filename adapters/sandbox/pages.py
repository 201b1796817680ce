"""The sandbox's other pages: where to begin, the journal, and faults on purpose."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import KINDS, Faults
from adapters.sandbox.journal import count_requests, get_request, requests_of
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.sandbox.sendgrid.outcomes import MAGIC

PER_PAGE = 20
_STATE = """
select (select count(*) from messages) as messages, (select count(*) from requests) as requests,
  (select count(*) from events where post_id is null) as waiting,
  (select count(*) from posts where state = 'pending' and attempts > 0) as retrying,
  (select count(*) from posts where state = 'given_up') as given_up, app_now() as now, app_now() - now() as ahead
"""


class HomeController(Controller):
    path = "/"
    guards = [from_own_pages]

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        faults: NamedDependency[Faults],
    ) -> Response[str]:
        state = await database.row(_STATE)
        planned = await faults.planned()
        return page(request, "home/index.html", state=state, planned=planned, kinds=KINDS, magic=MAGIC)

    @post("/faults", status_code=303)
    async def plan_fault(self, request: Request[Any, Any, Any], faults: NamedDependency[Faults]) -> Response[bytes]:
        form = await request.form()
        kind, count = form.get("kind"), form.get("count", "1")
        if kind in KINDS and str(count).isdigit():
            await faults.plan("sendgrid", kind, min(int(count), 1000))
        return go("/")

    @post("/faults/clear", status_code=303)
    async def clear_faults(self, faults: NamedDependency[Faults]) -> Response[bytes]:
        await faults.clear()
        return go("/")


class JournalController(Controller):
    path = "/journal"

    @get()
    async def index(self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]) -> Response[str]:
        provider = request.query_params.get("provider") or None
        total = await count_requests(database, provider)
        pages = pages_of(total, PER_PAGE)
        number = page_number(request.query_params, pages)
        found = await requests_of(database, provider=provider, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        return page(request, "journal/index.html", requests=found, total=total, page=number, pages=pages)

    @get("/{request_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        request_id: FromPath[int],
    ) -> Response[str]:
        entry = await get_request(database, request_id) if request_id < 2**63 else None
        if entry is None:
            raise NotFoundException
        return page(request, "journal/show.html", entry=entry)
