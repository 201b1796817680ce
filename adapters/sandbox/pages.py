"""The sandbox's other pages: where to begin, the journal, and faults on purpose."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import count_requests, get_request, requests_of
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of

PER_PAGE = 20
_STATE = """
select (select count(*) from messages) as messages, (select count(*) from requests) as requests,
  (select count(*) from events where post_id is null) as waiting,
  (select count(*) from posts where state = 'pending' and attempts > 0) as retrying,
  (select count(*) from posts where state = 'given_up') as given_up, app_now() as now, app_now() - now() as ahead
"""


# What can be made to fail, in the words of the form.
TARGETS = {
    "sendgrid": "SendGrid: requests",
    "aisensy": "AiSensy: requests",
    "aisensy:webhook": "AiSensy: calling back",
    "instamojo": "Instamojo: requests",
    "instamojo:webhook": "Instamojo: calling back",
    "instamojo:payment": "Instamojo: paying",
    "bolna": "Bolna: requests",
    "bolna:webhook": "Bolna: calling back",
    "bolna:call": "Bolna: calls",
    "zoom": "Zoom: requests",
    "zoom:token": "Zoom: tokens",
    "zoom:download": "Zoom: downloads",
    "zoom:webhook": "Zoom: calling back",
}


async def _home(
    request: Request[Any, Any, Any],
    database: SandboxDatabase,
    faults: Faults,
    typed: Mapping[str, str] | None = None,
    error: str = "",
) -> Response[Any]:
    """Show where the sandbox stands, and the form of faults with what was typed."""
    return page(
        request,
        "home/index.html",
        status_code=422 if error else 200,
        state=await database.row(_STATE),
        planned=await faults.planned(),
        typed=typed or {"target": "sendgrid", "kind": "503", "count": "1"},
        error=error,
        targets=TARGETS,
    )


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
        return await _home(request, database, faults)

    @post("/faults", status_code=303)
    async def plan_fault(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        faults: NamedDependency[Faults],
    ) -> Response[Any]:
        form = await request.form()
        typed = {name: str(form.get(name, "")) for name in ("target", "kind", "count")}
        if typed["target"] not in TARGETS or not typed["count"].isdigit():
            return await _home(request, database, faults, typed, "Choose what fails, and how often.")
        try:
            await faults.plan(typed["target"], typed["kind"], min(int(typed["count"]), 1000))
        except ValueError as problem:
            return await _home(request, database, faults, typed, str(problem))
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
