"""Payments: the list and its CSV, asking for one, and one payment with everything that belongs to it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template

from domain.errors import InvalidInput
from domain.language import _
from domain.payments.asking import MOST_PARTS, ask_for_payment, find_payer
from domain.payments.links import pay_path
from domain.payments.listing import (
    PaymentFilter,
    export_payments,
    list_flagged,
    list_payments,
    read_payment_filter,
    show_payment,
)
from domain.people import search_people
from domain.work import Work
from web.addresses import page_number, uuid_or_none
from web.admin.payment_forms import divided, first_values, is_divided, part_count, read_new_payment
from web.downloads import csv_download
from web.filters import day
from web.forms import Form, FormRefused, refuse, typed_values
from web.rendering import go, page, page_or_fragment
from web.work import services_of

INDEX = "/admin/payments"
NEW = "admin/payments/new.html"
PICK = "admin/payments/pick.html"


class PaymentController(Controller):
    path = "/payments"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_payment_filter(request.query_params)
        found = await list_payments(work, wanted, page_number(request.query_params))
        context = {
            "payments": found,
            "query": wanted.as_query(),
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "chips": chips(wanted),
            "states": state_names(),
        }
        return page_or_fragment(request, "admin/payments/index.html", "admin/payments/_results.html", **context)

    @get("/export", opt={"no_shell": True})
    async def export(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Stream:
        wanted = read_payment_filter(request.query_params)
        return await csv_download("payments", work.now, lambda file: export_payments(work, wanted, file))

    @get("/flagged")
    async def flagged(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "admin/payments/flagged.html", flagged=await list_flagged(work))

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        asked = {name: values[0] for name, values in request.query_params.dict().items()}
        person_id = uuid_or_none(asked.get("person", ""))
        if person_id is None:
            needle = asked.get("q", "").strip()[:100]
            return page(request, PICK, needle=needle, people=await search_people(work, needle, 20))
        payer = await find_payer(work, person_id)
        form: Form[Any] = Form(first_values(work, payer, asked))
        return page(request, NEW, form=form, **_context(payer, form.values))

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any] | Template:
        values = await typed_values(request)
        person_id = uuid_or_none(str(values.get("person", "")))
        if person_id is None:
            refused: Form[Any] = Form(values, {"person": _("Choose a person.")})
            raise FormRefused(PICK, refused, {"needle": "", "people": []})
        payer = await find_payer(work, person_id)
        form: Form[Any] = Form(values)
        try:
            if values.get("action") == "divide" or not is_divided(values):
                form = Form(divided(work, values))
                return page(request, NEW, form=form, **_context(payer, form.values))
            payment_id = await ask_for_payment(work, read_new_payment(values))
        except InvalidInput as error:
            raise refuse(NEW, form, error, **_context(payer, values)) from None
        return go(request, f"{INDEX}/{payment_id}", _("The payment is asked for. Its link is being made."))

    @get("/{payment_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], payment_id: FromPath[UUID]
    ) -> Template:
        settings = services_of(request).settings
        context = {
            "payment": await show_payment(work, payment_id),
            "pay_url": settings.base_url + pay_path(settings.secret, payment_id),
            "pay_path": pay_path(settings.secret, payment_id),
            "states": state_names(),
        }
        return page_or_fragment(request, "admin/payments/show.html", "admin/payments/_payment.html", **context)


def _context(payer: Any, values: Any) -> dict[str, Any]:
    return {"payer": payer, "count": part_count(values), "most_parts": MOST_PARTS}


def chips(wanted: PaymentFilter) -> list[tuple[str, str]]:
    """Return what is filtered by, in words; the state has its tabs."""
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "since": _("From {day}", day=day(wanted.since)),
        "until": _("Until {day}", day=day(wanted.until)),
        "overdue": _("Overdue"),
    }
    return [(name, words[name]) for name in wanted.as_query() if name in words]


def state_names() -> dict[str, str]:
    return {
        "due": _("Due"),
        "part_paid": _("Part paid"),
        "paid": _("Paid"),
        "part_refunded": _("Part refunded"),
        "refunded": _("Refunded"),
        "cancelled": _("Cancelled"),
    }
