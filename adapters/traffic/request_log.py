"""Keeps what was said in `provider_requests`: gathered for half a second, redacted, and written in one statement."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from adapters.postgres.database import Database
from adapters.traffic import statements
from adapters.traffic.exchange import Exchange
from adapters.traffic.lane import NO_DATABASE, Lane
from adapters.traffic.redaction import Redaction
from domain.integrations.states import THRESHOLD
from domain.work import SYSTEM

log = logging.getLogger(__name__)

EVERY = 0.5
AT_ONCE = 100
# No more than are kept of a provider at all.
MOST_WAITING = 2_000


class RequestLog:
    """Gathers without making the caller wait, and never fails on its own. Close it to have the rest written."""

    def __init__(self, database: Database, redaction: Redaction, lanes: Iterable[Lane]) -> None:
        self._database, self._redaction, self._lanes = database, redaction, list(lanes)
        self._waiting: deque[Exchange] = deque(maxlen=MOST_WAITING)
        self._writer: asyncio.Task[None] | None = None
        self._full = asyncio.Event()

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange that has ended."""
        self._waiting.append(exchange)
        if len(self._waiting) >= AT_ONCE:
            self._full.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Write down all that waits."""
        while self._waiting:
            count = min(len(self._waiting), AT_ONCE)
            await self._write([self._waiting.popleft() for _number in range(count)])

    async def close(self) -> None:
        """Write the rest, at the end of the process."""
        if self._writer is not None:
            self._full.set()
            await self._writer
        await self.flush()

    async def _write_soon(self) -> None:
        try:
            async with asyncio.timeout(EVERY):
                await self._full.wait()
        except TimeoutError:
            pass
        self._full.clear()
        await self.flush()

    async def _write(self, exchanges: list[Exchange]) -> None:
        try:
            rows = await asyncio.to_thread(self._as_json, exchanges)
            async with self._database.work(SYSTEM) as work:
                await work.run(statements.KEEP, rows=rows)
                if notes := self._notes():
                    await work.run(statements.NOTE, notes=json.dumps(notes), threshold=THRESHOLD)
                work.signal("integrations")
        except NO_DATABASE as error:
            log.warning("%d requests to providers could not be kept: %s", len(exchanges), type(error).__name__)

    def _as_json(self, exchanges: list[Exchange]) -> str:
        # Postgres takes no null characters.
        return json.dumps([self._redaction.row(exchange) for exchange in exchanges]).replace("\\u0000", "")

    def _notes(self) -> list[dict[str, Any]]:
        notes = []
        for lane in self._lanes:
            at, quota = lane.succeeded_at, lane.quota
            if at is not None or quota:
                age = time.monotonic() - at if at is not None else 0
                notes.append({"provider": lane.provider, "has_succeeded": at is not None, "age": age, **quota})
                lane.succeeded_at, lane.quota = None, {}
        return notes
