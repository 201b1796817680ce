"""Giving money back: never more than came in, asked of the gateway once however often it is tried."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from domain.audit import record
from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.notifications import notify, notify_admins
from domain.payments.asking import tell
from domain.payments.money import read_rupees, rupees
from domain.payments.requests import DEMO
from domain.ports import CannotTell, Refused, Unavailable, Unknown
from domain.ports.payments import REFUND_KINDS, Refund
from domain.work import Row, Work

LONGEST_BODY = 200

LOCK_PAYMENT = """
select p.*, h.name from payments p join people h on h.id = p.person_id where p.id = %(id)s for update of p
"""
# What came in by each payment and is not given back or about to be, the last first.
LEFT = """
select g.id, g.gateway, g.gateway_payment_id, (g.amount_paise - coalesce((select sum(r.amount_paise) from refunds r
  where r.gateway_payment_id = g.id and r.state <> 'failed'), 0))::bigint as paise
from gateway_payments g where g.payment_id = %(id)s and g.credited_at is not null order by g.credited_at desc, g.id
"""
KNOWN = "select sum(amount_paise) from refunds where form_key = %(key)s and payment_id = %(id)s"
ADD = """
insert into refunds (id, payment_id, gateway_payment_id, amount_paise, kind, body, reference, form_key, created_by, created_at)
values (%(id)s, %(payment_id)s, %(gateway_payment_id)s, %(amount)s, %(kind)s, %(body)s, %(reference)s, %(form_key)s, %(me)s,
  %(now)s)
"""
LOCK = """
select r.*, g.gateway, g.gateway_payment_id as paid_as, p.person_id, p.purpose, p.is_demo, h.name
from refunds r join payments p on p.id = r.payment_id join gateway_payments g on g.id = r.gateway_payment_id
  join people h on h.id = p.person_id where r.id = %(id)s for update of p, r
"""
MOVE = """
update refunds set state = %(state)s, reason = %(reason)s,
  asked_at = case when %(state)s = 'asking' then coalesce(asked_at, %(now)s) else asked_at end
where id = %(id)s
"""
TAKEN = """
update refunds set state = 'asked', reason = '', gateway_id = %(gateway_id)s, gateway_status = %(status)s, taken_at = %(now)s
where id = %(id)s
"""
GIVEN_BACK = """
update payments set refunded_paise = refunded_paise + %(amount)s, updated_at = %(now)s where id = %(id)s
"""


async def refundable(work: Work, payment_id: UUID) -> int:
    """Return how many paise of a payment could be given back now."""
    return sum(row.paise for row in await work.rows(LEFT, id=payment_id))


async def plan_refund(
    work: Work, payment_id: UUID, *, amount: str, confirmed: str, kind: str, body: str, form_key: UUID
) -> int:
    """Plan to give back an amount typed in rupees, and typed again to confirm; return its paise.

    It is taken from what came in last first. The same form sent again plans nothing more. Raises InvalidInput by field.
    """
    work.require_admin()
    payment = await work.row(LOCK_PAYMENT, id=payment_id)
    if payment is None:
        raise NotFound(_("There is no such payment."))
    if known := await work.value(KNOWN, key=form_key, id=payment_id):
        return int(known)
    left = await work.rows(LEFT, id=payment_id)
    paise = _checked(amount, confirmed, kind, body, sum(row.paise for row in left))
    for row, part in _spread(left, paise):
        await _add(work, payment, row, part, kind, body.strip(), form_key)
    await record(
        work,
        "refund.requested",
        "payment",
        payment_id,
        payment.name,
        amount=rupees(paise),
        amount_paise=paise,
        kind=kind,
        person_id=str(payment.person_id),
    )
    tell(work, payment_id, payment.person_id)
    return paise


async def ask_refund(run: StepRun) -> None:
    """Handle the step: ask the gateway to give money back. What may have been asked before is looked up first."""
    refund = await _begin(run)
    if refund.asked_at is not None:
        known = await run.ports.payments.refunds()
        if isinstance(known, CannotTell):
            await _park(run, "unknown", known.reason)
            raise Later(known.reason, run.ports.lookup_delay)
        found = [one for one in known if one.payment_id == refund.paid_as and refund.reference in one.body]
        if found:
            return await _taken(run, found[0])
    await run.still_mine()
    outcome = await run.ports.payments.refund(
        refund.paid_as, refund.kind, refund.body, refund.amount_paise, refund.reference
    )
    match outcome:
        case Refund():
            await _taken(run, outcome)
        case Refused():
            await _refused(run, outcome.reason)
            raise Failed(outcome.reason)
        case Unavailable():
            await _park(run, "asking", outcome.reason)
            raise Later(outcome.reason, outcome.retry_after or 0.0)
        case Unknown():
            await _park(run, "unknown", outcome.reason)
            raise Later(outcome.reason, run.ports.lookup_delay)
    return None


def _checked(amount: str, confirmed: str, kind: str, body: str, most: int) -> int:
    errors: dict[str, str] = {}
    paise = 0
    try:
        paise = read_rupees(amount)
    except ValueError as error:
        errors["amount"] = str(error)
    if "amount" not in errors and paise <= 0:
        errors["amount"] = _("A refund is more than nothing.")
    elif "amount" not in errors and paise > most:
        errors["amount"] = _("At most {most} can be given back.", most=rupees(most))
    if not errors and not _is_same(confirmed, paise):
        errors["confirmed"] = _("Type the amount once more: {amount}.", amount=rupees(paise))
    if kind not in REFUND_KINDS:
        errors["kind"] = _("Choose why the money goes back.")
    if not body.strip():
        errors["body"] = _("Say why the money goes back.")
    elif len(body.strip()) > LONGEST_BODY:
        errors["body"] = _("At most {count} characters, please.", count=LONGEST_BODY)
    if errors:
        raise InvalidInput(errors)
    return paise


def _is_same(typed: str, paise: int) -> bool:
    try:
        return read_rupees(typed) == paise
    except ValueError:
        return False


def _spread(left: Sequence[Row], paise: int) -> list[tuple[Row, int]]:
    """Return from which payments the amount is taken, and how much of each."""
    parts = []
    for row in left:
        part = min(row.paise, paise)
        if part > 0:
            parts.append((row, part))
            paise -= part
    return parts


async def _add(work: Work, payment: Row, paid: Row, paise: int, kind: str, body: str, form_key: UUID) -> None:
    refund_id = uuid4()
    await work.run(
        ADD,
        id=refund_id,
        payment_id=payment.id,
        gateway_payment_id=paid.id,
        amount=paise,
        kind=kind,
        body=body,
        reference=refund_id.hex,
        form_key=form_key,
        me=work.identity.person_id,
        now=work.now,
    )
    await plan_step(work, "ask_refund", refund_id, key=f"ask_refund:{refund_id}", person_id=payment.person_id)


async def _begin(run: StepRun) -> Row:
    """Commit that the gateway is being asked; return the refund as it was before."""
    async with run.work() as work:
        refund = await _locked(work, run)
    if refund.state not in ("planned", "asking", "unknown"):
        raise Skip(_("The gateway has been asked already."))
    if run.ports.payments_are_live and refund.is_demo:
        await _park(run, "failed", _(DEMO))
        raise Skip(_(DEMO))
    if refund.state == "planned":
        await _park(run, "asking", "")
    return refund


async def _locked(work: Work, run: StepRun) -> Row:
    await hold(work, run.step, run.lease_seconds)
    refund = await work.row(LOCK, id=run.step.subject_id)
    if refund is None:
        raise Skip(_("The payment is gone."))
    return refund


async def _park(run: StepRun, state: str, reason: str) -> None:
    async with run.work() as work:
        refund = await _locked(work, run)
        await work.run(MOVE, id=refund.id, state=state, reason=reason, now=work.now)
        tell(work, refund.payment_id, refund.person_id)


async def _taken(run: StepRun, answer: Refund) -> None:
    async with run.work() as work:
        refund = await _locked(work, run)
        if refund.state == "asked":
            return
        await work.run(TAKEN, id=refund.id, gateway_id=answer.id, status=answer.status[:60], now=work.now)
        await work.run(GIVEN_BACK, id=refund.payment_id, amount=refund.amount_paise, now=work.now)
        await _told(work, refund, answer)


async def _told(work: Work, refund: Row, answer: Refund) -> None:
    amount = rupees(refund.amount_paise)
    await record(
        work,
        "payment.refunded",
        "payment",
        refund.payment_id,
        refund.name,
        amount=amount,
        amount_paise=refund.amount_paise,
        gateway_refund_id=answer.id,
        gateway_payment_id=refund.paid_as,
        person_id=str(refund.person_id),
        **({"demo": True} if refund.is_demo else {}),
    )
    title = _("{amount} is on its way back to you", amount=amount)
    await notify(work, refund.person_id, "payment", title, refund.purpose, "/student/payments")
    tell(work, refund.payment_id, refund.person_id)


async def _refused(run: StepRun, reason: str) -> None:
    async with run.work() as work:
        refund = await _locked(work, run)
        await work.run(MOVE, id=refund.id, state="failed", reason=reason, now=work.now)
        title = _("The refund of {amount} was refused", amount=rupees(refund.amount_paise))
        await notify_admins(work, "payment", title, f"{refund.name}: {reason}", f"/admin/payments/{refund.payment_id}")
        await record(work, "refund.refused", "payment", refund.payment_id, refund.name, reason=reason)
        tell(work, refund.payment_id, refund.person_id)
