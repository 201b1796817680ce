"""Placing and stopping calls: what becomes of them is decided at once, comes to pass in time, and is told as it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from adapters.sandbox.bolna.account import Account
from adapters.sandbox.bolna.calls import (
    Placed,
    Which,
    add_call,
    find_call,
    find_calls,
    find_steps,
    free_line,
    lock_account,
    next_number,
    stop_call,
)
from adapters.sandbox.bolna.costs import cost_of
from adapters.sandbox.bolna.executions import Executions
from adapters.sandbox.bolna.outcomes import FATES, WAITING, Fate, Step, steps_of, talk_of, told
from adapters.sandbox.bolna.validation import Wanted
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.outcomes import Chance

MOST_STOPPED = 10_000


@dataclass(frozen=True, slots=True)
class Calling:
    """What it takes to let a call happen."""

    database: SandboxDatabase
    callbacks: Callbacks
    account: Account
    executions: Executions
    chance: Chance

    async def place(self, wanted: Wanted, fate: Fate) -> Any:
        """Keep a call and plan what is told of it; return it with its first status."""
        async with self.database.connection() as connection, connection.transaction():
            account = await lock_account(connection)
            call_id = str(UUID(self.chance.token("call", await next_number(connection))[:32], version=4))
            if account.wallet <= 0:
                fate = FATES["balance-low"]
            begins_at = wanted.scheduled_at or await free_line(connection, account.most_at_once) or account.now
            talk = talk_of(fate, call_id, self.chance)
            first = [Step("scheduled", account.now)] if wanted.scheduled_at else []
            queued = Step("queued", wanted.scheduled_at or account.now)
            later = steps_of(fate, call_id, begins_at, talk, self.chance, wanted.retry_config)
            steps = [*first, queued, *later]
            free_at = None if fate.course == ("queued",) else steps[-1].at
            placed = Placed(call_id, wanted, fate.name, talk, cost_of(talk), account.now, free_at, steps)
            await add_call(connection, placed)
        row = await find_call(self.database, call_id)
        await self._tell_all(row, list(enumerate(steps)), fate)
        return row, steps[0]

    async def stop(self, call_id: str) -> tuple[Any, bool]:
        """Stop a call that waits and tell of it; return it, or None, and whether it was stopped."""
        row, is_stopped = await stop_call(self.database, call_id)
        if is_stopped:
            row = await find_call(self.database, call_id)
            await self._tell(row, await find_steps(self.database, call_id), row.number - 1, timedelta())
        return row, is_stopped

    async def stop_all(self, agent_id: str) -> list[str]:
        """Stop all of an agent's calls that wait, and return their ids."""
        which = Which(agent_id=agent_id, statuses=WAITING)
        waiting = await find_calls(self.database, which, limit=MOST_STOPPED, offset=0)
        return [row.id for row in waiting if (await self.stop(row.id))[1]]

    async def _tell_all(self, row: Any, steps: Sequence[tuple[int, Step]], fate: Fate) -> None:
        url = await self.account.webhook_url(row.agent_id)
        if not url:
            return
        every = [step for _, step in steps]
        for number, step, late in told(steps, fate):
            await self._plan(url, row, every[: number + 1], late)
            if fate.quirk == "tool" and step.status == "in-progress":
                await self._plan(url, row, every[: number + 1], late, tool_name="check_calendar", tool_args={})

    async def _tell(self, row: Any, steps: Sequence[Any], index: int, late: timedelta) -> None:
        if url := await self.account.webhook_url(row.agent_id):
            await self._plan(url, row, steps[: index + 1], late)

    async def _plan(self, url: str, row: Any, until: Sequence[Any], late: timedelta, **extra: Any) -> None:
        step = until[-1]
        body = self.executions.execution(row, step, until) | extra
        await self.callbacks.plan(
            "bolna",
            url=url,
            body=msgspec.json.encode(body),
            subject=row.id,
            kind=step.status,
            # The moments hold with delays and without: without, all but what was scheduled are now.
            at=step.at,
            after=late,
        )
