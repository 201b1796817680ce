"""What people are sent about a payment: the link to pay at, and the receipt."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from domain.audit import record
from domain.automation.holding import stop_flood
from domain.automation.planning import IS_REPORTED
from domain.automation.running import Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.errors import Conflict, InvalidInput, NotFound, TooMany
from domain.language import _
from domain.messaging.outbox import plan_email, plan_whatsapp
from domain.payments.announcing import BY_HAND, Announcement
from domain.payments.money import HOME_ZONE, rupees
from domain.sessions.telling import CAN_EMAIL, CAN_PHONE
from domain.work import Row, Work

BETWEEN_LINKS = timedelta(minutes=1)
CHANNELS = ("email", "whatsapp")

FACTS = f"""
select p.id, p.number, p.person_id, p.purpose, p.amount_paise, p.paid_paise, p.state, p.due_on, p.cancelled_at,
  h.name, h.email, h.phone, h.is_demo,
  exists (select from people p where p.id = h.id and {CAN_PHONE} and (p.consent_whatsapp or not {CAN_EMAIL})) as takes_whatsapp,
  (select count(*) from payment_requests r where r.payment_id = p.id) as parts,
  (select min(r.due_on) from payment_requests r where r.payment_id = p.id and r.state <> 'paid') as next_due_on,
  (select count(*) from payment_requests r where r.payment_id = p.id and r.state = 'open') as open_parts
from payments p join people h on h.id = p.person_id where p.id = %(id)s
"""
SENT = """
select count(*) as count, max(created_at) as last_at from deliveries
where subject_id = %(id)s and kind = 'payment_link'
"""
# What a step of a rule has asked for is told by the rule: held, counted and judged as all that rules send.
MARK = """
update deliveries d set rule_key = s.rule_key, rule_version = s.rule_version, step_id = s.id
from automation_steps s where s.id = %(step)s and d.id = any(%(ids)s)
"""
AN_HOUR = "select value::int from business_settings where key = 'automatic_messages_an_hour'"
# One that is being judged at this moment is waited for: it may be about to be withdrawn.
BRING_BACK = f"""
with here as (
  select d.id, d.state from payments m join deliveries d on d.step_id = m.step_id and d.subject_id = m.id
   where m.person_id = %(person)s and m.cancelled_at is null and d.state in ('pending', 'retry', 'cancelled')
     and not {IS_REPORTED} and exists (select from payment_requests r where r.payment_id = m.id and r.state = 'open')
     and not exists (select from deliveries o where o.step_id = m.step_id and o.state in ('sending', 'unknown', 'sent'))
   order by d.id for update of d
)
update deliveries set state = 'pending', reason = '', retry_at = null, attempt = 0, due_at = %(now)s
where id in (select id from here where state = 'cancelled')
"""


async def plan_link(work: Work, payment_id: UUID, channels: Collection[str], told: Announcement = BY_HAND) -> None:
    """Plan the link of a payment to leave through those of the channels that reach the person. A second call sends again.

    Where a rule has asked for it, it leaves as the rule's.
    """
    facts = await work.row(FACTS, id=payment_id, now=work.now)
    if facts is None:
        raise NotFound(_("There is no such payment."))
    sent = await work.row(SENT, id=payment_id)
    key = f"payment_link:{payment_id}:{sent.count if sent else 0}"
    about = _params(facts)
    about |= {"what_for": facts.purpose, "due": about["due_on"] or _("today")}
    planned: list[UUID | None] = []
    if "email" in channels and facts.email:
        email = await plan_email(
            work,
            kind="payment_link",
            to=facts.email,
            name=facts.name,
            template=told.email,
            key=key,
            params=about,
            person_id=facts.person_id,
            subject_id=payment_id,
            due_at=told.due_at,
        )
        planned.append(email)
    if "whatsapp" in channels and facts.phone:
        message = await plan_whatsapp(
            work,
            kind="payment_link",
            to=facts.phone,
            name=facts.name,
            template=told.whatsapp,
            key=f"{key}:whatsapp",
            params=told.filled(about),
            buttons=[str(payment_id)],
            links=["payment_id"],
            person_id=facts.person_id,
            subject_id=payment_id,
            due_at=told.due_at,
        )
        planned.append(message)
    if told.step_id and planned:
        await _mark(work, told.step_id, planned)


async def bring_links_back(work: Work, person_id: UUID) -> None:
    """Let links that rules had sent to somebody, and that were withdrawn before they left, leave after all: they can be paid."""
    if await work.run(BRING_BACK, person=person_id, now=work.now):
        work.nudge()
        work.signal("deliveries")


async def send_link_again(work: Work, payment_id: UUID, channels: Collection[str]) -> None:
    """Send the link once more. Raises Conflict when there is nothing to pay, TooMany within a minute of the last."""
    work.require_admin()
    facts = await work.row(FACTS, id=payment_id, now=work.now)
    if facts is None:
        raise NotFound(_("There is no such payment."))
    if not facts.open_parts:
        raise Conflict(_("There is nothing to pay at this link just now."))
    if not channels:
        raise InvalidInput({"by_email": _("Choose how to send it.")})
    if "email" in channels and not facts.email:
        raise InvalidInput({"by_email": _("There is no e-mail address to send it to.")})
    if "whatsapp" in channels and not facts.phone:
        raise InvalidInput({"by_whatsapp": _("There is no phone number to send it to.")})
    sent = await work.row(SENT, id=payment_id)
    if sent and sent.last_at and (wait := sent.last_at + BETWEEN_LINKS - work.now) > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise TooMany(_("It was sent a moment ago. Try again in {count} seconds.", count=seconds), seconds)
    await plan_link(work, payment_id, channels)
    await record(work, "payment.link_sent", "payment", payment_id, facts.name, amount=rupees(facts.amount_paise))
    work.signal(f"payment:{payment_id}")


async def plan_receipt(work: Work, request: Row, gateway_payment_id: UUID, paise: int) -> None:
    """Plan the receipt for one payment that came in; a second call for the same one plans nothing.

    It goes by e-mail, and by WhatsApp to who has agreed to that or cannot be reached by e-mail.
    """
    facts = await work.row(FACTS, id=request.payment_id, now=work.now)
    if facts is None:
        return
    if facts.takes_whatsapp:
        payload = {"receipt_id": str(gateway_payment_id), "received": rupees(paise)}
        key = f"send_receipt:{gateway_payment_id}"
        await plan_step(work, "send_receipt", request.payment_id, key=key, person_id=facts.person_id, payload=payload)
    if not facts.email:
        return
    left = max(facts.amount_paise - facts.paid_paise, 0) if facts.cancelled_at is None else 0
    await plan_email(
        work,
        kind="payment_received",
        to=facts.email,
        name=facts.name,
        key=f"payment_received:{gateway_payment_id}",
        params={
            **_params(facts),
            "received": rupees(paise),
            "received_on": work.now.astimezone(HOME_ZONE).strftime("%-d %B %Y"),
            "left": rupees(left) if left else "",
            "receipt_id": str(gateway_payment_id),
        },
        person_id=facts.person_id,
        subject_id=request.payment_id,
    )


async def send_receipt(run: StepRun) -> None:
    """Handle the step: send a receipt by WhatsApp."""
    receipt_id, received = run.step.payload["receipt_id"], run.step.payload["received"]
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        facts = await work.row(FACTS, id=run.step.subject_id, now=work.now)
        if facts is None or not facts.takes_whatsapp:
            raise Skip(_("They take nothing on WhatsApp any more."))
        await plan_whatsapp(
            work,
            kind="payment_received",
            to=facts.phone,
            name=facts.name,
            template="payment_received",
            key=f"payment_received:{receipt_id}:whatsapp",
            params=[_params(facts)["first_name"], received, facts.purpose],
            buttons=[receipt_id],
            links=["receipt_id"],
            person_id=facts.person_id,
            subject_id=facts.id,
        )


async def _mark(work: Work, step_id: UUID, planned: Sequence[UUID | None]) -> None:
    # Those that are too many are written, and wait: all rules are paused then.
    await stop_flood(work, await work.value(AN_HOUR), len(planned))
    await work.run(MARK, step=step_id, ids=planned)


def _params(facts: Row) -> dict[str, str]:
    return {
        "first_name": (facts.name.split() or [_("there")])[0],
        "purpose": facts.purpose,
        "number": str(facts.number),
        "amount": rupees(facts.amount_paise),
        "parts": str(facts.parts) if facts.parts > 1 else "",
        "due_on": facts.next_due_on.strftime("%-d %B %Y") if facts.next_due_on else "",
    }
