"""``refunds/``: create, list, read."""

from decimal import Decimal
from secrets import token_hex
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.database import Connection, SandboxDatabase, one
from adapters.sandbox.instamojo import answers
from adapters.sandbox.instamojo.forms import Refusal, filters_of, form_of
from adapters.sandbox.instamojo.objects import money, refund_object
from adapters.sandbox.instamojo.validation import NewRefund, new_refund

# Locked first and summed after, so that two refunds at once do not give back more than was paid.
_PAID = "select amount, status from payments where id = %(id)s for update"
_REFUNDED = "select coalesce(sum(refund_amount), 0) as amount from refunds where payment_id = %(id)s"
_CREATE = """
insert into refunds (id, payment_id, status, type, body, refund_amount, total_amount, created_at)
values (%(id)s, %(payment_id)s, 'Refunded', %(type)s, %(body)s, %(amount)s, %(total)s, app_now()) returning *
"""
_LIST = "select * from refunds order by created_at desc, id limit %(limit)s offset %(offset)s"


class RefundController(Controller):
    path = "/refunds"

    @get()
    async def index(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        try:
            filters = filters_of(request)
        except Refusal as refusal:
            return answers.error(400, refusal.errors)
        rows = await database.rows(_LIST, limit=filters.limit, offset=filters.offset)
        return answers.succeeded(refunds=[refund_object(row) for row in rows])

    @post()
    async def create(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        try:
            new = new_refund(await form_of(request))
            async with database.connection() as connection, connection.transaction():
                row = await _refunded(connection, new)
        except Refusal as refusal:
            return answers.error(400, refusal.errors)
        return answers.succeeded(201, refund=refund_object(row))

    @get("/{refund_id:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], refund_id: FromPath[str]) -> Response[bytes]:
        row = await database.row("select * from refunds where id = %(id)s", id=refund_id)
        return answers.succeeded(refund=refund_object(row)) if row else answers.error(404, answers.NOT_FOUND)


async def _refunded(connection: Connection, new: NewRefund) -> Any:
    """Store the refund. Raises Refusal when the payment is unknown, was never money, or has less left."""
    paid = await one(connection, _PAID, id=new.payment_id)
    if paid is None:
        raise Refusal({"payment_id": ["Invalid payment ID."]})
    if paid.status != "Credit":
        raise Refusal({"payment_id": ["This payment was not successful and cannot be refunded."]})
    left: Decimal = paid.amount - (await one(connection, _REFUNDED, id=new.payment_id)).amount
    amount = left if new.refund_amount is None else new.refund_amount
    if amount > left or left == 0:
        raise Refusal({"refund_amount": [f"Refund amount cannot be more than INR {money(left)}."]})
    return await one(
        connection,
        _CREATE,
        id=f"C{token_hex(5)[:9]}",
        payment_id=new.payment_id,
        type=new.type,
        body=new.body,
        amount=amount,
        total=paid.amount,
    )
