"""Moving business time on, moment by moment: a week advanced gives what a week lived gives.

To the next thing due on either side, until it has run and all it set off has run, then to the next. What is close is lived,
not jumped to, and so are the seconds that something due waits before it tries again. A move ends when what its last moment set
off has been reported. One moves at a time, of all programs: whoever moves holds a lock of the database.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.errors import CannotStart
from adapters.provider_settings import PROVIDERS
from adapters.sandbox.clock.moments import ECHO, NEXT, OUTSTANDING
from adapters.sandbox.clock.spans import NEXT as TO_NEXT
from adapters.sandbox.clock.spans import parse_end
from adapters.sandbox.database import Connection, SandboxDatabase, one
from adapters.settings import Settings

# The worker looks about once a second; past this without any change it is not running.
PATIENCE = 30.0
LIVED = timedelta(seconds=0.5)
# Seconds of real time: so soon must something due try again to be waited for, and so long at most before one moment. What is
# put off again and again is in trouble, and the clock goes on without it.
SOON, MOST_WAITED = 15.0, 30.0
ECHOES = timedelta(seconds=10)
LOOK = 0.05
_LOCK = 7_140_001
_BEGIN = """
insert into clock_moves (from_at, until_at, reached_at) values (app_now(), %(until)s, app_now()) returning *
"""
# A move whose program is gone has been stopped: had it not, its lock would not have been free.
_BURY = "update clock_moves set state = 'stopped' where state = 'running'"
_REACHED = "update clock_moves set reached_at = app_now(), moments = moments + %(moments)s where id = %(id)s"
_END = "update clock_moves set state = %(state)s, reason = %(reason)s, reached_at = app_now() where id = %(id)s"
_WAITS = "select product_waits(%(soon)s) as wait"
_WORDS = {
    "step": "steps",
    "delivery": "messages to send",
    "webhook": "reports to apply",
    "scheduled mail": "scheduled e-mails",
}
_WORDS |= {"event": "e-mail events", "post": "event webhooks", "callback": "webhooks", "meeting": "meetings"}


@dataclass(frozen=True, slots=True)
class Reading:
    now: datetime
    ahead: timedelta


class Clock:
    """Reads the business clock and moves it on. ``wakers`` make the sandbox's own background look at once."""

    def __init__(
        self,
        database: SandboxDatabase,
        settings: Settings,
        wakers: Sequence[Callable[[], None]] = (),
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._settings = settings
        self._wakers = wakers
        self._patience = patience
        self._task: asyncio.Task[None] | None = None

    @property
    def refusal(self) -> str:
        """Why the clock may not be moved; nothing when it may."""
        if self._settings.production:
            return "The clock never moves in production."
        live = [provider.title for name, provider in PROVIDERS.items() if self._settings.is_live(name)]
        if not live:
            return ""
        verb = "is" if len(live) == 1 else "are"
        return f"The clock moves only while every provider is in sandbox mode, and {' and '.join(live)} {verb} live."

    async def read(self) -> Reading:
        """Return business time, and how far it is ahead of the database's."""
        row = await self._database.row("select app_now() as now, app_now() - now() as ahead")
        return Reading(row.now, row.ahead)

    async def last_move(self) -> Any:
        """Return the last move, or None. One that runs in no program any more says ``stopped``."""
        async with self._database.connection() as connection:
            row = await one(connection, "select * from clock_moves order by id desc limit 1")
            if row is not None and row.state == "running" and await _locked(connection):
                await connection.execute(_BURY)
                await _unlock(connection)
                row = await one(connection, "select * from clock_moves order by id desc limit 1")
            return row

    async def begin(
        self,
        text: str,
        tell: Callable[[datetime], None] = lambda _moment: None,
        stop_when: Callable[[], Awaitable[bool]] | None = None,
    ) -> bool:
        """Move on by what ``text`` says (3d, next, a moment), in the background; False while another move is under way.

        It ends before that at the first moment when ``stop_when`` says so.

        Raises CannotStart when a provider is live, or the text is no time to move to.
        """
        if self.refusal:
            raise CannotStart(self.refusal)
        until = await self._end_of(text)
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(self._database.connection())
            if not await _locked(connection):
                return False
            stack.push_async_callback(_unlock, connection)
            await connection.execute(_BURY)
            move = await one(connection, _BEGIN, until=until)
            self._task = asyncio.create_task(self._run(stack.pop_all(), move, tell, stop_when))
        return True

    async def finish(self) -> None:
        """Wait for the move that was begun here; raise CannotStart when it could not be made to its end."""
        if self._task:
            await self._task
        move = await self.last_move()
        if move is not None and move.state == "failed":
            raise CannotStart(move.reason)

    async def stop(self) -> None:
        """End the move that was begun here, where it has come to."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _end_of(self, text: str) -> datetime:
        if text.strip().lower() != TO_NEXT:
            return parse_end(text, (await self.read()).now)
        moment = (await self._database.row(NEXT)).next
        if moment is None:
            raise CannotStart("Nothing is waiting to happen: there is no next moment to move to.")
        end: datetime = moment
        return end

    async def _run(
        self,
        held: AsyncExitStack,
        move: Any,
        tell: Callable[[datetime], None],
        stop_when: Callable[[], Awaitable[bool]] | None,
    ) -> None:
        state, reason = "stopped", ""
        async with held:
            try:
                await self._move(move, tell, stop_when)
                state = "done"
            except CannotStart as problem:
                state, reason = "failed", str(problem)
            except (psycopg.Error, SQLAlchemyError) as problem:
                state, reason = "failed", f"The database did not answer ({type(problem).__name__})."
            finally:
                await asyncio.shield(self._database.run(_END, id=move.id, state=state, reason=reason))

    async def _move(
        self, move: Any, tell: Callable[[datetime], None], stop_when: Callable[[], Awaitable[bool]] | None
    ) -> None:
        while True:
            await self._settle()
            if stop_when is not None and await stop_when():
                return
            async with self._database.connection() as connection, connection.transaction():
                # One moment for all of it: what becomes due meanwhile is due after it, and not jumped over.
                if await _left(connection):
                    continue
                now = (await one(connection, "select app_now()"))[0]
                following, target = await _ahead(connection, now, move.until_at)
                if target is None:
                    return
                if target - now > LIVED:
                    await connection.execute("select advance_clock(%s)", (target - now,))
                await one(connection, _REACHED + " returning id", id=move.id, moments=int(target == following))
            if target - now <= LIVED:
                await asyncio.sleep((target - now).total_seconds())
            for wake in self._wakers:
                wake()
            tell(target)

    async def _settle(self) -> None:
        """Wait until nothing is due any more, nor tries again in a moment."""
        loop = asyncio.get_running_loop()
        before: Any = None
        deadline, enough = loop.time() + self._patience, loop.time() + MOST_WAITED
        while True:
            async with self._database.connection() as connection:
                left = await _left(connection)
                wait = None if left else (await one(connection, _WAITS, soon=SOON)).wait
            if not left and (wait is None or loop.time() > enough):
                return
            if left != before:
                before, deadline = left, loop.time() + self._patience
            if left and loop.time() > deadline:
                words = ", ".join(f"{count} {_WORDS[what]}" for what, count in left.items())
                raise CannotStart(
                    f"What is due does not get done: {words}. Are the worker, the web and the sandbox running?"
                )
            await asyncio.sleep(wait or LOOK)


async def _ahead(connection: Connection, now: datetime, until: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the next moment at which something happens, and how far to move; nowhere when the move is at its end."""
    if now < until:
        following: datetime | None = (await one(connection, NEXT)).next
        return following, min(following, until) if following else until
    echo: datetime | None = (await one(connection, ECHO, until=until + ECHOES)).next
    return echo, echo


async def _left(connection: Connection) -> dict[str, int]:
    rows = await (await connection.execute(OUTSTANDING)).fetchall()
    return {row.channel: row.how_many for row in rows if row.how_many}


async def _locked(connection: Connection) -> bool:
    return bool((await one(connection, "select pg_try_advisory_lock(%(key)s)", key=_LOCK))[0])


async def _unlock(connection: Connection) -> None:
    await connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))
