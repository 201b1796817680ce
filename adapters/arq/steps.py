"""Running claimed steps, several at once: each keeps its lease while it works, and is given back when the worker stops."""

import asyncio
import logging
import secrets
from contextlib import suppress

from adapters.postgres.database import Database
from adapters.postgres.error_log import ErrorLog
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
from domain.work import SYSTEM

log = logging.getLogger(__name__)

AT_ONCE = 8


class Steps:
    """Runs steps by their handlers. ``lease``: seconds until a step that nobody renews goes to another worker."""

    def __init__(self, database: Database, errors: ErrorLog, ports: Ports, lease: float) -> None:
        self.database = database
        self.errors = errors
        self.ports = ports
        self.lease = lease
        self.running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Claim what is due, as far as there is room, and run it beside the caller."""
        free = AT_ONCE - len(self.running)
        if free <= 0:
            return
        async with self.database.work(SYSTEM) as work:
            steps = await claim_steps(work, most=free, lease_seconds=self.lease)
        for step in steps:
            task = asyncio.create_task(self._run(step))
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    def stop(self) -> None:
        """Let each be given back at once."""
        for task in self.running:
            task.cancel()

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
