"""``payments/``: every attempt to pay, of all requests."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.instamojo import answers
from adapters.sandbox.instamojo.forms import Refusal, filters_of
from adapters.sandbox.instamojo.objects import Objects
from adapters.settings import Settings

_LIST = "select *, app_now() as now from payments order by created_at desc, id limit %(limit)s offset %(offset)s"
_ONE = "select *, app_now() as now from payments where id = %(id)s"


class PaymentController(Controller):
    path = "/payments"

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        try:
            filters = filters_of(request)
        except Refusal as refusal:
            return answers.error(400, refusal.errors)
        rows = await database.rows(_LIST, limit=filters.limit, offset=filters.offset)
        return answers.succeeded(payments=[Objects(settings, row.now).payment(row) for row in rows])

    @get("/{payment_id:str}")
    async def show(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        payment_id: FromPath[str],
    ) -> Response[bytes]:
        row = await database.row(_ONE, id=payment_id)
        if row is None:
            return answers.error(404, answers.NOT_FOUND)
        return answers.succeeded(payment=Objects(settings, row.now).payment(row))
