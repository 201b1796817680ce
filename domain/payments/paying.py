"""Paying, as the payer sees it: what is asked, what has come in, and where the rest is paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.automation.steps import plan_step
from domain.errors import NotFound
from domain.language import _
from domain.payments.money import HOME_ZONE
from domain.work import Row, Work

INVOICE = """
select p.id, p.number, p.person_id, p.purpose, p.amount_paise, p.paid_paise, p.refunded_paise, p.state, p.cancelled_at,
  p.created_at, h.name, h.email, h.phone, c.title as course, b.name as batch,
  (select value #>> '{}' from business_settings where key = 'business_name') as business_name
from payments p join people h on h.id = p.person_id
  left join enrolments e on e.id = p.enrolment_id left join cta_submissions a on a.id = p.application_id
  left join batches b on b.id = coalesce(e.batch_id, a.batch_id) left join courses c on c.id = coalesce(b.course_id, a.course_id)
"""
PARTS = """
select id, payment_id, part, amount_paise, due_on, state, longurl, checked_at, paid_at from payment_requests
where payment_id = any(%(ids)s) order by payment_id, part
"""
RECEIVED = """
select id, payment_id, request_id, gateway_payment_id, amount_paise, instrument, credited_at from gateway_payments
where payment_id = any(%(ids)s) and credited_at is not null order by credited_at, id
"""
FAILED = """
select reason from gateway_payments
where payment_id = %(id)s and gateway_payment_id = %(gateway_payment_id)s and status = 'failed'
"""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One payment with its parts and what has come in for it."""

    facts: Row
    parts: Sequence[Row]
    received: Sequence[Row]
    today: date

    @property
    def left_paise(self) -> int:
        """What is still to be paid; nothing of what was cancelled."""
        if self.facts.cancelled_at is not None:
            return 0
        return max(int(self.facts.amount_paise - self.facts.paid_paise), 0)

    @property
    def next_part(self) -> Row | None:
        """The first part that can be paid now."""
        if self.facts.cancelled_at is not None:
            return None
        return next((part for part in self.parts if part.state == "open"), None)

    @property
    def is_being_prepared(self) -> bool:
        waiting = ("planned", "creating", "unknown")
        return self.next_part is None and self.left_paise > 0 and any(part.state in waiting for part in self.parts)

    def is_late(self, part: Row) -> bool:
        return part.state != "paid" and part.due_on is not None and part.due_on < self.today


async def find_invoice(work: Work, payment_id: UUID | None) -> Invoice:
    """Return what the payer sees of a payment. Raises NotFound."""
    facts = await work.row(f"{INVOICE} where p.id = %(id)s", id=payment_id) if payment_id else None
    if facts is None:
        raise NotFound(_("This payment link is not complete. Open the link in the message again."))
    (invoice,) = await _with_parts(work, [facts])
    return invoice


async def my_invoices(work: Work) -> list[Invoice]:
    """Return everything who asks was ever to pay, the newest first."""
    facts = await work.rows(
        f"{INVOICE} where p.person_id = %(me)s order by p.created_at desc, p.id limit 200", me=work.identity.person_id
    )
    return await _with_parts(work, facts)


async def prepare_links(work: Work, invoice: Invoice) -> None:
    """Plan the links that nobody has planned yet, now that somebody wants to pay: those of the demo. Others are left alone."""
    if invoice.facts.cancelled_at is not None:
        return
    for part in invoice.parts:
        if part.state == "planned":
            key = f"create_payment_request:{part.id}"
            await plan_step(work, "create_payment_request", part.id, key=key, person_id=invoice.facts.person_id)


async def find_failure(work: Work, payment_id: UUID, gateway_payment_id: str) -> str | None:
    """Return why an attempt to pay failed, or None when it has not, as far as the gateway has said."""
    reason: str | None = await work.value(FAILED, id=payment_id, gateway_payment_id=gateway_payment_id)
    return reason


async def _with_parts(work: Work, facts: Sequence[Row]) -> list[Invoice]:
    ids = [row.id for row in facts]
    parts = await work.rows(PARTS, ids=ids)
    received = await work.rows(RECEIVED, ids=ids)
    today = work.now.astimezone(HOME_ZONE).date()
    return [
        Invoice(
            row,
            [part for part in parts if part.payment_id == row.id],
            [one for one in received if one.payment_id == row.id],
            today,
        )
        for row in facts
    ]
