"""The student's payments: what is to pay and where, and the receipts of what was."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from domain.payments.links import pay_path
from domain.payments.paying import my_invoices
from domain.work import Work
from web.rendering import page_or_fragment
from web.work import services_of


class StudentPaymentController(Controller):
    path = "/payments"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        invoices = await my_invoices(work)
        secret = services_of(request).settings.secret
        paths = {invoice.facts.id: pay_path(secret, invoice.facts.id) for invoice in invoices}
        return page_or_fragment(
            request, "student/payments/index.html", "student/payments/_list.html", invoices=invoices, paths=paths
        )
