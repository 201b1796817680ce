"""Mending: the one press of a row, by the function that mends the same thing elsewhere."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.admissions.approving import Approval, approve
from domain.automation.steering import retry_step, run_step_now
from domain.enrolling import restore_enrolment
from domain.errors import Conflict, NotFound
from domain.language import _
from domain.leads.imports import check_again
from domain.messaging.interventions import look_up_again, mark_arrived, retry_delivery, send_anyway
from domain.messaging.webhooks.rejections import note_seen
from domain.payments.asking import LONGEST_PURPOSE, NewPayment, Part, ask_for_payment
from domain.payments.changing import make_links, resolve_flagged
from domain.payments.letters import send_link_again
from domain.problems.keeping import count_again
from domain.recordings.managing import sync_now
from domain.sessions.planning_meetings import make_meeting_again, retry_meeting
from domain.sessions.roster import match_by_hand
from domain.work import Row, Work

PAYER = """
select h.email, h.phone from payments p join people h on h.id = p.person_id where p.id = %(id)s
"""
# Locked before it is looked at, in a statement of its own: of two presses the second sees what the first has asked for.
LOCK_ENROLMENT = "select id from enrolments where id = %(id)s for update"
ENROLMENT = """
select e.id, e.person_id, e.price_paise, e.state, c.title, h.email, h.phone,
  (select p.id from payments p where p.person_id = e.person_id and p.cancelled_at is null
     and (p.enrolment_id = e.id or p.application_id = e.application_id) order by p.created_at desc limit 1) as asked
from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id join people h on h.id = e.person_id
where e.id = %(id)s
"""
PAID_FOR = """
select p.enrolment_id, a.id as application_id, a.version, a.batch_id
from payments p left join cta_submissions a on a.id = p.application_id where p.id = %(id)s
"""


async def mend_problem(work: Work, problem: str, subject_id: UUID, act: str) -> str:
    """Do what a row's button says; return what follows, in words.

    What an act is about is named after it, parted by dots. Raises NotFound for an act that does not belong to the problem,
    and what the function that mends it raises.
    """
    work.require_admin()
    if (problem, act.partition(".")[0]) == ("unmatched", "match"):
        message = await match_plain(work, subject_id, act)
    elif (problem, act) in MENDS:
        mend, message = MENDS[problem, act]
        await mend(work, subject_id)
    else:
        raise NotFound(_("There is no such problem."))
    await count_again(work)
    return _(message)


async def remind_of_payment(work: Work, payment_id: UUID) -> None:
    """Send the link of a payment once more, on every channel that reaches the person."""
    payer = await work.row(PAYER, id=payment_id)
    if payer is None:
        raise NotFound(_("There is no such payment."))
    await send_link_again(work, payment_id, _channels(payer))


async def remind_of_enrolment(work: Work, enrolment_id: UUID) -> None:
    """Send the link of the payment that an enrolment was asked for with. Raises Conflict when it was cancelled meanwhile."""
    enrolment = await _enrolment(work, enrolment_id)
    if enrolment.asked is None:
        raise Conflict(_("Nothing is asked for any more. Look at it again."))
    await remind_of_payment(work, enrolment.asked)


async def ask_for_enrolment(work: Work, enrolment_id: UUID) -> None:
    """Ask for the price of an enrolment in one part. Raises Conflict when it is asked for already."""
    enrolment = await _enrolment(work, enrolment_id)
    if enrolment.asked is not None:
        raise Conflict(_("It is asked for already. Look at it again."))
    await ask_for_payment(
        work,
        NewPayment(
            person_id=enrolment.person_id,
            purpose=enrolment.title[:LONGEST_PURPOSE].strip(),
            amount_paise=enrolment.price_paise,
            parts=[Part(enrolment.price_paise)],
            announce=_channels(enrolment),
            enrolment_id=enrolment.id,
        ),
    )


async def enrol_again(work: Work, payment_id: UUID) -> None:
    """Enrol again who has paid for an enrolment that was withdrawn. Raises Conflict, and BatchFull."""
    paid = await _paid_for(work, payment_id)
    if paid.enrolment_id is None:
        raise Conflict(_("This has moved on meanwhile. Look at it again."))
    await restore_enrolment(work, paid.enrolment_id)


async def approve_paid(work: Work, payment_id: UUID) -> None:
    """Approve the application that was paid for, into the batch it names. Raises Conflict, and BatchFull."""
    paid = await _paid_for(work, payment_id)
    if paid.application_id is None or paid.batch_id is None:
        raise Conflict(_("This has moved on meanwhile. Look at it again."))
    await approve(work, Approval(paid.application_id, paid.version, paid.batch_id))


async def match_plain(work: Work, session_id: UUID, act: str) -> str:
    """Say whose the stays of a participant are, as the button named them. Raises NotFound, InvalidInput and Conflict."""
    try:
        _match, stay_id, person_id = act.split(".")
        name = await match_by_hand(work, session_id, UUID(stay_id), UUID(person_id))
    except ValueError:
        raise NotFound(_("There is no such problem.")) from None
    return _("It was {name}.", name=name)


async def make_link_of_enrolment(work: Work, enrolment_id: UUID) -> None:
    """Have the link made that an enrolment was asked for with. Raises Conflict when it was cancelled meanwhile."""
    enrolment = await _enrolment(work, enrolment_id)
    if enrolment.asked is None:
        raise Conflict(_("Nothing is asked for any more. Look at it again."))
    await make_links(work, enrolment.asked)


async def _paid_for(work: Work, payment_id: UUID) -> Row:
    paid = await work.row(PAID_FOR, id=payment_id)
    if paid is None:
        raise NotFound(_("There is no such payment."))
    return paid


async def _enrolment(work: Work, enrolment_id: UUID) -> Row:
    await work.rows(LOCK_ENROLMENT, id=enrolment_id)
    enrolment = await work.row(ENROLMENT, id=enrolment_id)
    if enrolment is None:
        raise NotFound(_("This enrolment does not exist any more."))
    if enrolment.state != "active":
        raise Conflict(_("This has moved on meanwhile. Look at it again."))
    return enrolment


def _channels(person: Row) -> list[str]:
    return [name for name, to in (("email", person.email), ("whatsapp", person.phone)) if to]


MENDS: dict[tuple[str, str], tuple[Callable[[Work, UUID], Awaitable[None]], str]] = {
    ("failed", "retry"): (retry_delivery, "It is on its way again."),
    ("unknown", "lookup"): (look_up_again, "The provider is being asked."),
    ("unknown", "another"): (send_anyway, "It is sent again."),
    ("unknown", "arrived"): (mark_arrived, "Noted as arrived."),
    ("not_enrolled", "restore"): (enrol_again, "They are enrolled again."),
    ("not_enrolled", "approve"): (approve_paid, "Approved and enrolled."),
    ("flagged", "resolve"): (resolve_flagged, "Noted as dealt with."),
    ("unpaid", "ask"): (ask_for_enrolment, "It is asked for. The link is on its way."),
    ("unpaid", "link"): (remind_of_enrolment, "The link is on its way."),
    ("overdue", "link"): (remind_of_payment, "The link is on its way."),
    ("unpaid", "make"): (make_link_of_enrolment, "The link is being made, and sent when it is there."),
    ("overdue", "make"): (make_links, "The link is being made, and sent when it is there."),
    ("imports", "check"): (check_again, "It is being checked again. Confirm it on its page then."),
    ("rejected", "seen"): (note_seen, "Noted as seen. What comes from now on is counted anew."),
    ("meetings", "retry"): (retry_meeting, "Zoom is being asked again."),
    ("meetings", "remake"): (make_meeting_again, "A new meeting is being made."),
    ("recordings", "sync"): (sync_now, "Zoom is being asked."),
    ("steps", "retry"): (retry_step, "It is planned again, for now."),
    ("steps", "now"): (run_step_now, "It is being tried now."),
}
