"""Trying a provider out: a message, a call, a payment request or a meeting for whoever asks, and what came of it.

A try is a row first; the worker makes it, once: one that was broken off is not made again, since it may have left.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.audit import record
from domain.automation.running import Skip, StepRun
from domain.automation.steps import plan_step
from domain.dashboard.trial_email import send_test_email
from domain.errors import Conflict
from domain.integrations.overview import require_provider
from domain.integrations.states import TITLES
from domain.language import _
from domain.ports.meetings import Meeting, MeetingPlan
from domain.ports.outcomes import Refused, Unavailable, Unknown
from domain.ports.payments import PaymentRequest, PaymentRequested
from domain.ports.voice import Call, CallStarted
from domain.ports.whatsapp import WhatsAppMessage, WhatsAppSent
from domain.work import Row, Work

LEAST_PAISE = 900
UNDER_WAY = """
select exists (select from provider_tests where provider = %(provider)s and state in ('waiting', 'running')
    and asked_at > %(now)s - interval '10 minutes') as is_under_way,
  coalesce((select is_demo from people where id = %(me)s), false) as is_demo,
  (select value = 'true' from business_settings where key = 'sending_paused') as is_paused
"""
ASK = """
insert into provider_tests (provider, asked_by, asked_at) values (%(provider)s, %(me)s, %(now)s) returning id
"""
BEGIN = """
update provider_tests t set state = 'running' from people h
 where t.id = %(id)s and t.state = 'waiting' and h.id = t.asked_by
returning t.provider, h.name, h.email
"""
END = """
update provider_tests set state = %(state)s, outcome = %(outcome)s, link = %(link)s, ended_at = %(now)s
 where id = %(id)s and state in ('waiting', 'running')
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a try; ``link`` leads to what was made, where there is something to see."""

    state: str
    outcome: str
    link: str = ""


async def plan_test(work: Work, provider: str, *, is_live: bool, **details: Any) -> None:
    """Plan a try for whoever asks; ``details`` say to whom and with what.

    Raises Conflict while one is under way, while sending is paused, and where demo data would be written to for real.
    """
    work.require_admin()
    require_provider(provider)
    me = work.identity
    found = await work.row(UNDER_WAY, provider=provider, me=me.person_id, now=work.now)
    assert found is not None
    if found.is_demo and is_live:
        raise Conflict(_("Demo people are never written to for real. Sign in with an account of your own."))
    if found.is_paused:
        raise Conflict(_("Sending is paused: nothing leaves until it goes on."))
    if provider == "sendgrid":
        await send_test_email(work)
        return
    if found.is_under_way:
        raise Conflict(_("A test of {provider} is under way already.", provider=TITLES[provider]))
    test_id: UUID = await work.value(ASK, provider=provider, me=me.person_id, now=work.now)
    await plan_step(work, "try_provider", test_id, key=f"try_provider:{test_id}", payload=details)
    await record(work, "integration.tested", "provider", test_id, TITLES[provider])
    work.signal("integrations")


async def try_provider(run: StepRun) -> None:
    """Make the try that was planned, and write down what came of it."""
    test_id = run.step.subject_id
    async with run.work() as work:
        test = await work.row(BEGIN, id=test_id)
        work.signal("integrations")
    if test is None:
        reason = _("It was broken off: look at the requests to see whether it had left.")
        async with run.work() as work:
            await _end(work, test_id, Ended("unknown", reason))
        raise Skip(reason)
    ended = await TRIES[test.provider](run, test)
    async with run.work() as work:
        await _end(work, test_id, ended)


async def _end(work: Work, test_id: UUID | None, ended: Ended) -> None:
    values = {"state": ended.state, "outcome": ended.outcome, "link": ended.link}
    await work.run(END, id=test_id, now=work.now, **values)
    work.signal("integrations")


async def _whatsapp(run: StepRun, test: Row) -> Ended:
    details = run.step.payload
    message = WhatsAppMessage(
        delivery_id=_id(run),
        campaign=details["campaign"],
        destination=details["to"],
        name=test.name,
        params=details["params"],
    )
    outcome = await run.ports.whatsapp.send(message)
    if isinstance(outcome, WhatsAppSent):
        return Ended("succeeded", _("Taken for {phone}. Look at your phone.", phone=outcome.destination))
    return _failed(outcome)


async def _call(run: StepRun, test: Row) -> Ended:
    call = Call(_id(run), run.step.payload["to"], {"name": test.name, "purpose": _("a test call")})
    outcome = await run.ports.voice.call(call)
    if isinstance(outcome, CallStarted):
        return Ended("succeeded", _("{phone} is being called.", phone=outcome.to_number))
    return _failed(outcome)


async def _payment(run: StepRun, test: Row) -> Ended:
    request = PaymentRequest(f"test-{_id(run)}", _("Test of the gateway"), LEAST_PAISE, test.name, test.email or "")
    outcome = await run.ports.payments.create(request)
    if isinstance(outcome, PaymentRequested):
        return Ended("succeeded", _("A request for ₹9.00 was made."), outcome.payment_request.longurl)
    return _failed(outcome)


async def _meeting(run: StepRun, _test: Row) -> Ended:
    async with run.work() as work:
        starts_at = work.now + timedelta(days=1)
    meeting = await run.ports.meetings.create(MeetingPlan(_("Test of Zoom"), starts_at, 30, "Asia/Kolkata"))
    if not isinstance(meeting, Meeting):
        return _failed(meeting)
    left = await run.ports.meetings.delete(meeting.zoom_meeting_id)
    if left is None:
        return Ended("succeeded", _("Meeting {number} was made and deleted again.", number=meeting.zoom_meeting_id))
    reason = _(
        "Meeting {number} was made, but not deleted: {reason}", number=meeting.zoom_meeting_id, reason=left.reason
    )
    return Ended("failed", reason)


def _id(run: StepRun) -> UUID:
    assert run.step.subject_id is not None
    return run.step.subject_id


def _failed(outcome: Refused | Unavailable | Unknown) -> Ended:
    return Ended("unknown" if isinstance(outcome, Unknown) else "failed", outcome.reason)


TRIES: dict[str, Callable[[StepRun, Row], Awaitable[Ended]]] = {
    "aisensy": _whatsapp,
    "bolna": _call,
    "instamojo": _payment,
    "zoom": _meeting,
}
