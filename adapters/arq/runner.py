"""What a worker does at each tick: run due steps, send what waits, look up what is in doubt, apply what was reported.

A sweep starts what there is to do and returns; the work itself goes on beside it, so that a long import never keeps an
e-mail waiting. Every piece is claimed in Postgres, so any number of sweeps and workers may overlap.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import partial

from adapters.arq.events import APPLIERS, Events
from adapters.arq.ports import ports_of
from adapters.arq.rules import Rules
from adapters.arq.senders import LOOKED_UP, SENDERS, Senders
from adapters.arq.steps import Steps
from adapters.bootstrap import Services
from adapters.postgres.error_log import ErrorLog
from domain.accounts.api_answers import forget_old_answers
from domain.integrations.accounts import let_channels_go
from domain.integrations.requests import forget_requests
from domain.messaging.composing import Composer
from domain.payments.checking import check_request, claim_check
from domain.problems.keeping import EVERY, keep_count
from domain.work import SYSTEM

log = logging.getLogger(__name__)

FOLD_EVERY = 60.0


class Runner:
    """Runs everything that is due, with the services of this process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.database = services.database
        self.errors = ErrorLog(services.database)
        lease = services.settings.lease_seconds
        self.ports = ports_of(services)
        self.composer = Composer(self.ports)
        self.events = Events(services.database, self.errors)
        self.rules = Rules(services.database, self.errors)
        self.senders = Senders(services, self.composer, self._begin)
        self.steps = Steps(services.database, self.errors, self.ports, lease)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._folded = self._counted = 0.0
        self._has_begun = False
        self._again: set[str] = set()

    async def sweep(self) -> None:
        """Start whatever is due and not yet under way in this process."""
        if not self._has_begun:
            self._begin("accounts", self._try_accounts)
        for provider in APPLIERS:
            self._begin(f"webhooks of {provider}", partial(self.events.apply, provider))
        for channel in LOOKED_UP:
            self._begin(f"doubts of {channel}", partial(self.senders.settle_doubts, channel))
        self._begin("doubts of whatsapp", self.senders.park_doubts)
        for channel in SENDERS:
            self._begin(f"{channel} sender 0", partial(self.senders.send, channel, 0))
        self._begin("payments", self._check_payments)
        self._begin("rules", self.rules.act)
        if time.monotonic() - self._folded > FOLD_EVERY:
            self._folded = time.monotonic()
            self._begin("folding", self._fold)
        if time.monotonic() - self._counted > EVERY:
            self._counted = time.monotonic()
            self._begin("problems", self._count_problems)
        await self.steps.start()

    async def stop(self) -> None:
        """Let what is being sent end; give steps back at once."""
        self.steps.stop()
        pending = {*self.steps.running, *self._tasks.values()}
        if pending:
            await asyncio.wait(pending, timeout=20)

    async def idle(self) -> None:
        """Wait until nothing is under way in this process."""
        while running := {task for task in (*self._tasks.values(), *self.steps.running) if not task.done()}:
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

    async def _try_accounts(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await let_channels_go(work)
        self._has_begun = True

    async def _count_problems(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await keep_count(work)

    async def _fold(self) -> None:
        async with self.database.work(SYSTEM) as work:
            await work.run("select fold_lead_counts()")
            await forget_requests(work)
            await forget_old_answers(work)

    async def _check_payments(self) -> None:
        """Read what is open at the gateway again: a webhook that never comes must lose nothing."""
        is_live = self.ports.payments_are_live
        while True:
            async with self.database.work(SYSTEM) as work:
                request_id = await claim_check(work, is_live=is_live)
            if request_id is None:
                return
            await check_request(lambda: self.database.work(SYSTEM), self.services.payments, request_id)
