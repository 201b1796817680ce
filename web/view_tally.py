"""Reports of what was watched, counted together: what comes while one lot is being written makes up the next.

Thousands of players report every few seconds. Each is answered when its seconds are counted; one transaction counts many.
"""

import asyncio
from uuid import UUID

from adapters.postgres.database import Database
from domain.errors import NotFound
from domain.language import _
from domain.recordings.viewing import Claim, count_views
from domain.work import SYSTEM, Row

MOST = 200

Waiting = tuple[Claim, "asyncio.Future[Row]"]


class ViewTally:
    """Counts for one process. Whose a claim is has been proved before; the system writes it, where they may still watch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def count(self, claim: Claim) -> Row:
        """Count one claim; return percent, seconds and whether it is watched. Raises NotFound."""
        answer: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.append((claim, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            lot = self._take()
            try:
                async with self._database.work(SYSTEM) as work:
                    found = await count_views(work, [claim for claim, _answer in lot.values()])
            except Exception as error:
                for _claim, answer in lot.values():
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for key, (_claim, answer) in lot.items():
                if answer.done():  # whoever waited has gone
                    continue
                if key in found:
                    answer.set_result(found[key])
                else:
                    answer.set_exception(NotFound(_("We could not find that. It may have been removed.")))

    def _take(self) -> dict[tuple[UUID, UUID], Waiting]:
        """Take the next lot. One of a person and recording at a time: a second tab's report waits for the next."""
        lot: dict[tuple[UUID, UUID], Waiting] = {}
        rest: list[Waiting] = []
        for waiting in self._waiting:
            key = waiting[0].key
            if key in lot or len(lot) >= MOST:
                rest.append(waiting)
            else:
                lot[key] = waiting
        self._waiting = rest
        return lot
