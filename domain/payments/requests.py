"""Requests at the gateway: made once however often it is tried, closed when the payment is cancelled, opened again after."""

from datetime import timedelta
from uuid import UUID

from domain.audit import record
from domain.automation.running import Failed, Later, Ports, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.language import _
from domain.notifications import notify_admins
from domain.payments.after_approval import wake_reminders
from domain.payments.announcing import find_announcement
from domain.payments.asking import tell
from domain.payments.letters import plan_link
from domain.payments.links import pay_path
from domain.payments.money import rupees
from domain.ports import CannotTell, Refused, Unavailable, Unknown
from domain.ports.payments import PaymentLink, PaymentRequest, PaymentRequested
from domain.work import Row, Work

FIRST_CHECK = timedelta(minutes=10)
DEMO = "Demo payments never reach the real gateway."

LOCK = """
select r.*, p.person_id, p.purpose, p.cancelled_at, p.announce, p.step_id, p.is_demo, h.name, h.email, h.phone
from payment_requests r join payments p on p.id = r.payment_id join people h on h.id = p.person_id
where r.id = %(id)s for update of p, r
"""
MOVE = """
update payment_requests set state = %(state)s, reason = %(reason)s, updated_at = %(now)s,
  asked_at = case when %(state)s = 'creating' then coalesce(asked_at, %(now)s) else asked_at end,
  next_check_at = case when %(state)s in ('open', 'disabled') then next_check_at end
where id = %(id)s
"""
OPEN = """
update payment_requests set state = 'open', reason = '', gateway_id = %(gateway_id)s, longurl = %(longurl)s, opened_at = %(now)s,
  updated_at = %(now)s, next_check_at = %(check_at)s, checks = 0
where id = %(id)s
"""
SWITCH = """
update payment_requests set state = %(state)s, reason = '', updated_at = %(now)s, next_check_at = %(check_at)s, checks = 0
where id = %(id)s
"""


async def create_payment_request(run: StepRun) -> None:
    """Handle the step: ask the gateway for a link. What may have been asked before is looked up first."""
    request = await _begin(run)
    if request.asked_at is not None:
        found = await run.ports.payments.find(request.reference, request.asked_at)
        if isinstance(found, CannotTell):
            await _park(run, "unknown", found.reason)
            raise Later(found.reason, run.ports.lookup_delay)
        if isinstance(found, PaymentLink):
            return await _opened(run, found)
        if request.cancelled_at is not None:
            await _park(run, "disabled", "")
            raise Skip(_("The payment was cancelled."))
    await run.still_mine()
    outcome = await run.ports.payments.create(_wanted(request, run.ports))
    match outcome:
        case PaymentRequested():
            await _opened(run, outcome.payment_request)
        case Refused():
            await _refused(run, outcome.reason)
            raise Failed(outcome.reason)
        case Unavailable():
            # Nothing left: only the reason is kept, and a later attempt looks up for safety.
            await _park(run, "creating", outcome.reason)
            raise Later(outcome.reason, outcome.retry_after or 0.0)
        case Unknown():
            await _park(run, "unknown", outcome.reason)
            raise Later(outcome.reason, run.ports.lookup_delay)
    return None


async def switch_payment_request(run: StepRun) -> None:
    """Handle the step: let the gateway's link be paid or not, as the payment stands now. A second run changes nothing."""
    async with run.work() as work:
        request = await _locked(work, run)
    wanted = "open" if request.cancelled_at is None else "disabled"
    if request.gateway_id is None or request.state not in ("open", "disabled") or request.state == wanted:
        raise Skip(_("There is nothing to switch."))
    if run.ports.payments_are_live and request.is_demo:
        raise Skip(_(DEMO))
    switch = run.ports.payments.enable if wanted == "open" else run.ports.payments.disable
    failure = await switch(request.gateway_id)
    if isinstance(failure, Refused):
        await _park(run, request.state, failure.reason)
        raise Failed(failure.reason)
    if failure is not None:
        await _park(run, request.state, failure.reason)
        raise Later(failure.reason, getattr(failure, "retry_after", None) or 0.0)
    async with run.work() as work:
        request = await _locked(work, run)
        if request.state in ("open", "disabled"):
            # Somebody may have paid at the last moment: it is looked at once more.
            await work.run(SWITCH, id=request.id, state=wanted, now=work.now, check_at=work.now + FIRST_CHECK)
            if wanted == "open":
                await wake_reminders(work, request)
            tell(work, request.payment_id, request.person_id)


async def plan_switch(work: Work, request_id: UUID, person_id: UUID | None) -> None:
    """Plan that the gateway's link follows its payment."""
    key = f"switch_payment_request:{request_id}:{work.now.isoformat()}"
    await plan_step(work, "switch_payment_request", request_id, key=key, person_id=person_id)


async def _begin(run: StepRun) -> Row:
    """Commit that the gateway is being asked; return the request as it was before."""
    async with run.work() as work:
        request = await _locked(work, run)
        if request.state not in ("planned", "creating", "unknown"):
            raise Skip(_("It has been made already."))
    if run.ports.payments_are_live and request.is_demo:
        await _park(run, "failed", _(DEMO))
        raise Skip(_(DEMO))
    if request.state == "planned" and request.asked_at is None and request.cancelled_at is not None:
        await _park(run, "disabled", "")
        raise Skip(_("The payment was cancelled."))
    if request.state == "planned":
        await _park(run, "creating", "")
    return request


async def _locked(work: Work, run: StepRun) -> Row:
    await hold(work, run.step, run.lease_seconds)
    request = await work.row(LOCK, id=run.step.subject_id)
    if request is None:
        raise Skip(_("The payment is gone."))
    return request


async def _park(run: StepRun, state: str, reason: str) -> None:
    async with run.work() as work:
        request = await _locked(work, run)
        await work.run(MOVE, id=request.id, state=state, reason=reason, now=work.now)
        tell(work, request.payment_id, request.person_id)


async def _opened(run: StepRun, link: PaymentLink) -> None:
    async with run.work() as work:
        request = await _locked(work, run)
        values = {"gateway_id": link.id, "longurl": link.longurl, "now": work.now, "check_at": work.now + FIRST_CHECK}
        await work.run(OPEN, id=request.id, **values)
        if request.cancelled_at is not None:
            await plan_switch(work, request.id, request.person_id)
        else:
            await wake_reminders(work, request)
        if request.cancelled_at is None and request.announce:
            told = await find_announcement(work, request.step_id)
            await plan_link(work, request.payment_id, request.announce, told)
            await work.run("update payments set announce = '{}' where id = %(id)s", id=request.payment_id)
        tell(work, request.payment_id, request.person_id)


async def _refused(run: StepRun, reason: str) -> None:
    async with run.work() as work:
        request = await _locked(work, run)
        await work.run(MOVE, id=request.id, state="failed", reason=reason, now=work.now)
        title = _("{name} cannot pay {amount} yet", name=request.name, amount=rupees(request.amount_paise))
        await notify_admins(work, "payment", title, reason, f"/admin/payments/{request.payment_id}")
        await record(work, "payment.refused", "payment", request.payment_id, request.name, reason=reason)
        tell(work, request.payment_id, request.person_id)


def _wanted(request: Row, ports: Ports) -> PaymentRequest:
    return PaymentRequest(
        reference=request.reference,
        purpose=request.purpose,
        amount_paise=request.amount_paise,
        buyer_name=request.name,
        email=request.email or "",
        phone=request.phone or "",
        redirect_url=f"{ports.base_url}{pay_path(ports.secret, request.payment_id)}/return",
    )
