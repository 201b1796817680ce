"""What the gateway says came of a request, written down. Only a payment read from the gateway itself is ever credited, once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.audit import record
from domain.language import _
from domain.notifications import notify, notify_admins
from domain.payments.after_approval import end_reminders
from domain.payments.asking import tell
from domain.payments.letters import plan_receipt
from domain.payments.money import rupees
from domain.ports.payments import GatewayPayment, PaymentLink
from domain.work import Row, Work

# The invoice first, always: two readings at once wait for each other instead of crossing.
LOCK_PAYMENT = (
    "select id from payments where id = (select payment_id from payment_requests where id = %(id)s) for update"
)
REQUEST = """
select r.id, r.payment_id, r.part, r.gateway, r.gateway_id, r.amount_paise, r.state, p.person_id, p.purpose, p.cancelled_at,
  p.amount_paise as asked_paise, p.paid_paise, p.is_demo, h.name, h.email
from payment_requests r join payments p on p.id = r.payment_id join people h on h.id = p.person_id where r.id = %(id)s
"""
# What is credited stays as it was credited.
WRITE = """
insert into gateway_payments (gateway, gateway_payment_id, payment_id, request_id, gateway_request_id, status, amount_paise,
  fees_paise, instrument, reason, problem, attempted_at, created_at, updated_at)
values (%(gateway)s, %(gateway_payment_id)s, %(payment_id)s, %(request_id)s, %(gateway_request_id)s, %(status)s, %(amount)s,
  %(fees)s, %(instrument)s, %(reason)s, %(problem)s, %(at)s, %(now)s, %(now)s)
on conflict (gateway, gateway_payment_id) do update set status = excluded.status, amount_paise = excluded.amount_paise,
  fees_paise = excluded.fees_paise, instrument = excluded.instrument, reason = excluded.reason, problem = excluded.problem,
  attempted_at = excluded.attempted_at, updated_at = excluded.updated_at,
  payment_id = coalesce(gateway_payments.payment_id, excluded.payment_id),
  request_id = coalesce(gateway_payments.request_id, excluded.request_id)
 where gateway_payments.credited_at is null
   and (gateway_payments.status, gateway_payments.problem) is distinct from (excluded.status, excluded.problem)
returning id, (xmax = 0) as is_new
"""
CREDIT = """
with credited as (
  update gateway_payments set credited_at = %(now)s, updated_at = %(now)s
   where id = %(id)s and credited_at is null returning payment_id, request_id, amount_paise
), closed as (
  update payment_requests r set state = 'paid', reason = '', paid_at = %(now)s, next_check_at = null, updated_at = %(now)s
    from credited c where r.id = c.request_id
)
update payments p set paid_paise = p.paid_paise + c.amount_paise, updated_at = %(now)s,
  paid_at = case when p.paid_paise + c.amount_paise >= p.amount_paise then coalesce(p.paid_at, %(now)s) end
  from credited c where p.id = c.payment_id
returning p.paid_paise, p.amount_paise
"""


async def take_link(work: Work, request_id: UUID, link: PaymentLink) -> None:
    """Write down the attempts of a request as the gateway has them now; credit what is money and is not credited yet.

    An older reading than the last changes nothing: what was credited stays.
    """
    await take_attempts(work, request_id, link.payments, link.id)
    await work.run(
        "update payment_requests set checked_at = %(now)s, updated_at = %(now)s where id = %(id)s",
        id=request_id,
        now=work.now,
    )


async def take_attempts(work: Work, request_id: UUID, attempts: Sequence[GatewayPayment], link_id: str) -> None:
    """Write down attempts at one request of ours, read from the gateway."""
    await work.rows(LOCK_PAYMENT, id=request_id)
    for attempt in sorted(attempts, key=_moment):
        request = await work.row(REQUEST, id=request_id)
        if request is not None:
            await _take(work, request, attempt, link_id)


async def take_stranger(work: Work, gateway: str, attempt: GatewayPayment) -> None:
    """Write down money that fits nothing we have asked for, and tell the admins. Never credited by itself."""
    problem = _("It belongs to no payment request of ours.")
    written = await _write(work, gateway, attempt, problem=problem)
    if written:
        await _flag(work, attempt, problem, "", "/admin/payments/flagged", written.id)


async def _take(work: Work, request: Row, attempt: GatewayPayment, link_id: str) -> None:
    problem = _problem(request, attempt, link_id) if attempt.status == "credit" else ""
    written = await _write(
        work, request.gateway, attempt, problem=problem, payment_id=request.payment_id, request_id=request.id
    )
    if written is None:
        return
    tell(work, request.payment_id, request.person_id)
    if problem:
        await _flag(work, attempt, problem, request.name, f"/admin/payments/{request.payment_id}", written.id)
    elif attempt.status == "credit":
        await _credit(work, request, attempt, written.id)


def _problem(request: Row, attempt: GatewayPayment, link_id: str) -> str:
    """Return why the money is not what was asked for; nothing when it is."""
    if request.gateway_id and link_id != request.gateway_id:
        return _("It was made for another request than ours.")
    if attempt.request_id and attempt.request_id != link_id:
        return _("The gateway names another request for it.")
    if attempt.currency != "INR":
        return _("It is in {currency}, but rupees were asked for.", currency=attempt.currency)
    if attempt.amount_paise != request.amount_paise:
        paid, asked = rupees(attempt.amount_paise), rupees(request.amount_paise)
        return _("It is {paid}, but {asked} were asked for.", paid=paid, asked=asked)
    return ""


async def _write(work: Work, gateway: str, attempt: GatewayPayment, **about: Any) -> Row | None:
    """Return the row when the attempt is new or has changed, None when nothing has."""
    about = {"payment_id": None, "request_id": None, **about}
    return await work.row(
        WRITE,
        gateway=gateway,
        gateway_payment_id=attempt.payment_id,
        gateway_request_id=attempt.request_id,
        status=attempt.status,
        amount=attempt.amount_paise,
        fees=attempt.fees_paise,
        instrument=attempt.instrument[:100],
        reason=attempt.reason[:300],
        at=attempt.created_at,
        now=work.now,
        **about,
    )


async def _credit(work: Work, request: Row, attempt: GatewayPayment, written_id: UUID) -> None:
    credited = await work.row(CREDIT, id=written_id, now=work.now)
    if credited is not None:
        await after_credit(work, request, attempt.amount_paise, attempt.payment_id, written_id)


async def after_credit(work: Work, request: Row, paise: int, gateway_payment_id: str, written_id: UUID) -> None:
    """Write what follows from money that came in: audit entry, notifications, receipt, and no more reminders."""
    await end_reminders(work, request)
    amount = rupees(paise)
    await record(
        work,
        "payment.received",
        "payment",
        request.payment_id,
        request.name,
        amount=amount,
        amount_paise=paise,
        gateway_payment_id=gateway_payment_id,
        purpose=request.purpose,
        person_id=str(request.person_id),
        **({"demo": True} if request.is_demo else {}),
    )
    remark = request.purpose
    if request.paid_paise + paise > request.asked_paise:
        remark = _("More than was asked for: look whether something was paid twice.")
    elif request.cancelled_at:
        remark = _("It came after the payment was cancelled.")
    title = _("{name} paid {amount}", name=request.name or request.email or "", amount=amount)
    await notify_admins(work, "payment", title, remark, f"/admin/payments/{request.payment_id}")
    thanks = _("Your payment of {amount} has arrived", amount=amount)
    await notify(work, request.person_id, "payment", thanks, request.purpose, "/student/payments")
    await plan_receipt(work, request, written_id, paise)
    tell(work, request.payment_id, request.person_id)


async def _flag(work: Work, attempt: GatewayPayment, problem: str, name: str, url: str, written_id: UUID) -> None:
    title = _("A payment of {amount} needs a look", amount=rupees(attempt.amount_paise))
    about = f"{name}: {problem}" if name else problem
    await notify_admins(work, "payment", title, about, url)
    await record(
        work,
        "payment.flagged",
        "gateway_payment",
        written_id,
        name or attempt.payment_id,
        amount=rupees(attempt.amount_paise),
        amount_paise=attempt.amount_paise,
        gateway_payment_id=attempt.payment_id,
        problem=problem,
    )
    work.signal("payments")


def _moment(attempt: GatewayPayment) -> datetime:
    return attempt.created_at or datetime.max.replace(tzinfo=UTC)
