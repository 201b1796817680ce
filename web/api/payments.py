"""Payments: asking for one by a link of the gateway, seeing what came of it, and giving money back.

Amounts are rupees with two decimals as texts, "5000.00", as the gateway writes them.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.errors import InvalidInput
from domain.payments.asking import NewPayment, Part, ask_for_payment
from domain.payments.listing import PaymentFilter, PaymentView, list_payments, show_payment
from domain.payments.money import read_rupees
from domain.payments.refunding import plan_refund
from domain.work import Work
from web.api.asking import Search, Since, Until
from web.api.describing import changes, reads
from web.api.following import Prefer, follow, followed, plan_once
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape
from web.fields import OneLine, Paragraphs

State = Literal["due", "part_paid", "paid", "part_refunded", "refunded", "cancelled"]
Sort = Literal["created", "amount", "-amount", "due", "-due"]
LinkState = Literal["planned", "creating", "open", "paid", "disabled", "failed", "unknown"]
Amount = Annotated[str, Field(description="In rupees, with two decimals.", examples=["5000.00"])]
AskedAmount = Annotated[
    str, Field(pattern=r"^[0-9]{1,8}(\.[0-9]{1,2})?$", description="In rupees.", examples=["5000.00"])
]
LINK_STATES = {"open": "Pending", "paid": "Completed", "disabled": "Inactive"}  # the gateway's words
# The fields of the form that the rules name -> those of the body.
NAMES = {
    "person": "person_id",
    "due": "due_on",
    "reason": "enrolment_id",
    "by_email": "announce",
    "by_whatsapp": "announce",
}


class PaymentLink(Shape):
    """The request at the gateway."""

    id: Annotated[str | None, Field(description="The gateway's; null until it has made it.")]
    longurl: Annotated[str, Field(description="Where it is paid.", examples=["https://www.instamojo.com/@…"])]
    amount: Amount
    purpose: Annotated[str, Field(examples=["Data Analytics"])]
    status: Annotated[str, Field(examples=["Pending"])]
    buyer_name: str
    email: str
    phone: str


class Payment(Shape):
    """What somebody is asked for."""

    id: UUID
    number: int
    person_id: UUID
    name: str
    purpose: str
    state: State
    amount: Amount
    paid: Amount
    refunded: Amount
    created_at: datetime
    paid_at: datetime | None


class PaymentList(Page):
    items: list[Payment]


class PaymentPart(Shape):
    """One part of a payment, with its link."""

    id: UUID
    part: int
    state: LinkState
    amount: Amount
    due_on: date | None
    longurl: str
    gateway_id: str | None
    reason: str
    paid_at: datetime | None


class Attempt(Shape):
    """One attempt to pay."""

    gateway_payment_id: str
    status: Literal["credit", "failed", "pending"]
    amount: Amount
    instrument: str
    reason: str
    problem: Annotated[str, Field(description="Why it does not fit what was asked for, if it does not.")]
    credited_at: datetime | None


class PaymentRefund(Shape):
    id: UUID
    amount: Amount
    kind: str
    body: str
    state: Annotated[Literal["planned", "asking", "asked", "failed", "unknown"], Field(description="`asked`: taken.")]
    reason: str
    gateway_id: str | None
    created_at: datetime


class PaymentDetail(Payment):
    email: str | None
    phone: str | None
    due_on: date | None
    enrolment_id: UUID | None
    application_id: UUID | None
    refundable: Annotated[Amount, Field(description="How much could be given back now.")]
    parts: list[PaymentPart]
    attempts: list[Attempt]
    refunds: list[PaymentRefund]


class AskedPayment(Shape):
    """What asking for a payment returns; of several parts, the first part's request."""

    success: Annotated[bool, Field(description="Whether the gateway has made the request.")]
    payment_request: PaymentLink
    payment_id: UUID
    payment_url: Annotated[str, Field(examples=["/api/payment-requests/…"])]
    reason: Annotated[str, Field(description="Why there is no link, if there is none.")]


class NewPart(Body):
    amount: AskedAmount
    due_on: date | None = None


class NewPaymentRequest(Body):
    person_id: UUID
    purpose: Annotated[OneLine, Field(min_length=1, max_length=30, examples=["Data Analytics"])]
    amount: AskedAmount
    due_on: Annotated[date | None, Field(description="A day in India.")] = None
    parts: Annotated[
        list[NewPart], Field(max_length=12, description="When it is paid in parts; they add up to the amount.")
    ] = []
    announce: Annotated[
        list[Literal["email", "whatsapp"]], Field(max_length=2, description="By what the link is sent, if at all.")
    ] = []
    enrolment_id: UUID | None = None
    application_id: UUID | None = None

    def as_payment(self) -> NewPayment:
        parts = [Part(paise(part.amount), part.due_on) for part in self.parts]
        return NewPayment(
            person_id=self.person_id,
            purpose=self.purpose,
            amount_paise=paise(self.amount),
            parts=parts or [Part(paise(self.amount), self.due_on)],
            announce=set(self.announce),
            enrolment_id=self.enrolment_id,
            application_id=self.application_id,
        )


class NewRefund(Body):
    amount: AskedAmount
    kind: Annotated[
        Literal["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"],
        Field(description="Why, as the gateway asks it; PTH: something else."),
    ]
    body: Annotated[Paragraphs, Field(min_length=1, max_length=200, description="Why, in words.")]


class PaymentApi(Controller):
    path = "/payment-requests"
    tags = ["Payments"]

    @reads(scope="payments:read", summary="List payments", description="The newest first, unless sorted otherwise.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        q: Search = None,
        stands: Annotated[State | None, QueryParameter(name="state", description="Only those that stand so.")] = None,
        since: Since = None,
        until: Until = None,
        overdue: Annotated[bool, QueryParameter(description="Only those of which a part is overdue.")] = False,
        sort: Annotated[Sort | None, QueryParameter(description="The order; the newest first when not given.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> PaymentList:
        paging = Paging(page, per_page, request.url)
        until = until if until != date.max else None
        wanted = PaymentFilter(q or "", stands or "", since, until, "yes" if overdue else "", sort or "")
        found = await list_payments(work, wanted, page, per_page)
        items = [Payment(**facts_of(row)) for row in found.rows]
        return PaymentList(items=items, **paging.of(items, found.totals.total))

    @reads("/{payment_id:uuid}", scope="payments:read", summary="Get a payment")
    async def show(self, work: NamedDependency[Work], payment_id: FromPath[UUID]) -> PaymentDetail:
        return detail_of(await show_payment(work, payment_id))

    @changes(
        scope="payments:write",
        summary="Ask for a payment",
        also={202: (AskedPayment, "The gateway has not answered yet: look at the payment.")},
        opt={"checked_first": True},
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewPaymentRequest],
        key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[AskedPayment]:
        async def plan(work: Work) -> UUID:
            try:
                return await ask_for_payment(work, data.as_payment())
            except InvalidInput as error:
                raise InvalidInput({NAMES.get(name, name): text for name, text in error.fields.items()}) from None

        payment_id = await plan_once(request, Once(key, request.url.path), data, plan)

        async def look(work: Work) -> PaymentView:
            return await show_payment(work, payment_id)

        view = await follow(request, look, lambda seen, _work: is_asked(seen), prefer)
        url = f"/api/payment-requests/{payment_id}"
        return followed(asked_of(view, url), url, done=is_asked(view))

    @changes(
        "/{payment_id:uuid}/refunds",
        scope="payments:write",
        summary="Give money back",
        description="The gateway is asked right after; the refund's state is told with the payment.",
        status=202,
    )
    async def refund(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        payment_id: FromPath[UUID],
        data: JSONBody[NewRefund],
        key: IdempotencyKey = None,
    ) -> Response[PaymentDetail]:
        async def make() -> tuple[int, PaymentDetail]:
            values = {"amount": data.amount, "confirmed": data.amount, "kind": data.kind, "body": data.body}
            await plan_refund(work, payment_id, **values, form_key=uuid4())
            return 202, detail_of(await show_payment(work, payment_id))

        return await Once(key, request.url.path).answer(work, data, make)


def paise(amount: str) -> int:
    try:
        return read_rupees(amount)
    except ValueError as error:
        raise InvalidInput({"amount": str(error)}) from None


def rupees(amount: int) -> str:
    """Write paise as the gateway does: 5000.00."""
    return f"{amount // 100}.{amount % 100:02d}"


def facts_of(row: Any) -> dict[str, Any]:
    """Return the fields of a payment."""
    amounts = {"amount": row.amount_paise, "paid": row.paid_paise, "refunded": row.refunded_paise}
    facts = {name: getattr(row, name) for name in set(Payment.model_fields) - set(amounts)}
    return facts | {name: rupees(amount) for name, amount in amounts.items()}


def is_asked(view: PaymentView) -> bool:
    """Say whether the gateway has made or refused the first request."""
    return view.requests[0].state not in ("planned", "creating", "unknown")


def asked_of(view: PaymentView, url: str) -> AskedPayment:
    first, facts = view.requests[0], view.facts
    link = PaymentLink(
        id=first.gateway_id,
        longurl=first.longurl,
        amount=rupees(first.amount_paise),
        purpose=facts.purpose,
        status=LINK_STATES.get(first.state, first.state),
        buyer_name=facts.name,
        email=facts.email or "",
        phone=facts.phone or "",
    )
    made = first.gateway_id is not None
    return AskedPayment(success=made, payment_request=link, payment_id=facts.id, payment_url=url, reason=first.reason)


def detail_of(view: PaymentView) -> PaymentDetail:
    own = ("email", "phone", "due_on", "enrolment_id", "application_id")
    return PaymentDetail(
        **facts_of(view.facts),
        **{name: getattr(view.facts, name) for name in own},
        refundable=rupees(view.left_paise),
        parts=[PaymentPart(**_money(row, PaymentPart)) for row in view.requests],
        attempts=[Attempt(**_money(row, Attempt)) for row in view.attempts],
        refunds=[PaymentRefund(**_money(row, PaymentRefund)) for row in view.refunds],
    )


def _money(row: Any, shape: type[Shape]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in set(shape.model_fields) - {"amount"}}
    return facts | {"amount": rupees(row.amount_paise)}
