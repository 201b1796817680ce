"""The connection pool, and the unit of work over it.

Connections are in autocommit as far as the drivers know, so that BEGIN, the identity and the database's time go out as
one message. Entities (SQLAlchemy) and plain statements (psycopg) then share that one transaction.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import JsonbDumper
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.ports import LiveSignals
from domain.work import ANONYMOUS, Identity, OvertakenByAnother, Row, TokenUse, Work

psycopg.adapters.register_dumper(dict, JsonbDumper)

OVERTAKEN = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)
# The server is away, or has ended this transaction for others' sake: what was to be done is not to blame, and works later.
PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.IdleInTransactionSessionTimeout)


class PlainConnection:
    """Runs plain statements with ``%(name)s`` parameters on the open transaction, counting the round trips."""

    def __init__(self, raw: psycopg.AsyncConnection[Any]) -> None:
        self.raw = raw
        self.round_trips = 0

    async def rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        self.round_trips += 1
        async with self.raw.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(sql, values)  # our own text, never a visitor's
            return cast(Sequence[Row], await cursor.fetchall()) if cursor.description else []

    async def run(self, sql: str, values: Mapping[str, Any]) -> int:
        self.round_trips += 1
        async with self.raw.cursor() as cursor:
            await cursor.execute(sql, values)
            return cursor.rowcount

    async def begin(self, entering: str) -> Any:
        """Open the transaction, take the identity on and read the time: one message, one answer."""
        self.round_trips += 1
        async with self.raw.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(f"begin; {entering}", prepare=False)
            cursor.nextset()
            return await cursor.fetchone()

    async def commit(self, question: tuple[str, Mapping[str, Any]] | None = None) -> Row | None:
        """Commit, and return the one row of a last question: it goes out with the commit, without waiting between."""
        self.round_trips += 1
        if question is None:
            await self.raw.commit()
            return None
        async with self.raw.pipeline(), self.raw.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(*question)
            await self.raw.commit()
            return cast(Row | None, await cursor.fetchone())


class Database:
    """A pool of connections as the application role. Close it at shutdown.

    ``idle`` are the seconds after which Postgres ends a transaction in which nothing is asked any more, 0 for never: what a
    frozen process has locked or claimed in it is then free for others.
    """

    def __init__(self, conninfo: str, live: LiveSignals, *, pool: int = 10, idle: float = 0.0) -> None:
        self.conninfo = conninfo
        self.live = live
        self.idle = idle
        self.engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=self._connect,
            isolation_level="AUTOCOMMIT",
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=1800,
            pool_pre_ping=False,
        )

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        if self.idle:
            await connection.execute(f"set idle_in_transaction_session_timeout = {int(self.idle * 1000)}".encode())
        return connection

    @asynccontextmanager
    async def work(self, identity: Identity = ANONYMOUS) -> AsyncIterator[Work]:
        """Open one transaction as ``identity``; commit it at the end, then send the signals it left."""
        person = f"'{UUID(str(identity.person_id))}'" if identity.person_id else "null"
        async with self._opened(f"select enter_as('{identity.role}', {person})") as (connection, row, pooled):
            async with self._transaction(connection, identity, row[0], pooled) as work:
                yield work
        await self._announce(work)

    @asynccontextmanager
    async def work_of(self, token_hash: bytes) -> AsyncIterator[Work]:
        """Open one transaction as whoever is signed in with this token; as anonymous when nobody is."""
        async with self._opened(f"select * from enter('\\x{token_hash.hex()}')") as (connection, row, pooled):
            async with self._transaction(connection, _identity(row), row.at, pooled) as work:
                yield work
        await self._announce(work)

    @asynccontextmanager
    async def work_of_api_token(self, token_hash: bytes) -> AsyncIterator[Work]:
        """Open one transaction as whose personal token this is; as anonymous, saying why, when it opens nothing."""
        async with self._opened(f"select * from enter_with_token('\\x{token_hash.hex()}')") as (
            connection,
            row,
            pooled,
        ):
            async with self._transaction(connection, _token_identity(row), row.at, pooled) as work:
                yield work
        await self._announce(work)

    @asynccontextmanager
    async def _opened(self, entering: str) -> AsyncIterator[tuple[PlainConnection, Any, AsyncConnection]]:
        for attempt in (1, 2):
            async with self.engine.connect() as pooled:
                connection = PlainConnection(await _raw(pooled))
                try:
                    row = await connection.begin(entering)
                except psycopg.OperationalError:
                    # The server was restarted under idle connections: all are as dead as this one, and nothing has
                    # happened on it yet, so one new connection may try.
                    await pooled.invalidate()
                    await self.engine.dispose()
                    if attempt == 2:
                        raise
                    continue
                yield connection, row, pooled
                return

    @asynccontextmanager
    async def _transaction(
        self, connection: PlainConnection, identity: Identity, now: datetime, pooled: AsyncConnection
    ) -> AsyncIterator[Work]:
        work = Work(connection, identity, now, lambda: AsyncSession(pooled, expire_on_commit=False, autoflush=False))
        try:
            yield work
            await work.flush()
            work.last_answer = await connection.commit(work.last_question)
        except BaseException as error:
            if not connection.raw.closed:
                await connection.raw.rollback()
            if isinstance(error, OVERTAKEN):
                raise OvertakenByAnother from error
            raise
        finally:
            if work._session is not None:
                await work._session.close()

    async def _announce(self, work: Work) -> None:
        if work.signals:
            await self.live.announce(work.signals)
        if work.nudged:
            await self.live.nudge()

    async def close(self) -> None:
        await self.engine.dispose()


def _identity(row: Any) -> Identity:
    if row.role == "anonymous":
        return ANONYMOUS
    return Identity(row.role, row.person_id, row.sign_in_id, row.name, row.email or "", row.must_change_password)


def _token_identity(row: Any) -> Identity:
    if row.refusal:
        return Identity(token=TokenUse(row.token_id, row.token_name or "", refusal=row.refusal))
    token = TokenUse(row.token_id, row.token_name, frozenset(row.scopes))
    return Identity(row.role, row.person_id, name=row.name, email=row.email or "", token=token)


async def _raw(pooled: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    raw = (await pooled.get_raw_connection()).driver_connection
    assert raw is not None
    return raw  # type: ignore[no-any-return]
