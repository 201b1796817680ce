"""Looking at the gateway: when a webhook or a payer says that something happened, and from time to time by itself."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from domain.automation.running import Later, StepRun
from domain.automation.steps import plan_step
from domain.payments.reading import take_attempts, take_link, take_stranger
from domain.payments.requests import FIRST_CHECK
from domain.ports import CannotTell, Missing
from domain.ports.payments import PaymentGateway, PaymentHint
from domain.work import Row, Work

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
PROVIDER = "instamojo"
SELDOMEST = timedelta(days=1)
# The webhook itself reads at once; the step is for when that fails, and nobody calls again.
HINT_LATER = timedelta(minutes=2)

# Its next look is put off at once, further each time: who crashes over it only looks later.
CLAIM = """
with one as (
  select r.id from payment_requests r join payments p on p.id = r.payment_id
   where r.next_check_at <= %(now)s and r.state in ('open', 'disabled') and not (p.is_demo and %(is_live)s)
   order by r.next_check_at limit 1 for update of r skip locked
)
update payment_requests r set checks = r.checks + 1, next_check_at = case when r.state = 'open'
    then %(now)s + least(%(first)s * power(2, least(r.checks, 10) + 1), %(seldomest)s::interval) end
  from one where r.id = one.id returning r.id
"""
REQUEST = """
select r.id, r.payment_id, r.gateway, r.gateway_id, r.reference, r.state, r.asked_at, p.is_demo
from payment_requests r join payments p on p.id = r.payment_id
"""
STORE = """
insert into webhook_events (provider, event_id, kind, payload, occurred_at)
values (%(provider)s, %(event_id)s, %(kind)s, %(payload)s, %(now)s)
on conflict (provider, event_id) do update set event_id = excluded.event_id
returning id, processed_at
"""
KNOWN = """
select status from gateway_payments where gateway = %(provider)s and gateway_payment_id = %(payment_id)s
"""
DONE = "update webhook_events set processed_at = now(), outcome = %(outcome)s where id = %(id)s"


async def claim_check(work: Work, *, is_live: bool) -> UUID | None:
    """Take the next request that is due to be looked at, and put its next look off."""
    request_id: UUID | None = await work.value(
        CLAIM, now=work.now, is_live=is_live, first=FIRST_CHECK, seldomest=SELDOMEST
    )
    return request_id


async def check_request(open_work: OpenWork, gateway: PaymentGateway, request_id: UUID) -> str:
    """Read a request from the gateway and write down what came of it; return why that could not be, else nothing.

    ``open_work`` opens units of work of the system; none is held while the gateway is asked.
    """
    async with open_work() as work:
        request = await work.row(f"{REQUEST} where r.id = %(id)s", id=request_id)
    if request is None or (request.gateway_id is None and request.asked_at is None):
        return ""
    link = await (
        gateway.get(request.gateway_id) if request.gateway_id else gateway.find(request.reference, request.asked_at)
    )
    if isinstance(link, CannotTell):
        return link.reason
    if not isinstance(link, Missing):
        async with open_work() as work:
            await take_link(work, request_id, link)
    return ""


@dataclass(frozen=True, slots=True)
class HintTaken:
    """What came of a webhook: why the gateway could not be asked, else nothing; ``is_new`` unless it was read before."""

    problem: str = ""
    is_new: bool = True


async def take_hint(open_work: OpenWork, gateway: PaymentGateway, hint: PaymentHint) -> HintTaken:
    """Keep what a signed webhook says, once, and read from the gateway what is true of it. Raises nothing.

    Where the gateway could not be asked nothing is believed, and the webhook has to come again.
    """
    async with open_work() as work:
        event = await _store(work, hint)
        request = await find_request(work, hint.request_id, hint.reference)
    if event.processed_at is not None:
        return HintTaken(is_new=False)
    if request is not None and (problem := await check_request(open_work, gateway, request.id)):
        return HintTaken(problem)
    async with open_work() as work:
        outcome = await work.value(KNOWN, provider=PROVIDER, payment_id=hint.payment_id)
    if outcome is None:
        outcome, problem = await _read_payment(open_work, gateway, hint)
        if problem:
            return HintTaken(problem)
    async with open_work() as work:
        await work.run(DONE, id=event.id, outcome=outcome)
    return HintTaken()


async def read_hint(run: StepRun) -> None:
    """Handle the step: read what a kept webhook was about, until the gateway can say. One that was read changes nothing."""
    hint = PaymentHint(**run.step.payload)
    if problem := (await take_hint(run.work, run.ports.payments, hint)).problem:
        raise Later(problem, HINT_LATER.total_seconds())


async def find_request(work: Work, gateway_id: str, reference: str = "") -> Row | None:
    """Return our request by the gateway's id, or by our reference while that id has not reached us."""
    statement = f"""{REQUEST} where r.gateway = %(provider)s and (r.gateway_id = %(gateway_id)s
      or (r.gateway_id is null and r.reference = %(reference)s)) limit 1"""
    return await work.row(statement, provider=PROVIDER, gateway_id=gateway_id, reference=reference)


async def look_soon(work: Work, payment_id: UUID) -> int:
    """Let the open requests of a payment be looked at now, and often again for a while; return how many."""
    work.nudge()
    return await work.run(
        "update payment_requests set next_check_at = %(now)s, checks = 0 where payment_id = %(id)s and state = 'open'",
        id=payment_id,
        now=work.now,
    )


async def _store(work: Work, hint: PaymentHint) -> Row:
    payload = {
        "payment_id": hint.payment_id,
        "request_id": hint.request_id,
        "reference": hint.reference,
        "status": hint.status,
    }
    kind = f"payment {hint.status.lower()}".strip()
    event = await work.row(STORE, provider=PROVIDER, event_id=hint.event_id, kind=kind, payload=payload, now=work.now)
    assert event is not None
    key = f"read_payment_hint:{hint.event_id}"
    await plan_step(work, "read_payment_hint", None, key=key, payload=asdict(hint), due_at=work.now + HINT_LATER)
    return event


async def _read_payment(open_work: OpenWork, gateway: PaymentGateway, hint: PaymentHint) -> tuple[str, str]:
    """Read a payment that no request of ours lists; return what came of it, or why it could not be read."""
    attempt = await gateway.payment(hint.payment_id)
    if isinstance(attempt, CannotTell):
        return "", attempt.reason
    if isinstance(attempt, Missing):
        return "the gateway does not know it", ""
    async with open_work() as work:
        request = await find_request(work, attempt.request_id) if attempt.request_id else None
        if request is not None:
            await take_attempts(work, request.id, [attempt], attempt.request_id)
            return attempt.status, ""
        if attempt.status == "credit":
            await take_stranger(work, PROVIDER, attempt)
    return "not ours", ""
