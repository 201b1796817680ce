"""Asking for money: an invoice to a person, in one part or several, each of which becomes a request at the gateway."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.audit import record
from domain.automation.planning import plan_rules
from domain.automation.rules.payments import KEYS as REMINDERS
from domain.automation.steps import plan_step
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.payments.money import HOME_ZONE, LEAST_PAISE, MOST_TOTAL_PAISE, problem_with_part, rupees
from domain.work import Row, Work

LONGEST_PURPOSE = 30
MOST_PARTS = 12

PAYER = """
select h.id, h.name, h.email, h.phone, h.is_demo, p.role, p.person_id is not null as has_account
from people h left join profiles p on p.person_id = h.id where h.id = %(id)s
"""
# What a person may owe for: each enrolment at its price, then each application at the price of its course.
REASONS = """
select 'enrolment' as kind, e.id, c.title as course, b.name as batch, e.price_paise as paise, e.enrolled_at as at,
  coalesce((select sum(p.amount_paise) from payments p where p.enrolment_id = e.id and p.cancelled_at is null), 0) as asked_paise
from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
where e.person_id = %(id)s and e.state <> 'withdrawn'
union all
select 'application', a.id, c.title, coalesce(b.name, ''), coalesce(b.price_paise, c.price_paise), a.submitted_at,
  coalesce((select sum(p.amount_paise) from payments p where p.application_id = a.id and p.cancelled_at is null), 0)
from cta_submissions a join courses c on c.id = a.course_id left join batches b on b.id = a.batch_id
where a.person_id = %(id)s and a.status = 'new'
order by at desc
"""
ADD = """
insert into payments (person_id, enrolment_id, application_id, purpose, amount_paise, due_on, announce, form_key, step_id,
  created_by, is_demo, created_at, updated_at)
values (%(person_id)s, %(enrolment_id)s, %(application_id)s, %(purpose)s, %(amount)s, %(due_on)s, %(announce)s, %(form_key)s,
  %(step_id)s, %(me)s, %(is_demo)s, %(now)s, %(now)s)
on conflict (form_key) do nothing returning id
"""
ADD_PART = """
insert into payment_requests (id, payment_id, part, reference, amount_paise, due_on, created_at, updated_at)
values (%(id)s, %(payment_id)s, %(part)s, %(reference)s, %(amount)s, %(due_on)s, %(now)s, %(now)s)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One payment of the whole; ``due_on`` is a day in India."""

    amount_paise: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What somebody is to pay. ``form_key`` is the form's own: sent twice, it asks once. ``step_id`` is the rule's that asks."""

    person_id: UUID
    purpose: str
    amount_paise: int
    parts: Sequence[Part]
    announce: Collection[str] = ()
    enrolment_id: UUID | None = None
    application_id: UUID | None = None
    form_key: UUID = field(default_factory=uuid4)
    step_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who is asked, and what for they may be."""

    person: Row
    reasons: Sequence[Row]


async def find_payer(work: Work, person_id: UUID) -> Payer:
    """Return a person and what they may owe for. Raises NotFound."""
    work.require_admin()
    person = await work.row(PAYER, id=person_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    return Payer(person, await work.rows(REASONS, id=person_id))


async def ask_for_payment(work: Work, new: NewPayment) -> UUID:
    """Write an invoice with its parts, and plan their requests at the gateway; return its id.

    The same form sent again returns the first one's. Raises InvalidInput with a message for each field that is wrong.
    """
    payer = await find_payer(work, new.person_id)
    if errors := _problems(work, new, payer):
        raise InvalidInput(errors)
    days = [part.due_on for part in new.parts if part.due_on]
    payment_id: UUID | None = await work.value(
        ADD,
        person_id=new.person_id,
        enrolment_id=new.enrolment_id,
        application_id=new.application_id,
        purpose=new.purpose.strip(),
        amount=new.amount_paise,
        due_on=max(days) if days else None,
        announce=sorted(new.announce),
        form_key=new.form_key,
        step_id=new.step_id,
        me=work.identity.person_id,
        is_demo=payer.person.is_demo,
        now=work.now,
    )
    if payment_id is None:
        known: UUID = await work.value("select id from payments where form_key = %(key)s", key=new.form_key)
        return known
    for number, part in enumerate(new.parts, 1):
        await _add_part(work, payment_id, new.person_id, number, part)
    await plan_rules(work, REMINDERS, "cause_id", [payment_id])
    await record(
        work,
        "payment.requested",
        "payment",
        payment_id,
        payer.person.name,
        amount=rupees(new.amount_paise),
        amount_paise=new.amount_paise,
        purpose=new.purpose,
        parts=len(new.parts),
        person_id=str(new.person_id),
        **({"demo": True} if payer.person.is_demo else {}),
    )
    tell(work, payment_id, new.person_id)
    return payment_id


def divide(amount_paise: int, count: int) -> list[int]:
    """Return an amount in so many parts of whole rupees that add up to it exactly; the first takes what is left over."""
    each = amount_paise // count // 100 * 100
    return [amount_paise - each * (count - 1), *[each] * (count - 1)]


def tell(work: Work, payment_id: UUID, person_id: UUID | None) -> None:
    """Tell open pages that a payment has changed."""
    work.signal("payments")
    work.signal(f"payment:{payment_id}")
    if person_id:
        work.signal("payments", person_id)


async def _add_part(work: Work, payment_id: UUID, person_id: UUID, number: int, part: Part) -> None:
    request_id = uuid4()
    await work.run(
        ADD_PART,
        id=request_id,
        payment_id=payment_id,
        part=number,
        reference=request_id.hex,
        amount=part.amount_paise,
        due_on=part.due_on,
        now=work.now,
    )
    await plan_step(
        work, "create_payment_request", request_id, key=f"create_payment_request:{request_id}", person_id=person_id
    )


def _problems(work: Work, new: NewPayment, payer: Payer) -> dict[str, str]:
    errors: dict[str, str] = {}
    purpose = new.purpose.strip()
    if not purpose:
        errors["purpose"] = _("Say what the payment is for.")
    elif len(purpose) > LONGEST_PURPOSE:
        errors["purpose"] = _("At most 30 characters, please: the payment page shows no more.")
    if not payer.person.email and not payer.person.phone:
        errors["person"] = _("{name} has neither an e-mail address nor a phone number.", name=payer.person.name)
    errors |= _problems_with_announcing(new.announce, payer.person) | _problems_with_amounts(work, new)
    reasons = {(reason.kind, reason.id) for reason in payer.reasons}
    for kind, subject in (("enrolment", new.enrolment_id), ("application", new.application_id)):
        if subject and (kind, subject) not in reasons:
            errors["reason"] = _("This does not belong to {name}.", name=payer.person.name)
    return errors


def _problems_with_announcing(channels: Collection[str], person: Row) -> dict[str, str]:
    missing = {
        "email": _("There is no e-mail address to send it to.") if not person.email else "",
        "whatsapp": _("There is no phone number to send it to.") if not person.phone else "",
    }
    return {f"by_{channel}": missing[channel] for channel in channels if missing[channel]}


def _problems_with_amounts(work: Work, new: NewPayment) -> dict[str, str]:
    errors: dict[str, str] = {}
    several = len(new.parts) > 1
    if several and new.amount_paise < LEAST_PAISE:
        errors["amount"] = problem_with_part(new.amount_paise)
    elif new.amount_paise > MOST_TOTAL_PAISE:
        errors["amount"] = _("At most {most}.", most=rupees(MOST_TOTAL_PAISE))
    if not 1 <= len(new.parts) <= MOST_PARTS:
        return errors | {"parts": _("Between one and {most} parts, please.", most=MOST_PARTS)}
    for number, part in enumerate(new.parts, 1):
        errors |= _problems_with_part(work, part, number, several=several)
    total = sum(part.amount_paise for part in new.parts)
    if total != new.amount_paise and not errors:
        errors["parts"] = _(
            "The parts add up to {sum}, but {all} are asked for.", sum=rupees(total), all=rupees(new.amount_paise)
        )
    return errors


def _problems_with_part(work: Work, part: Part, number: int, *, several: bool) -> dict[str, str]:
    errors: dict[str, Any] = {}
    if problem := problem_with_part(part.amount_paise):
        errors[f"part_amount_{number}" if several else "amount"] = problem
    if part.due_on and part.due_on < work.now.astimezone(HOME_ZONE).date():
        errors[f"part_due_{number}" if several else "due"] = _("This day is over.")
    return errors
