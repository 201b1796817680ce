"""What admins do with one payment: send its link again, cancel it, open it again, ask the gateway, give money back."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import InvalidInput
from domain.language import _
from domain.payments.changing import (
    cancel_payment,
    check_payment,
    reopen_payment,
    resolve_flagged,
    retry_request,
)
from domain.payments.letters import CHANNELS, send_link_again
from domain.payments.listing import find_payment
from domain.payments.money import rupees, typed_rupees
from domain.payments.refunding import plan_refund, refundable
from domain.ports.payments import REFUND_KINDS
from domain.work import Work
from web.admin.payment_forms import form_key
from web.forms import Form, refuse, typed_values
from web.rendering import go, page

INDEX = "/admin/payments"
REFUND = "admin/payments/refund.html"


class PaymentChangeController(Controller):
    path = "/payments/{payment_id:uuid}"

    @post("/link")
    async def send_link(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Response[Any]:
        values = await typed_values(request)
        channels = [name for name in CHANNELS if values.get(f"by_{name}")]
        await send_link_again(work, payment_id, channels)
        return go(request, f"{INDEX}/{payment_id}", _("The link is on its way."))

    @post("/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Response[Any]:
        await cancel_payment(work, payment_id)
        return go(request, f"{INDEX}/{payment_id}", _("The payment is cancelled. Its link is being closed."))

    @post("/reopening")
    async def reopen(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Response[Any]:
        await reopen_payment(work, payment_id)
        return go(request, f"{INDEX}/{payment_id}", _("The payment is asked for again."))

    @post("/check")
    async def check(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Response[Any]:
        await check_payment(work, payment_id)
        return go(request, f"{INDEX}/{payment_id}", _("The gateway is being asked."))

    @post("/requests/{request_id:uuid}/retry")
    async def retry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        payment_id: FromPath[UUID],
        request_id: FromPath[UUID],
    ) -> Response[Any]:
        await retry_request(work, payment_id, request_id)
        return go(request, f"{INDEX}/{payment_id}", _("The link is being made again."))

    @get("/refund")
    async def new_refund(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Template:
        context = await _refunding(work, payment_id)
        values = {"amount": typed_rupees(context["left"]), "form_key": str(uuid4())}
        return page(request, REFUND, form=Form(values), **context)

    @post("/refund")
    async def create_refund(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Response[Any]:
        values = await typed_values(request)
        texts = {name: str(values.get(name, "")) for name in ("amount", "confirmed", "kind", "body")}
        context = await _refunding(work, payment_id)
        try:
            paise = await plan_refund(work, payment_id, **texts, form_key=form_key(values))
        except InvalidInput as error:
            raise refuse(REFUND, Form(values), error, **context) from None
        return go(request, f"{INDEX}/{payment_id}", _("{amount} is being given back.", amount=rupees(paise)))


class FlaggedPaymentController(Controller):
    path = "/payments/flagged/{gateway_payment_id:uuid}"

    @post("/resolution")
    async def resolve(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], gateway_payment_id: FromPath[UUID]
    ) -> Response[Any]:
        await resolve_flagged(work, gateway_payment_id)
        return go(request, f"{INDEX}/flagged", _("Noted as dealt with."))


async def _refunding(work: Work, payment_id: UUID) -> dict[str, Any]:
    facts = await find_payment(work, payment_id)
    return {"facts": facts, "left": await refundable(work, payment_id), "kinds": list(REFUND_KINDS.items())}
