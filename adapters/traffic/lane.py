"""A provider's lane, as one process sees it: tokens taken from Postgres in lots, and the breaker's state of a moment ago.

Postgres holds the truth for all processes. A lot is good for a second, so that an idle process hoards nothing and the
breaker's state is never staler than that; a process that is busy asks Postgres a few times a second, not once a request.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres.database import Database
from adapters.traffic import statements
from adapters.traffic.held_back import HeldBack
from domain.integrations.states import THRESHOLD
from domain.language import _
from domain.work import SYSTEM, Row

log = logging.getLogger(__name__)

# Seconds a lot of tokens, and with it the breaker's state, may be used.
GOOD_FOR = 1.0
# The part of a second's tokens that one process takes at once, at most: others want some, too.
LARGEST_LOT = 0.25
# Seconds a request waits for its turn before it goes back to its queue.
PATIENCE = 5.0
# Seconds after which a probe that never ended is given up; longer than any client's time-out.
PROBE_SECONDS = 60.0
# However long the provider wants to be left alone.
LONGEST_PAUSE = 900.0
NO_DATABASE = (psycopg.Error, SQLAlchemyError, OSError, TimeoutError)


class Lane:
    """Lets requests to one provider out at its rate, and none while it is paused or does not answer."""

    def __init__(self, database: Database, provider: str, title: str, rate: float, patience: float = PATIENCE) -> None:
        self.provider, self.title, self.rate = provider, title, rate
        self.succeeded_at: float | None = None  # monotonic; taken by the log, which writes it down
        self.quota: Mapping[str, Any] = {}
        self._database = database
        self._burst = max(rate, 1.0)
        self._tokens = 0
        self._good_until = 0.0
        self._held: tuple[float, str] | None = None
        self._lot = 1
        self._is_probe = False
        self._failures = 0
        self._patience = patience
        self._turn = asyncio.Lock()

    async def enter(self) -> bool:
        """Return when a request may go out, and whether it is the one that finds out if the provider is back.

        Raises HeldBack when none may go out, or not soon.
        """
        if self._take():
            return self._tries()
        deadline = time.monotonic() + self._patience
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise self._no_turn(1.0) from None
        try:
            while not self._take():
                if wait := await self._lease():
                    if time.monotonic() + wait > deadline:
                        raise self._no_turn(wait)
                    await asyncio.sleep(wait)
        finally:
            self._turn.release()
        return self._tries()

    def _tries(self) -> bool:
        is_probe, self._is_probe = self._is_probe, False
        return is_probe

    def still_silent(self) -> HeldBack:
        """Return what to raise when a request that was to find out found nothing."""
        return HeldBack(self._silence(), GOOD_FOR)

    def _no_turn(self, wait: float) -> HeldBack:
        return HeldBack(_("{provider} takes no more at once: this waits for its turn.", provider=self.title), wait)

    def _take(self) -> bool:
        now = time.monotonic()
        if now >= self._good_until:
            return False
        if self._held:
            until, reason = self._held
            raise HeldBack(reason, max(until - now, 0.1))
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    async def _lease(self) -> float:
        """Take the next lot and return 0; where there is none yet, return the seconds until one token is."""
        used_up = time.monotonic() < self._good_until
        most = max(1, int(self.rate * LARGEST_LOT))
        self._lot = min(self._lot * 2, most) if used_up else 1
        row = await self._ask(statements.LEASE, rate=self.rate, burst=self._burst, want=self._lot, probe=PROBE_SECONDS)
        self._failures = row.failures
        if row.why == "empty":
            return float(row.wait)
        now = time.monotonic()
        self._tokens, self._good_until = row.granted, now + GOOD_FOR
        self._held = (now + row.wait, self._reason(row)) if row.why else None
        self._is_probe = not row.why and row.failures >= THRESHOLD
        return 0.0

    def _reason(self, row: Row) -> str:
        if row.account_problem:
            return str(row.account_problem)
        if row.why == "paused":
            return _("{provider} asked us to slow down: nothing is sent to it for the moment.", provider=self.title)
        return self._silence()

    def _silence(self) -> str:
        return _("{provider} does not answer: nothing is sent to it until it does.", provider=self.title)

    async def succeeded(self) -> None:
        """Write down that the provider answered: at once when that ends an outage, else with the next lines of the log."""
        self.succeeded_at = time.monotonic()
        if self._failures:
            self._failures = 0
            await self._tell(statements.SUCCEEDED)

    async def failed(self, error: str) -> None:
        """Write down that the provider failed; after several in a row nothing goes out for a time that grows."""
        await self._tell(statements.FAILED, error=error)

    async def refused(self, error: str) -> None:
        """Write down that the provider answers but turns us away: that ends an outage, and is no success."""
        self.succeeded_at = None
        await self._tell(statements.REFUSED, error=error)

    async def throttled(self, error: str, seconds: float) -> None:
        """Write down that the provider wants a pause of so many seconds."""
        await self._tell(statements.THROTTLED, error=error, wait=min(seconds, LONGEST_PAUSE))

    async def _tell(self, statement: str, **values: Any) -> None:
        """Change the shared state; what this process holds is void, so the next request asks anew."""
        try:
            async with self._database.work(SYSTEM) as work:
                row = await work.row(statement, provider=self.provider, threshold=THRESHOLD, **values)
                if row is not None and row.has_turned:
                    work.signal("integrations")
        except NO_DATABASE as problem:
            log.warning("what %s answered could not be noted: %s", self.provider, type(problem).__name__)
            return
        self._failures = row.failures if row else 0
        self.forget()

    def forget(self) -> None:
        """Hold nothing of a moment ago any more: the next request asks Postgres."""
        self._tokens, self._good_until, self._held = 0, 0.0, None

    async def _ask(self, statement: str, **values: Any) -> Row:
        try:
            async with self._database.work(SYSTEM) as work:
                row = await work.row(statement, provider=self.provider, threshold=THRESHOLD, **values)
        except NO_DATABASE as problem:
            reason = _("The database does not say whether {provider} may be asked.", provider=self.title)
            raise HeldBack(reason, PATIENCE) from problem
        assert row is not None, f"{self.provider} has no row in provider_traffic"
        return row
