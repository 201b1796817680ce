"""Counts how often pages go to the database and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from litestar import Litestar

from adapters.postgres.database import Database, PlainConnection
from domain.work import Work


class CountingDatabase(Database):
    """A database that adds up the round trips of every transaction, its beginning and its commit among them."""

    round_trips = 0

    @asynccontextmanager
    async def _transaction(self, connection: PlainConnection, *rest: Any) -> AsyncIterator[Work]:
        try:
            async with super()._transaction(connection, *rest) as work:
                yield work
        finally:
            self.round_trips += connection.round_trips


@asynccontextmanager
async def counted(app: Litestar) -> AsyncIterator[CountingDatabase]:
    """Let the application use a database that counts, until the block is left."""
    services = app.state.services
    database = CountingDatabase(services.database.conninfo, services.database.live)
    app.state.services = replace(services, database=database)
    try:
        yield database
    finally:
        app.state.services = services
        await database.close()
