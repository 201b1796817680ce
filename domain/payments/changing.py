"""What admins do with a payment once it is asked for: cancel it, open it again, ask the gateway again."""

from uuid import UUID

from domain.audit import record
from domain.automation.planning import plan_rules
from domain.automation.rules.payments import KEYS as REMINDERS
from domain.automation.steps import plan_step
from domain.errors import Conflict, NotFound
from domain.language import _
from domain.payments.after_approval import end_reminders_of
from domain.payments.asking import tell
from domain.payments.checking import look_soon
from domain.payments.money import rupees
from domain.payments.requests import plan_switch
from domain.work import Row, Work

LOCK = """
select p.*, h.name from payments p join people h on h.id = p.person_id where p.id = %(id)s for update of p
"""
REQUESTS = "select id, state, gateway_id from payment_requests where payment_id = %(id)s order by part for update"
# What has no link that can be paid at, and none is on its way. As SQL over `r`, a request.
LACKS_LINK = """
(r.state in ('planned', 'failed', 'disabled') and not exists (select from automation_steps t where t.subject_id = r.id
  and t.kind in ('create_payment_request', 'switch_payment_request') and t.state in ('planned', 'running')))
"""
LACKING = f"""
select r.id, r.state, r.gateway_id from payment_requests r where r.payment_id = %(id)s and {LACKS_LINK} order by r.part
for update
"""
IS_BEING_MADE = """
select exists (select from automation_steps where subject_id = %(id)s and kind = 'create_payment_request'
  and state in ('planned', 'running'))
"""
ANNOUNCE = """
update payments p set announce = array_remove(array[case when h.email is not null then 'email' end,
  case when h.phone is not null then 'whatsapp' end], null) from people h where h.id = p.person_id and p.id = %(id)s
"""
SET = """
update payment_requests set state = %(state)s, reason = '', updated_at = %(now)s where id = %(id)s
"""


async def cancel_payment(work: Work, payment_id: UUID) -> None:
    """Ask for no more: what is open at the gateway is closed there. Raises Conflict when there is nothing to cancel."""
    payment = await _locked(work, payment_id)
    if payment.cancelled_at is not None:
        raise Conflict(_("It is cancelled already."))
    if payment.paid_paise >= payment.amount_paise:
        raise Conflict(_("It is paid already. What was paid can be given back as a refund."))
    await work.run(
        # What a rule asks for is announced as it was meant, if it is opened again.
        "update payments set cancelled_at = %(now)s, announce = case when step_id is null then '{}' else announce end,"
        " updated_at = %(now)s where id = %(id)s",
        id=payment_id,
        now=work.now,
    )
    requests = await work.rows(REQUESTS, id=payment_id)
    await end_reminders_of(work, [request.id for request in requests])
    for request in requests:
        if request.state == "open":
            await plan_switch(work, request.id, payment.person_id)
        elif request.state in ("planned", "failed"):
            await work.run(SET, id=request.id, state="disabled", now=work.now)
    await _done(work, payment, "payment.cancelled")


async def reopen_payment(work: Work, payment_id: UUID) -> None:
    """Ask for it again: links that were closed are opened, and those never made are made. Raises Conflict."""
    payment = await _locked(work, payment_id)
    if payment.cancelled_at is None:
        raise Conflict(_("It is not cancelled."))
    await work.run(
        "update payments set cancelled_at = null, updated_at = %(now)s where id = %(id)s", id=payment_id, now=work.now
    )
    for request in await work.rows(REQUESTS, id=payment_id):
        if request.state in ("open", "disabled") and request.gateway_id:
            await plan_switch(work, request.id, payment.person_id)
        elif request.state == "disabled":
            await _make(work, request.id, payment.person_id)
    await plan_rules(work, REMINDERS, "cause_id", [payment_id])
    await _done(work, payment, "payment.reopened")


async def retry_request(work: Work, payment_id: UUID, request_id: UUID) -> None:
    """Ask the gateway again for a link it has refused. Raises Conflict when it is not refused."""
    payment = await _locked(work, payment_id)
    states = {request.id: request.state for request in await work.rows(REQUESTS, id=payment_id)}
    if states.get(request_id) != "failed":
        raise Conflict(_("This part is not refused any more."))
    if payment.cancelled_at is not None:
        raise Conflict(_("The payment is cancelled. Open it again first."))
    await _make(work, request_id, payment.person_id)
    await _done(work, payment, "payment.retried")


async def make_links(work: Work, payment_id: UUID) -> None:
    """Have the links made that a payment lacks, and sent on every way that reaches the person once one is there.

    Raises Conflict when it is cancelled, paid, or lacks none; those that are being made are left alone.
    """
    payment = await _locked(work, payment_id)
    if payment.cancelled_at is not None or payment.paid_paise >= payment.amount_paise:
        raise Conflict(_("There is nothing to pay any more."))
    lacking = await work.rows(LACKING, id=payment_id)
    if not lacking:
        raise Conflict(_("The link is being made, or is there already. Look at the payment."))
    await work.run(ANNOUNCE, id=payment_id)
    for request in lacking:
        if request.gateway_id:
            await plan_switch(work, request.id, payment.person_id)
        elif request.state != "planned" or not await _begin_first(work, request.id, payment.person_id):
            await _make(work, request.id, payment.person_id)
    await _done(work, payment, "payment.retried")


async def check_payment(work: Work, payment_id: UUID) -> None:
    """Let the gateway be asked now what came of the open parts. Raises Conflict when there are none."""
    await _locked(work, payment_id)
    if not await look_soon(work, payment_id):
        raise Conflict(_("No part of it is open at the gateway."))


async def resolve_flagged(work: Work, gateway_payment_id: UUID) -> None:
    """Say that a payment that did not fit has been dealt with. Raises Conflict when somebody was first."""
    work.require_admin()
    row = await work.row(
        "update gateway_payments set resolved_at = %(now)s where id = %(id)s and problem <> '' and resolved_at is null"
        " returning gateway_payment_id, amount_paise",
        id=gateway_payment_id,
        now=work.now,
    )
    if row is None:
        raise Conflict(_("Somebody has dealt with it already."))
    await record(
        work,
        "payment.flag_resolved",
        "gateway_payment",
        gateway_payment_id,
        row.gateway_payment_id,
        amount=rupees(row.amount_paise),
    )
    work.signal("payments")


async def _begin_first(work: Work, request_id: UUID, person_id: UUID) -> bool:
    """Plan the link that nobody has asked for yet; return whether it is planned, by whoever wants to pay just now, too."""
    key = f"create_payment_request:{request_id}"
    if await plan_step(work, "create_payment_request", request_id, key=key, person_id=person_id):
        return True
    return bool(await work.value(IS_BEING_MADE, id=request_id))


async def _make(work: Work, request_id: UUID, person_id: UUID) -> None:
    await work.run(SET, id=request_id, state="planned", now=work.now)
    key = f"create_payment_request:{request_id}:{work.now.isoformat()}"
    await plan_step(work, "create_payment_request", request_id, key=key, person_id=person_id)


async def _locked(work: Work, payment_id: UUID) -> Row:
    work.require_admin()
    payment = await work.row(LOCK, id=payment_id)
    if payment is None:
        raise NotFound(_("There is no such payment."))
    return payment


async def _done(work: Work, payment: Row, action: str) -> None:
    await record(work, action, "payment", payment.id, payment.name, amount=rupees(payment.amount_paise))
    tell(work, payment.id, payment.person_id)
