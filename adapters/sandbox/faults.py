"""Faults on purpose: the next so many requests, messages, payments or calls of a provider fare in a chosen way."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import psycopg
from litestar import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.fault_kinds import KINDS, TARGETS

__all__ = ["KINDS", "RETRY_AFTER", "SLOW", "TARGETS", "Faults", "arranged", "never_answered"]

log = logging.getLogger(__name__)


# How long a slow answer takes, in seconds of real time, unless its plan says; and after which 429 wants to be asked again.
SLOW = 8.0
LONGEST = 120.0
RETRY_AFTER = "2"
_TAKE = """
update faults set remaining = remaining - 1
where id = (select id from faults where provider = %(provider)s and remaining > 0 order by id limit 1 for update)
returning kind, seconds
"""
# As many as the settings name, those counted that are left from an earlier start.
_TOP_UP = """
insert into faults (provider, kind, remaining)
select %(target)s, %(kind)s, %(count)s - coalesce(sum(remaining), 0) from faults
where provider = %(target)s and kind = %(kind)s and remaining > 0 having coalesce(sum(remaining), 0) < %(count)s
"""
_PLANNED = "select id, provider, kind, remaining, seconds from faults where remaining > 0 order by id"


class Faults:
    """Remembers for which providers no fault is planned, so that a request to them costs nothing."""

    def __init__(self, database: SandboxDatabase, named: Mapping[tuple[str, str], int] | None = None) -> None:
        """``named`` are those of the settings: how many by target and kind."""
        self._database = database
        self._named = named or {}
        self._without: set[str] = set()

    async def run(self) -> None:
        """Plan what the settings name, as soon as the database is there."""
        while True:
            try:
                return await self._plan_named()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("The sandbox's database does not answer: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _plan_named(self) -> None:
        for (target, kind), count in self._named.items():
            await self._database.run(_TOP_UP, target=target, kind=kind, count=count)
            self._without.discard(target)

    async def plan(self, target: str, kind: str, count: int, seconds: float | None = None) -> None:
        """Let the next ``count`` things of a target fail; ``seconds`` is how slow. Raises ValueError for what is unknown."""
        known = TARGETS.get(target)
        if known is None:
            raise ValueError(f"What fails is one of {', '.join(TARGETS)}.")
        if kind not in known:
            raise ValueError(f"A fault is one of {', '.join(known)}.")
        if seconds is not None and not 0 <= seconds <= LONGEST:
            raise ValueError(f"An answer is at most {LONGEST:.0f} seconds late.")
        await self._database.run(
            "insert into faults (provider, kind, remaining, seconds) values (%(target)s, %(kind)s, %(count)s, %(seconds)s)",
            target=target,
            kind=kind,
            count=count,
            seconds=seconds,
        )
        self._without.discard(target)

    async def clear(self, fault_id: int | None = None) -> None:
        """Take one plan back, or all of them."""
        await self._database.run("delete from faults where %(id)s::bigint is null or id = %(id)s", id=fault_id)

    async def take(self, target: str) -> str | None:
        """Return the kind of the fault planned for this, if any."""
        row = await self._taken(target)
        return row.kind if row else None

    async def strike(self, request: Request[Any, Any, Any], target: str) -> str | None:
        """Take the fault planned for this request, and return what to answer instead: a status, or ``lost``.

        What only keeps the answer back is arranged here: then the request goes through, and this returns None.
        """
        row = await self._taken(target)
        return arranged(request, row.kind, row.seconds) if row else None

    async def _taken(self, target: str) -> Any:
        if target in self._without:
            return None
        row = await self._database.row(_TAKE, provider=target)
        if row is None:
            self._without.add(target)
        return row

    async def planned(self) -> list[dict[str, object]]:
        return [row._asdict() for row in await self._database.rows(_PLANNED)]


def arranged(request: Request[Any, Any, Any], kind: str, seconds: float | None = None) -> str | None:
    """Arrange what the journal does with the answer, and return what to answer instead, if anything."""
    state = request.scope["state"]
    if kind in ("silent", "lost"):
        state["silent"] = True
        return None if kind == "silent" else kind
    if kind == "cut":
        state["cut"] = True
        return None
    if kind == "slow":
        state["slow"] = SLOW if seconds is None else seconds
        return None
    return kind


def never_answered() -> Response[bytes]:
    """Return what the journal notes for a request that was neither taken nor answered."""
    return Response(b"", status_code=504, media_type="text/plain")
