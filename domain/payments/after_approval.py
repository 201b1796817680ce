"""What an approval asks for: the price in the parts of the course or batch; and who has not paid any of it."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from domain.automation.planning import bring_back, move_planned, void_rules
from domain.automation.rule import Acted
from domain.automation.rules.approval import UNPAID_KEYS
from domain.automation.rules.payments import KEYS as REMINDERS
from domain.automation.running import Skip
from domain.errors import InvalidInput
from domain.language import _, ngettext
from domain.notifications import notify_admins
from domain.payments.announcing import form_key_of
from domain.payments.asking import LONGEST_PURPOSE, NewPayment, Part, ask_for_payment, divide
from domain.payments.letters import bring_links_back
from domain.payments.money import HOME_ZONE, MOST_PAISE, rupees
from domain.work import Row, Work

# As long as that the first part may be paid before somebody is reminded of it.
FIRST_DUE = timedelta(days=3)
ENROLMENTS_OF = """
select e.id from enrolments e join batches b on b.id = e.batch_id
where e.person_id = %(person)s and b.course_id in (
  select ob.course_id from payments p join enrolments o on o.id = p.enrolment_id join batches ob on ob.id = o.batch_id
   where p.id = %(payment)s
  union all select a.course_id from payments p join cta_submissions a on a.id = p.application_id where p.id = %(payment)s)
"""


async def ask_after_approval(work: Work, acted: Acted) -> str:
    """Ask for the price of an enrolment; return what was done, in words. A second call for the same one asks nothing more.

    Raises Skip, and tells the admins, when nobody can be asked for that.
    """
    params = acted.params
    parts = plan_parts(
        params["price_paise"],
        params["instalments"],
        params["instalment_every"],
        params["instalment_unit"],
        work.now.astimezone(HOME_ZONE).date(),
    )
    new = NewPayment(
        acted.person_id,
        short(params["course_title"]),
        params["price_paise"],
        parts,
        announce=[channel for channel in acted.channels if channel in ("email", "whatsapp")],
        enrolment_id=acted.subject_id,
        form_key=form_key_of(acted.subject_id, params["version"]),
        step_id=acted.step_id,
    )
    try:
        await ask_for_payment(work, new)
    except InvalidInput as error:
        problem = " ".join(error.fields.values())
        title = _("{name} could not be asked to pay", name=acted.name)
        await notify_admins(work, "payment", title, problem, f"/admin/students/{acted.person_id}")
        raise Skip(problem) from error
    amount = rupees(params["price_paise"])
    return ngettext("Asked for {amount}.", "Asked for {amount} in {count} parts.", len(parts), amount=amount)


async def tell_unpaid(work: Work, acted: Acted) -> str:
    """Tell the admins that somebody has a place and has paid nothing; return what was done, in words."""
    title = _("{name} has not paid yet", name=acted.name)
    body = _(
        "{amount} for {course}, {batch}",
        amount=acted.params["amount"],
        course=acted.params["course_title"],
        batch=acted.params["batch_name"],
    )
    await notify_admins(work, "payment", title, body, f"/admin/students/{acted.person_id}")
    return _("The admins were told.")


async def end_reminders(work: Work, request: Row) -> None:
    """Take back what would remind somebody of a part that is paid; ``request`` has id, payment_id and person_id."""
    await void_rules(work, [request.id], _("It is paid."), rules=REMINDERS)
    enrolments = await work.rows(ENROLMENTS_OF, person=request.person_id, payment=request.payment_id)
    if enrolments:
        await void_rules(work, [row.id for row in enrolments], _("They have paid."), rules=UNPAID_KEYS)


async def end_reminders_of(work: Work, requests: Sequence[UUID]) -> None:
    """Take back what would remind somebody of parts of a payment that was cancelled."""
    await void_rules(work, requests, _("The payment was cancelled."), rules=REMINDERS)


async def wake_reminders(work: Work, request: Row) -> None:
    """Let what reminds of a part look again: it can be paid now. What was withdrawn while it could not is to leave again.

    ``request`` is as for `end_reminders`.
    """
    enrolments = await work.rows(ENROLMENTS_OF, person=request.person_id, payment=request.payment_id)
    for keys, subjects in ((REMINDERS, [request.id]), (UNPAID_KEYS, [row.id for row in enrolments])):
        if subjects:
            await move_planned(work, keys, "subject_id", subjects)
            await bring_back(work, keys, "subject_id", subjects)
    await bring_links_back(work, request.person_id)


def plan_parts(paise: int, count: int, every: int, unit: str, today: date) -> list[Part]:
    """Return the parts of a price with their days: the first in three days, each further one an interval after the last.

    There are more than ``count`` of them where the gateway would not take as much at once.
    """
    amounts = divide(paise, max(count, -(-paise // MOST_PAISE)))
    return [Part(amount, _day(today, number * every, unit)) for number, amount in enumerate(amounts)]


def short(title: str) -> str:
    """Return a course's title as the payment page can show it."""
    return title if len(title) <= LONGEST_PURPOSE else title[: LONGEST_PURPOSE - 1].rstrip() + "…"


def _day(today: date, ahead: int, unit: str) -> date:
    first = today + FIRST_DUE
    if unit == "days":
        return first + timedelta(days=ahead)
    years, month = divmod(first.month - 1 + ahead, 12)
    year, month = first.year + years, month + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
