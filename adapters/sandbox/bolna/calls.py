"""The calls and their statuses as they are kept. All statuses to come are written when a call is placed; time tells which is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from adapters.sandbox.bolna.outcomes import WAITING, Step
from adapters.sandbox.bolna.validation import Wanted
from adapters.sandbox.database import Connection, SandboxDatabase, one

_STATE = """
cross join lateral (select number, status, at, attempt from call_steps s where s.call_id = c.id and s.at <= app_now()
  order by number desc limit 1) s
"""
_COLUMNS = "c.*, s.number, s.status, s.at, s.attempt"
_ONE = f"select {_COLUMNS} from calls c {_STATE} where c.id = %(id)s"
_WHERE = """
where (%(agent_id)s::text is null or c.agent_id = %(agent_id)s)
  and (%(statuses)s::text[] is null or s.status = any(%(statuses)s))
  and (%(since)s::timestamptz is null or c.created_at >= %(since)s)
  and (%(until)s::timestamptz is null or c.created_at <= %(until)s)
  and (%(search)s::text is null or concat_ws(' ', c.id, c.to_number, c.user_data ->> 'name', s.status) ilike %(search)s)
  and (%(voicemail)s::boolean is null or (c.fate = 'voicemail' and s.status = 'completed') = %(voicemail)s)
"""
_LIST = f"select {_COLUMNS} from calls c {_STATE} {_WHERE} order by c.created_at desc, c.id limit %(limit)s offset %(offset)s"
_COUNT = f"select count(*) from calls c {_STATE} {_WHERE}"
# Queued until a line is free: of the calls that hold one longest, the last that fits.
_SLOT = """
select line_free_at from calls where line_free_at > app_now() and scheduled_at is null
order by line_free_at desc offset %(others)s limit 1
"""
_INSERT = """
insert into calls (id, agent_id, to_number, from_number, user_data, retry_config, fate, talk, cost, scheduled_at,
  line_free_at, created_at)
values (%(id)s, %(agent_id)s, %(to_number)s, %(from_number)s, %(user_data)s, %(retry_config)s, %(fate)s, %(talk)s,
  %(cost)s, %(scheduled_at)s, %(line_free_at)s, %(created_at)s)
"""
_INSERT_STEPS = """
insert into call_steps (call_id, number, status, at, attempt)
select %(id)s, * from unnest(%(numbers)s::int[], %(statuses)s::text[], %(moments)s::timestamptz[], %(attempts)s::int[])
"""
# One after the other: parts of one statement do not see what the others do.
_CUT = (
    "delete from call_steps where call_id = %(id)s and number > %(number)s",
    "insert into call_steps values (%(id)s, %(number)s + 1, 'stopped', app_now(), %(attempt)s)",
    "delete from callbacks where provider = 'bolna' and subject = %(id)s and state = 'pending' and attempts = 0"
    " and due_at > app_now()",
    "update calls set line_free_at = app_now() where id = %(id)s",
    "update bolna_account set wallet = wallet + %(cost)s",
)


@dataclass(frozen=True, slots=True)
class Which:
    """Which calls are listed; None stands for any. ``search`` is a pattern."""

    agent_id: str | None = None
    statuses: Sequence[str] | None = None
    since: Any = None
    until: Any = None
    search: str | None = None
    voicemail: bool | None = None

    def values(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"statuses": list(self.statuses) if self.statuses is not None else None}


@dataclass(frozen=True, slots=True)
class Placed:
    """A call to keep."""

    id: str
    wanted: Wanted
    fate: str
    talk: float
    cost: float
    created_at: Any
    line_free_at: Any
    steps: Sequence[Step] = field(default_factory=list)


async def find_call(database: SandboxDatabase, call_id: str) -> Any:
    """Return a call with its status now, or None."""
    return await database.row(_ONE, id=call_id.replace("\x00", ""))


async def find_steps(database: SandboxDatabase, call_id: str) -> Sequence[Any]:
    """Return all statuses of a call, also those to come, in order."""
    return await database.rows("select * from call_steps where call_id = %(id)s order by number", id=call_id)


async def find_calls(database: SandboxDatabase, which: Which, *, limit: int, offset: int) -> Sequence[Any]:
    """Return calls with their status now, newest first."""
    return await database.rows(_LIST, **which.values(), limit=limit, offset=offset)


async def count_calls(database: SandboxDatabase, which: Which) -> int:
    return int((await database.row(_COUNT, **which.values()))[0])


async def lock_account(connection: Connection) -> Any:
    """Return the account with the time, and hold it: calls are placed one after the other."""
    return await one(connection, "select *, app_now() as now from bolna_account for update")


async def next_number(connection: Connection) -> int:
    """Return the number of the next call: no two have the same."""
    return int((await one(connection, "select nextval('call_numbers')"))[0])


async def free_line(connection: Connection, most_at_once: int) -> Any:
    """Return when a line is free; None where one is now."""
    row = await one(connection, _SLOT, others=most_at_once - 1)
    return row.line_free_at if row else None


async def add_call(connection: Connection, call: Placed) -> None:
    """Keep a call with its statuses, and take its price from the wallet."""
    wanted = call.wanted
    values = {
        "id": call.id,
        "agent_id": wanted.agent_id,
        "to_number": wanted.to_number,
        "from_number": wanted.from_number,
        "user_data": Jsonb(wanted.user_data),
        "retry_config": Jsonb(wanted.retry_config) if wanted.retry_config else None,
        "fate": call.fate,
        "talk": call.talk,
        "cost": call.cost,
        "scheduled_at": wanted.scheduled_at,
        "line_free_at": call.line_free_at,
        "created_at": call.created_at,
    }
    await connection.execute(_INSERT, values)
    steps = {
        "id": call.id,
        "numbers": list(range(1, len(call.steps) + 1)),
        "statuses": [step.status for step in call.steps],
        "moments": [step.at for step in call.steps],
        "attempts": [step.attempt for step in call.steps],
    }
    await connection.execute(_INSERT_STEPS, steps)
    await connection.execute("update bolna_account set wallet = wallet - %(cost)s", {"cost": call.cost})


async def stop_call(database: SandboxDatabase, call_id: str) -> tuple[Any, bool]:
    """Stop a call that waits; return it, or None where there is none, and whether it was stopped."""
    async with database.connection() as connection, connection.transaction():
        await one(connection, "select id from calls where id = %(id)s for update", id=call_id)
        row = await one(connection, _ONE, id=call_id)
        if row is None or row.status not in WAITING:
            return row, False
        values = {"id": call_id, "number": row.number, "attempt": row.attempt, "cost": row.cost}
        for statement in _CUT:
            await connection.execute(statement, values)
        return row, True
