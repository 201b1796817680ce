"""Calling the product back: what a provider reports, when it is due, signed as the provider signs, tried again as it would.

One process, no leases: what was in flight when it died is posted again, as providers do.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import msgspec
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.certificates import certificates
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import without_secrets

log = logging.getLogger(__name__)

POLL = 0.25
AT_ONCE = 8
KEPT = 2_000
KEPT_BODY = 64 * 1024
LATE = timedelta(minutes=10)
# The longest that a callback waits to be overtaken by a later one about the same.
HELD = "2 minutes"
IS_FREE = f"""
(not c.is_held or c.due_at <= app_now() - interval '{HELD}' or exists (select 1 from callbacks n
  where n.provider = c.provider and n.subject = c.subject and n.id > c.id and n.attempts > 0))
"""

_PLAN = """
insert into callbacks (provider, kind, subject, url, media_type, body, is_signed_wrongly, is_held, state, created_at, due_at)
select %(provider)s, %(kind)s, %(subject)s, %(url)s, %(media_type)s, %(body)s, %(wrong)s, %(held)s, %(state)s, app_now(),
  coalesce(%(at)s::timestamptz, app_now()) + %(after)s from generate_series(1, %(copies)s) returning id
"""
_DUE = f"""
select * from callbacks c where state = 'pending' and due_at <= app_now() and id <> all(%(flying)s) and {IS_FREE}
order by due_at, id limit %(limit)s
"""
_ATTEMPTED = """
with attempt as (
  insert into callback_attempts (callback_id, at, status, error, answer, duration_ms, headers, body)
  values (%(id)s, app_now(), %(status)s, %(error)s, %(answer)s, %(duration)s, %(headers)s, %(body)s)
)
update callbacks set attempts = attempts + 1, state = %(state)s, due_at = case when %(state)s = 'pending'
  then app_now() + %(gap)s else due_at end where id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One attempt: what was posted, and what was answered; no status stands for silence."""

    body: bytes
    headers: Mapping[str, str]
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def noted(self) -> dict[str, Any]:
        """Return what the log keeps of it."""
        body = without_secrets(self.body[:KEPT_BODY].decode("utf-8", "replace").replace("\x00", "�"))
        return {
            "body": f"{body}…" if len(self.body) > KEPT_BODY else body,
            "headers": msgspec.json.encode(dict(self.headers)).decode(),
            "status": self.status,
            "answer": self.answer[:KEPT].replace("\x00", "�"),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Caller:
    """How one provider calls back. ``sign`` makes the headers for a body; ``gaps`` are the waits between its attempts.

    ``seal`` makes the signature that some append to the body itself, and ``misdirect`` a wrong address, for who has the
    secret in it. ``tries_again`` says which statuses (None for silence) are worth another attempt, ``count`` makes headers
    of how many there were. ``prepare`` runs before an attempt, ``heard`` after it.
    """

    sign: Callable[[bytes], Mapping[str, str]] = lambda _body: {}
    seal: Callable[[bytes], bytes] = lambda _body: b""
    misdirect: Callable[[str], str] = lambda url: url
    gaps: Sequence[timedelta] = ()
    timeout: float = 10.0
    user_agent: str = "Gurudesk sandbox"
    tries_again: Callable[[int | None], bool] = lambda _status: True
    count: Callable[[int], Mapping[str, str]] = lambda _attempts: {}
    prepare: Callable[[], Awaitable[object]] | None = None
    heard: Callable[[int | None], Awaitable[object]] | None = None


class Callbacks:
    """Plans callbacks and, while it runs, posts those that are due."""

    def __init__(self, database: SandboxDatabase, faults: Faults, *, delays: bool) -> None:
        self._database = database
        self._faults = faults
        self._delays = delays
        self._callers: dict[str, Caller] = {}
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()

    def register(self, provider: str, caller: Caller) -> None:
        """Say how a provider signs and tries again."""
        self._callers[provider] = caller

    async def plan(
        self,
        provider: str,
        *,
        url: str,
        body: bytes,
        subject: str,
        kind: str,
        after: timedelta = timedelta(),
        at: datetime | None = None,
        media_type: str = "application/json",
    ) -> None:
        """Post ``body`` to ``url`` after a while of business time; at once when delays are off.

        ``at`` is a moment that was asked for: it is kept to, with delays and without, and ``after`` counts from it.
        The next planned webhook fault of the provider applies: late, twice, out of order, wrongly signed, or never.
        """
        fault = await self._faults.take(f"{provider}:webhook")
        after = after if self._delays else timedelta()
        await self._database.run(
            _PLAN,
            provider=provider,
            kind=kind,
            subject=subject,
            url=url,
            media_type=media_type,
            body=body,
            wrong=fault == "wrongly-signed",
            held=fault == "out-of-order",
            state="never" if fault == "never" else "pending",
            at=at,
            after=after + (LATE if fault == "late" else timedelta()),
            copies=2 if fault == "twice" else 1,
        )
        self._woken.set()

    def wake(self) -> None:
        """Look at once for what is due."""
        self._woken.set()

    async def again(self, callback_id: int) -> None:
        """Post a callback once more, now."""
        await self._database.run(
            "update callbacks set state = 'pending', due_at = app_now(), is_signed_wrongly = false, is_held = false"
            " where id = %(id)s",
            id=callback_id,
        )
        self._woken.set()

    async def about(self, provider: str, subject: str) -> list[dict[str, Any]]:
        """Return the callbacks about something, each with its attempts, oldest first."""
        callbacks = await self._database.rows(
            "select id, kind, url, state, attempts, due_at, body from callbacks"
            " where provider = %(provider)s and subject = %(subject)s order by id",
            provider=provider,
            subject=subject,
        )
        attempts = await self._database.rows(
            "select * from callback_attempts where callback_id = any(%(ids)s) order by id",
            ids=[callback.id for callback in callbacks],
        )
        return [
            callback._asdict() | {"tries": [one for one in attempts if one.callback_id == callback.id]}
            for callback in callbacks
        ]

    async def run(self) -> None:
        """Post until cancelled. A database that is away for a moment is waited for."""
        async with httpx.AsyncClient(verify=certificates(), follow_redirects=False, trust_env=False) as client:
            try:
                while True:
                    await self._round(client)
            finally:
                flying = list(self._flying.values())
                for task in flying:
                    task.cancel()
                await asyncio.gather(*flying, return_exceptions=True)

    async def _round(self, client: httpx.AsyncClient) -> None:
        self._woken.clear()
        try:
            await self._dispatch(client)
        except (psycopg.Error, SQLAlchemyError) as error:
            log.warning("The sandbox's database does not answer: %s", type(error).__name__)
        # Not wait_for: before Python 3.12 it swallows being cancelled when woken at the same moment.
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._woken.wait()

    async def _dispatch(self, client: httpx.AsyncClient) -> None:
        free = AT_ONCE - len(self._flying)
        if free <= 0:
            return
        for callback in await self._database.rows(_DUE, flying=list(self._flying), limit=free):
            task = asyncio.create_task(self._attempt(client, callback))
            self._flying[callback.id] = task
            task.add_done_callback(partial(self._landed, callback.id))

    def _landed(self, callback_id: int, _task: asyncio.Task[None]) -> None:
        self._flying.pop(callback_id, None)
        self._woken.set()

    async def _attempt(self, client: httpx.AsyncClient, callback: Any) -> None:
        caller = self._callers[callback.provider]
        started = time.perf_counter()
        said = await _said(client, caller, callback)
        left = callback.attempts < len(caller.gaps) and caller.tries_again(said.status)
        state = "accepted" if said.is_accepted else "pending" if left else "given_up"
        gap = caller.gaps[callback.attempts] if left else timedelta()
        with suppress(psycopg.Error, SQLAlchemyError):  # an attempt that is not noted is made again
            await self._database.run(
                _ATTEMPTED,
                id=callback.id,
                duration=(time.perf_counter() - started) * 1000,
                state=state,
                gap=gap,
                **said.noted(),
            )
            if caller.heard is not None:
                await caller.heard(said.status)


async def _said(client: httpx.AsyncClient, caller: Caller, callback: Any) -> Said:
    body = bytes(callback.body)
    signed = body + b" " if callback.is_signed_wrongly else body
    if caller.prepare is not None:
        await caller.prepare()
    headers = {"Content-Type": callback.media_type, "User-Agent": caller.user_agent}
    headers |= {**caller.sign(signed), **caller.count(callback.attempts)}
    body += caller.seal(signed)
    url = caller.misdirect(callback.url) if callback.is_signed_wrongly else callback.url
    return await post(client, url, body, headers, timeout=caller.timeout)


async def post(client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], **options: Any) -> Said:
    """Post a body and return what was said on both sides; silence is one of the answers."""
    try:
        response = await client.post(url, content=body, headers=headers, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Said(body, headers, error=type(error).__name__)
    return Said(body, headers, response.status_code, response.text)
