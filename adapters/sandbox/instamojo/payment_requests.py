"""``payment-requests/``: create, list, read, enable, disable."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.instamojo import answers
from adapters.sandbox.instamojo.forms import Refusal, filters_of, form_of
from adapters.sandbox.instamojo.objects import Objects
from adapters.sandbox.instamojo.validation import new_request
from adapters.settings import Settings

_CREATE = """
insert into payment_requests (id, purpose, amount, buyer_name, email, phone, send_email, send_sms, redirect_url, webhook,
  allow_repeated_payments, expires_at, created_at, modified_at)
values (%(id)s, %(purpose)s, %(amount)s, %(buyer_name)s, %(email)s, %(phone)s, %(send_email)s, %(send_sms)s,
  %(redirect_url)s, %(webhook)s, %(allow_repeated_payments)s, %(expires_at)s, %(now)s, %(now)s)
returning *, app_now() as now
"""
_LIST = """
select *, app_now() as now from payment_requests
where (%(min_created_at)s::timestamptz is null or created_at >= %(min_created_at)s)
  and (%(max_created_at)s::timestamptz is null or created_at <= %(max_created_at)s)
  and (%(min_modified_at)s::timestamptz is null or modified_at >= %(min_modified_at)s)
  and (%(max_modified_at)s::timestamptz is null or modified_at <= %(max_modified_at)s)
order by created_at desc, id limit %(limit)s offset %(offset)s
"""
_ONE = "select *, app_now() as now from payment_requests where id = %(id)s"
_PAYMENTS = """
select * from payments where payment_request_id = %(id)s and (%(payment_id)s::text is null or id = %(payment_id)s)
order by created_at desc, id
"""
_SWITCH = "update payment_requests set is_enabled = %(on)s, modified_at = app_now() where id = %(id)s"


class PaymentRequestController(Controller):
    path = "/payment-requests"

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
        rows = await database.rows(_LIST, limit=filters.limit, offset=filters.offset, **filters.moments)
        return answers.succeeded(payment_requests=[Objects(settings, row.now).request(row) for row in rows])

    @post()
    async def create(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        now = await database.now()
        try:
            new = new_request(await form_of(request), now)
        except Refusal as refusal:
            return answers.error(400, refusal.errors)
        row = await database.row(_CREATE, id=uuid4().hex, now=now, **asdict(new))
        return answers.succeeded(201, payment_request=Objects(settings, row.now).request(row))

    @get("/{request_id:str}")
    async def show(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        request_id: FromPath[str],
    ) -> Response[bytes]:
        row = await database.row(_ONE, id=request_id)
        if row is None:
            return answers.error(404, answers.NOT_FOUND)
        objects = Objects(settings, row.now)
        payments = await database.rows(_PAYMENTS, id=request_id, payment_id=None)
        return answers.succeeded(payment_request=objects.request(row) | {"payments": objects.payments(payments)})

    @get("/{request_id:str}/{payment_id:str}")
    async def show_payment(
        self,
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        request_id: FromPath[str],
        payment_id: FromPath[str],
    ) -> Response[bytes]:
        """Show the request with this one payment instead of all."""
        row = await database.row(_ONE, id=request_id)
        payments = await database.rows(_PAYMENTS, id=request_id, payment_id=payment_id)
        if row is None or not payments:
            return answers.error(404, answers.NOT_FOUND)
        objects = Objects(settings, row.now)
        return answers.succeeded(payment_request=objects.request(row) | {"payment": objects.payment(payments[0])})

    @post("/{request_id:str}/{action:str}")
    async def switch(
        self, database: NamedDependency[SandboxDatabase], request_id: FromPath[str], action: FromPath[str]
    ) -> Response[bytes]:
        """Let the link be paid, or not."""
        known = action in ("enable", "disable")
        if not known or not await database.run(_SWITCH, id=request_id, on=action == "enable"):
            return answers.error(404, answers.NOT_FOUND)
        return answers.succeeded()
