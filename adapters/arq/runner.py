"""What a worker does at each tick: run due steps, send what waits, look up what is in doubt, apply what was reported.

A sweep starts what there is to do and returns; the work itself goes on beside it, so that a long import never keeps an
e-mail waiting. Every piece is claimed by a lease in Postgres, so any number of sweeps and workers may overlap.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from adapters.bootstrap import Services
from adapters.postgres.database import PASSING
from adapters.postgres.error_log import ErrorLog
from adapters.traffic.leaving import leaving_until
from domain.accounts.api_answers import forget_old_answers
from domain.automation.acting import CannotAct, act_on_due, put_off
from domain.automation.handlers import HANDLERS
from domain.automation.running import (
    Failed,
    Later,
    LeaseLost,
    Ports,
    Skip,
    Step,
    StepRun,
    claim_steps,
    do_later,
    finish_step,
    hold,
    try_again,
)
from domain.integrations.accounts import let_channels_go
from domain.integrations.requests import forget_requests
from domain.messaging.composing import Composer
from domain.messaging.outbox import Channel
from domain.messaging.sending import (
    FOUND_WITHIN,
    Batch,
    claim_batch,
    claim_doubtful,
    park_doubtful,
    settle,
    settle_doubt,
)
from domain.messaging.sending.batches import Doubtful, Message
from domain.messaging.sending.settling import AnyOutcome
from domain.messaging.webhooks import AT_ONCE, apply_call_hints, apply_events, apply_whatsapp_events, set_aside, waiting
from domain.payments.checking import check_request, claim_check
from domain.ports import CannotTell, Email, Found, Missing
from domain.ports.voice import Call, CallReport
from domain.ports.whatsapp import WhatsAppText
from domain.sessions.events import apply_meeting_events
from domain.work import SYSTEM, OvertakenByAnother, Row, Work

log = logging.getLogger(__name__)

STEPS_AT_ONCE = 8
# How many of a channel leave at once. A request takes a thousand e-mails, but one WhatsApp message, or one call.
SENDERS: dict[Channel, int] = {"email": 4, "whatsapp": 6, "call": 2}
LOOKED_UP: tuple[Channel, ...] = ("email", "call")
FOLD_EVERY = 60.0
SETTLE_ATTEMPTS = 3
# provider -> applies up to so many of its waiting events, in whatever order they came, and returns how many it did.
APPLIERS: dict[str, Callable[[Work, int], Awaitable[int]]] = {
    "sendgrid": apply_events,
    "aisensy": apply_whatsapp_events,
    "bolna": apply_call_hints,
    "zoom": apply_meeting_events,
}


class Runner:
    """Runs everything that is due, with the services of this process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.database = services.database
        self.errors = ErrorLog(services.database)
        self.lease = services.settings.lease_seconds
        self.ports = ports_of(services)
        self.composer = Composer(self.ports)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._steps: set[asyncio.Task[None]] = set()
        self._folded = 0.0
        self._has_begun = False
        self._again: set[str] = set()

    async def sweep(self) -> None:
        """Start whatever is due and not yet under way in this process."""
        if not self._has_begun:
            self._begin("accounts", self._try_accounts)
        for provider in APPLIERS:
            self._begin(f"webhooks of {provider}", partial(self._apply_webhooks, provider))
        for channel in LOOKED_UP:
            self._begin(f"doubts of {channel}", partial(self._settle_doubts, channel))
        self._begin("doubts of whatsapp", self._park_doubts)
        for channel in SENDERS:
            self._begin(f"{channel} sender 0", partial(self._send, channel, 0))
        self._begin("payments", self._check_payments)
        self._begin("rules", self._act_on_rules)
        if time.monotonic() - self._folded > FOLD_EVERY:
            self._folded = time.monotonic()
            self._begin("folding", self._fold)
        await self._start_steps()

    async def stop(self) -> None:
        """Let what is being sent end; give steps back at once."""
        for step in self._steps:
            step.cancel()
        pending = {*self._steps, *self._tasks.values()}
        if pending:
            await asyncio.wait(pending, timeout=20)

    async def idle(self) -> None:
        """Wait until nothing is under way in this process."""
        while running := {task for task in (*self._tasks.values(), *self._steps) if not task.done()}:
            await asyncio.wait(running)

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        running = self._tasks.get(name)
        if running is not None and not running.done():
            self._again.add(name)  # something may have become due behind its last look
            return
        self._tasks[name] = asyncio.create_task(self._guarded(name, work))

    async def _guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            self._again.discard(name)
            try:
                await work()
            except Exception as error:
                log.exception("%s failed", name)
                self.errors.remember(reference=secrets.token_hex(4), component=f"worker: {name}", error=error)
                return
            if name not in self._again:
                return

    async def _apply_webhooks(self, provider: str) -> None:
        while True:
            try:
                async with self.database.work(SYSTEM) as work:
                    applied = await APPLIERS[provider](work, AT_ONCE)
            except OvertakenByAnother:
                raise
            except Exception:
                # One of them cannot be applied: alone, each either works or is found and set aside.
                applied = await self._apply_alone(provider)
            if not applied:
                return

    async def _apply_alone(self, provider: str) -> int:
        for applied in range(AT_ONCE):
            event_id = 0
            try:
                async with self.database.work(SYSTEM) as work:
                    if not (first := await waiting(work, provider, 1)):
                        return applied
                    event_id = first[0].id
                    await APPLIERS[provider](work, 1)
            except OvertakenByAnother:
                raise
            except Exception as error:
                if not event_id:
                    raise
                log.exception("an event of %s cannot be applied and is set aside", provider)
                self.errors.remember(reference=secrets.token_hex(4), component=f"worker: {provider}", error=error)
                async with self.database.work(SYSTEM) as work:
                    await set_aside(work, event_id)
        return AT_ONCE

    async def _try_accounts(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await let_channels_go(work)
        self._has_begun = True

    async def _fold(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await work.run("select fold_lead_counts()")
            await forget_requests(work)
            await forget_old_answers(work)

    async def _send(self, channel: Channel, number: int) -> None:
        """Send what is due. Each sender that finds something calls the next for help, up to as many as there may be."""
        while True:
            started = time.monotonic()
            async with self.database.work(SYSTEM) as work:
                batch = await claim_batch(work, self.composer, lease_seconds=self.lease, channel=channel)
            if batch is False:
                return
            if number + 1 < SENDERS[channel]:
                self._begin(f"{channel} sender {number + 1}", partial(self._send, channel, number + 1))
            if isinstance(batch, Batch):
                await self._settle(batch, await self._leave(batch, started))

    async def _settle(self, batch: Batch, outcome: AnyOutcome) -> None:
        # Whoever looks it up at this moment may stand in the way; what the provider has said must not be lost for that.
        for attempt in range(SETTLE_ATTEMPTS):
            try:
                async with self.database.work(SYSTEM) as work:
                    await settle(work, batch, outcome, lookup_delay=self.services.settings.lookup_delay_seconds)
                return
            except OvertakenByAnother:
                if attempt + 1 == SETTLE_ATTEMPTS:
                    raise

    async def _leave(self, batch: Batch, started: float) -> AnyOutcome:
        # A process that was frozen past its lease must not send: someone else may have looked the batch up and sent it.
        with leaving_until(started + self.lease / 2):
            return await self._hand_over(batch.message)

    async def _hand_over(self, message: Message) -> AnyOutcome:
        if isinstance(message, Email):
            return await self.services.email.send(message)
        if isinstance(message, Call):
            return await self.services.voice.call(message)
        if isinstance(message, WhatsAppText):
            return await self.services.whatsapp.send_text(message)
        return await self.services.whatsapp.send(message)

    async def _settle_doubts(self, channel: Channel) -> None:
        while True:
            async with self.database.work(SYSTEM) as work:
                doubtful = await claim_doubtful(work, lease_seconds=self.lease, channel=channel)
            if doubtful is None:
                return
            answer = await self._look_up(doubtful)
            async with self.database.work(SYSTEM) as work:
                # The sandbox finds what it has taken at once.
                found_within = FOUND_WITHIN if self.ports.email_is_live else 0.0
                await settle_doubt(work, doubtful, answer, found_within=found_within)

    async def _look_up(self, doubtful: Doubtful) -> Found | CallReport | Missing | CannotTell:
        if doubtful.channel == "call":
            return await self.services.voice.find(doubtful.delivery_id, doubtful.since, doubtful.agent_id)
        return await self.services.email.find(doubtful.send_id)

    async def _park_doubts(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await park_doubtful(work)

    async def _check_payments(self) -> None:
        """Read what is open at the gateway again: a webhook that never comes must lose nothing."""
        is_live = self.ports.payments_are_live
        while True:
            async with self.database.work(SYSTEM) as work:
                request_id = await claim_check(work, is_live=is_live)
            if request_id is None:
                return
            await check_request(lambda: self.database.work(SYSTEM), self.services.payments, request_id)

    async def _act_on_rules(self) -> None:
        """Act on what rules have planned. Where several steps go wrong together, each is tried alone."""
        alone = 0
        while True:
            values = {"most": 1} if alone else {}
            alone = max(alone - 1, 0)
            try:
                async with self.database.work(SYSTEM) as work:
                    if not await act_on_due(work, lease_seconds=self.lease, **values):
                        return
            except CannotAct as problem:
                cause = problem.__cause__
                if isinstance(cause, PASSING):
                    log.warning("acting on rules was broken off: %s", type(cause).__name__)
                    return  # the next sweep does it
                if len(problem.steps) > 1:
                    alone = len(problem.steps)
                    continue
                await self._put_off(problem.steps[0], cause or problem)

    async def _put_off(self, step: Row, error: BaseException) -> None:
        reference = secrets.token_hex(4)
        log.error("step %s (%s) failed: %s", step.id, step.rule_key, type(error).__name__, exc_info=error)
        self.errors.remember(reference=reference, component=f"rule: {step.rule_key}", error=error)
        async with self.database.work(SYSTEM) as work:
            await put_off(work, step, f"Went wrong ({type(error).__name__}), reference {reference}.")

    async def _start_steps(self) -> None:
        free = STEPS_AT_ONCE - len(self._steps)
        if free <= 0:
            return
        async with self.database.work(SYSTEM) as work:
            steps = await claim_steps(work, most=free, lease_seconds=self.lease)
        for step in steps:
            task = asyncio.create_task(self._run(step))
            self._steps.add(task)
            task.add_done_callback(self._step_ended)

    def _step_ended(self, task: asyncio.Task[None]) -> None:
        self._steps.discard(task)

    async def _run(self, step: Step) -> None:
        beat = asyncio.create_task(self._keep_lease(step))
        try:
            await self._handle(step)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(step))
        except Later as later:
            with suppress(LeaseLost):
                async with self.database.work(SYSTEM) as work:
                    await do_later(work, step, later)
        except LeaseLost:
            log.warning("step %s was taken over by another worker", step.id)
        except Exception as error:
            await self._retry(step, error)
        finally:
            beat.cancel()

    async def _handle(self, step: Step) -> None:
        state, reason = "done", ""
        try:
            handler = HANDLERS.get(step.kind)
            if handler is None:
                raise Failed(f"This version does not know how to do “{step.kind}”.")
            await handler(StepRun(step, self.ports, lambda: self.database.work(SYSTEM), self.lease))
        except Skip as skip:
            state, reason = "skipped", str(skip)
        except Failed as failed:
            state, reason = "failed", str(failed)
        async with self.database.work(SYSTEM) as work:
            await finish_step(work, step, state, reason)

    async def _retry(self, step: Step, error: Exception) -> None:
        reference = secrets.token_hex(4)
        log.error("step %s (%s) failed: %s", step.id, step.kind, type(error).__name__, exc_info=error)
        self.errors.remember(reference=reference, component=f"step: {step.kind}", error=error)
        with suppress(LeaseLost):
            async with self.database.work(SYSTEM) as work:
                await try_again(work, step, f"Went wrong ({type(error).__name__}), reference {reference}.")

    async def _give_back(self, step: Step) -> None:
        with suppress(LeaseLost):
            async with self.database.work(SYSTEM) as work:
                await try_again(work, step, "The worker was stopped; another goes on.", counted=False)

    async def _keep_lease(self, step: Step) -> None:
        """Renew the lease while the handler runs; what the handler commits is fenced by its own ``still_mine``."""
        while True:
            await asyncio.sleep(self.lease / 3)
            with suppress(Exception):
                async with self.database.work(SYSTEM) as work:
                    await hold(work, step, self.lease)


def ports_of(services: Services) -> Ports:
    settings = services.settings
    return Ports(
        files=services.files,
        renderer=services.renderer,
        hasher=services.hasher,
        secret=settings.secret,
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        mail_from_name=settings.mail_from_name,
        email=services.email,
        whatsapp=services.whatsapp,
        voice=services.voice,
        payments=services.payments,
        meetings=services.meetings,
        email_is_live=settings.is_live("sendgrid"),
        whatsapp_is_live=settings.is_live("aisensy"),
        voice_is_live=settings.is_live("bolna"),
        reply_domain=settings.reply_domain,
        copies_recordings=settings.recording_copies,
        largest_copy=settings.recording_copy_mb * 1024 * 1024,
        payments_are_live=settings.is_live("instamojo"),
        meetings_are_live=settings.is_live("zoom"),
        lookup_delay=settings.lookup_delay_seconds,
    )
