"""Pages to look into payments: what was asked for, what was paid and given back, and what was reported of it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.instamojo.listing import KINDS, counts, listed
from adapters.sandbox.instamojo.objects import Objects
from adapters.sandbox.instamojo.paying import is_open
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.settings import Settings

PER_PAGE = 20
_ONE = "select *, app_now() as now from payment_requests where id = %(id)s"
_PAYMENTS = "select * from payments where payment_request_id = %(id)s order by created_at desc, id"
_REFUNDS = """
select f.* from refunds f join payments p on p.id = f.payment_id where p.payment_request_id = %(id)s
order by f.created_at desc, f.id
"""
_CALLBACK = "select subject from callbacks where id = %(id)s and provider = 'instamojo'"


class PaymentPagesController(Controller):
    path = "/payments"
    guards = [from_own_pages]

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
    ) -> Response[str]:
        query = request.query_params
        kind = query.get("show", "")
        kind = kind if kind in KINDS else KINDS[0]
        search = query.get("q")
        totals = await counts(database, search)
        pages = pages_of(totals[kind], PER_PAGE)
        number = page_number(query, pages)
        rows = await listed(database, kind, search, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        account = await database.row("select * from payment_accounts")
        states = {row.id: Objects(settings, row.now).status(row) for row in rows} if kind == "requests" else {}
        return page(
            request,
            "payments/index.html",
            kind=kind,
            rows=rows,
            states=states,
            totals=totals,
            page=number,
            pages=pages,
            account=account,
        )

    @get("/{request_id:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        callbacks: NamedDependency[Callbacks],
        request_id: FromPath[str],
    ) -> Response[str]:
        row = await database.row(_ONE, id=request_id)
        if row is None:
            raise NotFoundException
        objects = Objects(settings, row.now)
        return page(
            request,
            "payments/show.html",
            payment_request=row,
            state_now=objects.status(row),
            longurl=objects.longurl(row.id),
            is_open=is_open(row),
            payments=await database.rows(_PAYMENTS, id=request_id),
            refunds=await database.rows(_REFUNDS, id=request_id),
            callbacks=await callbacks.about("instamojo", request_id),
        )

    @post("/callbacks/{callback_id:int}", status_code=303)
    async def send_again(
        self,
        database: NamedDependency[SandboxDatabase],
        callbacks: NamedDependency[Callbacks],
        callback_id: FromPath[int],
    ) -> Response[bytes]:
        """Call back once more, now."""
        row = await database.row(_CALLBACK, id=callback_id) if callback_id < 2**63 else None
        if row is None:
            raise NotFoundException
        await callbacks.again(callback_id)
        return go(f"/payments/{row.subject}?done=again")

    @post("/account", status_code=303)
    async def account(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        """Have failed payments reported as well, or no longer."""
        wanted = (await request.form()).get("reports_failed_payments") == "on"
        await database.run("update payment_accounts set reports_failed_payments = %(wanted)s", wanted=wanted)
        return go("/payments?done=account")
