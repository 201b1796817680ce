"""Paying: the page behind a payment's link, what a payer sees on coming back, and receipts. No sign-in needed."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Template

from adapters.instamojo.events import MalformedHint, parse_redirect
from adapters.instamojo.references import PARAMETER
from domain.errors import NotFound
from domain.language import _
from domain.payments.checking import check_request, find_request, look_soon
from domain.payments.links import read_pay_token
from domain.payments.paying import Invoice, find_failure, find_invoice, prepare_links
from domain.ports.payments import PaymentHint
from domain.work import SYSTEM, Work
from web.rendering import page_or_fragment
from web.work import provide_system_work, read_frame, services_of, wants_page

PATIENCE = 8.0  # seconds a payer waits for the gateway at most
LOOKS_A_MINUTE = 30  # of one request, whoever asks: the page itself looks every four seconds


class PayController(Controller):
    path = "/pay/{token:str}"
    dependencies = {"work": Provide(provide_system_work)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Template:
        invoice = await find_invoice(work, payment_of(request, token))
        await prepare_links(work, invoice)
        return _shown(request, token, invoice)

    @get("/return")
    async def come_back(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Template:
        """Show what came of an attempt to pay, as the gateway has it: what the address claims is only a hint."""
        payment_id = payment_of(request, token)
        hint = _hint(request)
        if payment_id and hint:
            await _look(request, payment_id, hint)
        async with services_of(request).database.work(SYSTEM) as work:
            if wants_page(request):
                await read_frame(request)
            invoice = await find_invoice(work, payment_id)
            outcome, reason = await _outcome(work, invoice, hint)
        return _shown(request, token, invoice, outcome=outcome, reason=reason)

    @get("/receipts/{receipt_id:uuid}")
    async def receipt(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        token: FromPath[str],
        receipt_id: FromPath[UUID],
    ) -> Template:
        invoice = await find_invoice(work, payment_of(request, token))
        receipt = next((one for one in invoice.received if one.id == receipt_id), None)
        if receipt is None:
            raise NotFound(_("There is no such receipt."))
        return page_or_fragment(
            request,
            "public/pay/receipt.html",
            "public/pay/receipt.html",
            invoice=invoice,
            receipt=receipt,
            path=f"/pay/{token}",
        )


def payment_of(request: Request[Any, Any, Any], token: str) -> UUID | None:
    return read_pay_token(services_of(request).settings.secret, token)


def _shown(
    request: Request[Any, Any, Any], token: str, invoice: Invoice, outcome: str = "", reason: str = ""
) -> Template:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    context = {"invoice": invoice, "outcome": outcome, "reason": reason, "path": f"/pay/{token}", "here": here}
    return page_or_fragment(request, "public/pay/show.html", "public/pay/_invoice.html", **context)


def _hint(request: Request[Any, Any, Any]) -> PaymentHint | None:
    said = {name: request.query_params.get(name, "") for name in ("payment_id", "payment_request_id", "payment_status")}
    try:
        return parse_redirect(said | {PARAMETER: request.query_params.get(PARAMETER, "")})
    except MalformedHint:
        return None


async def _look(request: Request[Any, Any, Any], payment_id: UUID, hint: PaymentHint) -> None:
    """Read the request from the gateway, for as long as a payer can be kept waiting."""
    services = services_of(request)
    async with services.database.work(SYSTEM) as work:
        found = await find_request(work, hint.request_id, hint.reference)
        if found is None or found.payment_id != payment_id:
            return
        if found.is_demo and services.settings.is_live("instamojo"):
            return
        if await services.limiter.hit(f"pay:{found.id}", limit=LOOKS_A_MINUTE, seconds=60):
            return
        await look_soon(work, payment_id)  # whatever becomes of this look, the worker goes on looking
    try:
        async with asyncio.timeout(PATIENCE):
            await check_request(lambda: services.database.work(SYSTEM), services.payments, found.id)
    except TimeoutError:
        return


async def _outcome(work: Work, invoice: Invoice, hint: PaymentHint | None) -> tuple[str, str]:
    if hint is None:
        return "", ""
    if any(one.gateway_payment_id == hint.payment_id for one in invoice.received):
        return "paid", ""
    reason = await find_failure(work, invoice.facts.id, hint.payment_id)
    return ("failed", reason) if reason is not None else ("waiting", "")
