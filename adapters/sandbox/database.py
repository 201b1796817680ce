"""The sandbox's own pool of connections, which sees the schema ``sandbox`` alone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.ext.asyncio import create_async_engine

Connection = psycopg.AsyncConnection[Any]


async def one(connection: Connection, statement: str, **values: Any) -> Any:
    """Run one statement on this connection and return its first row, or None."""
    return await (await connection.execute(statement, values)).fetchone()


class SandboxDatabase:
    """Connections in autocommit; ``async with connection.transaction()`` where several statements belong together."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=self._connect,
            isolation_level="AUTOCOMMIT",
            pool_size=8,
            max_overflow=0,
            pool_timeout=30,
            # Postgres may be restarted under us.
            pool_pre_ping=True,
        )

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self._address, autocommit=True, row_factory=namedtuple_row, options="-c search_path=sandbox"
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection of the pool."""
        async with self._engine.connect() as pooled:
            raw = (await pooled.get_raw_connection()).driver_connection
            assert isinstance(raw, psycopg.AsyncConnection)
            yield raw

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """Run one statement of ours and return its rows."""
        async with self.connection() as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    async def row(self, statement: str, **values: Any) -> Any:
        """Return the first row, or None."""
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: str, **values: Any) -> int:
        """Run one statement and return how many rows it touched."""
        async with self.connection() as connection:
            return (await connection.execute(statement, values)).rowcount

    async def now(self) -> datetime:
        """Return the business time."""
        moment: datetime = (await self.row("select app_now()"))[0]
        return moment

    async def close(self) -> None:
        await self._engine.dispose()
