"""The sandbox's other pages: where to begin, and the journal."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.provider_settings import PROVIDERS
from adapters.sandbox.callback_log import (
    STATES,
    Which,
    count_callbacks,
    find_callback,
    find_callbacks,
    send_again,
)
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import count_requests, get_request, requests_of
from adapters.sandbox.machine import journal_told
from adapters.sandbox.rates import Rates
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.sandbox.sendgrid.posting import EventPoster

PER_PAGE = 20
_STATE = """
select (select count(*) from messages) as messages, (select count(*) from requests) as requests,
  (select count(*) from events where post_id is null) as waiting,
  (select count(*) from posts where state = 'pending' and attempts > 0) as retrying,
  (select count(*) from posts where state = 'given_up') as given_up, app_now() as now,
  date_trunc('second', app_now() - now()) as ahead
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
        rates: NamedDependency[Rates],
    ) -> Response[str]:
        return page(
            request,
            "home/index.html",
            state=await database.row(_STATE),
            providers=PROVIDERS,
            planned=await faults.planned(),
            rates={name: told for name, told in rates.told().items() if told["rate"]},
        )


class JournalController(Controller):
    path = "/journal"
    guards = [from_own_pages]

    @get()
    async def index(self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]) -> Response[Any]:
        """Show the requests to a person; tell them to a program as ``/journal.json`` does."""
        query = request.query_params
        provider, search = query.get("provider") or None, query.get("q") or None
        if "text/html" not in request.headers.get("Accept", ""):
            limit = query.get("limit", "100")
            most = int(limit) if limit.isdecimal() and len(limit) < 9 else 100
            return await journal_told(database, provider, query.get("since"), query.get("path"), most)
        total = await count_requests(database, provider, search)
        pages = pages_of(total, PER_PAGE)
        number = page_number(query, pages)
        found = await requests_of(
            database, provider=provider, search=search, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
        )
        return page(
            request,
            "journal/index.html",
            requests=found,
            total=total,
            page=number,
            pages=pages,
            providers=PROVIDERS,
        )

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

    @get("/callbacks")
    async def callbacks(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[str]:
        query = request.query_params
        which = Which(query.get("provider") or None, query.get("state") or None)
        total = await count_callbacks(database, which)
        pages = pages_of(total, PER_PAGE)
        number = page_number(query, pages)
        found = await find_callbacks(database, which, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        return page(
            request,
            "journal/callbacks.html",
            callbacks=found,
            total=total,
            page=number,
            pages=pages,
            providers=PROVIDERS,
            states=STATES,
        )

    @get("/{form:str}/{number:int}")
    async def show_callback(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        form: FromPath[str],
        number: FromPath[int],
    ) -> Response[str]:
        return page(request, "journal/callback.html", callback=await _callback(database, form, number))

    @post("/{form:str}/{number:int}/again", status_code=303)
    async def send_again(
        self,
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        poster: NamedDependency[EventPoster],
        form: FromPath[str],
        number: FromPath[int],
    ) -> Response[bytes]:
        """Call back once more, now."""
        await _callback(database, form, number)
        await send_again(form, number, callbacks, poster)
        return go(f"/journal/{form}/{number}?done=again")


async def _callback(database: SandboxDatabase, form: str, number: int) -> dict[str, Any]:
    found = await find_callback(database, form, number)
    if found is None:
        raise NotFoundException
    return found
