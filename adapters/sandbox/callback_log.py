"""The log of calling back: every webhook of every provider, with each attempt's request and answer.

SendGrid gathers events into posts of its own; all others, and its inbound parse, are callbacks. Here both are one list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.posting import EventPoster

STATES = ("pending", "accepted", "given_up", "never", "off")
CALLBACK, POST = "callback", "post"
_CALLBACKS = """
select 'callback' as form, id, provider, kind, subject, url, state, attempts, created_at, due_at, is_held, is_signed_wrongly
from callbacks
"""
_POSTS = """
select 'post' as form, id, 'sendgrid' as provider, cardinality(event_ids) || ' events' as kind, '' as subject,
  coalesce((select url from event_webhooks limit 1), '') as url, state, attempts, created_at, next_attempt_at as due_at,
  is_held, is_signed_wrongly
from posts
"""
_WHERE = """
where (%(provider)s::text is null or {provider} = %(provider)s) and (%(state)s::text is null or state = %(state)s)
  and (%(since)s::timestamptz is null or created_at >= %(since)s)
"""
# Of each as many as the page reaches, by their ids, so that only those are sorted together.
_PAGE = f"""
select * from (
  ({_CALLBACKS} {_WHERE.format(provider="provider")} order by id desc limit %(reach)s)
  union all ({_POSTS} {_WHERE.format(provider="'sendgrid'")} order by id desc limit %(reach)s)) both_kinds
order by created_at desc, form, id desc limit %(limit)s offset %(offset)s
"""
_COUNT = f"""
select (select count(*) from callbacks {_WHERE.format(provider="provider")})
  + (select count(*) from posts {_WHERE.format(provider="'sendgrid'")})
"""
_TRIES = {
    CALLBACK: "select callback_id as of_id, at, status, error, answer, duration_ms, headers, body from callback_attempts"
    " where callback_id = any(%(ids)s) order by id",
    POST: "select post_id as of_id, at, status, error, answer, duration_ms, headers, body, url from attempts"
    " where post_id = any(%(ids)s) order by id",
}


@dataclass(frozen=True, slots=True)
class Which:
    """Which callbacks; None stands for any."""

    provider: str | None = None
    state: str | None = None
    since: datetime | None = None

    def values(self) -> dict[str, Any]:
        return {"provider": self.provider, "state": self.state, "since": self.since}


async def find_callbacks(
    database: SandboxDatabase, which: Which, *, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Return callbacks with their attempts as ``tries``, newest first."""
    rows = await database.rows(_PAGE, **which.values(), limit=limit, offset=offset, reach=limit + offset)
    return await _with_tries(database, rows)


async def count_callbacks(database: SandboxDatabase, which: Which) -> int:
    return int((await database.row(_COUNT, **which.values()))[0])


async def find_callback(database: SandboxDatabase, form: str, number: int) -> dict[str, Any] | None:
    """Return one callback with its attempts, or None."""
    if form not in _TRIES or number >= 2**63:
        return None
    rows = await database.rows(f"{_CALLBACKS if form == CALLBACK else _POSTS} where id = %(id)s", id=number)
    return (await _with_tries(database, rows))[0] if rows else None


async def send_again(form: str, number: int, callbacks: Callbacks, poster: EventPoster) -> None:
    """Post once more, now, properly signed."""
    await (callbacks.again(number) if form == CALLBACK else poster.again(number))


async def _with_tries(database: SandboxDatabase, rows: Sequence[Any]) -> list[dict[str, Any]]:
    tries: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for form, statement in _TRIES.items():
        if ids := [row.id for row in rows if row.form == form]:
            for one in await database.rows(statement, ids=ids):
                tries.setdefault((form, one.of_id), []).append(one._asdict())
    return [row._asdict() | {"tries": tries.get((row.form, row.id), [])} for row in rows]
