"""The event webhook's sending side: takes what has happened, posts it in batches, tries again for a day.

One process, no leases: what was in flight when it died is simply posted again, as SendGrid would.
"""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Any

import httpx
import msgspec
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.certificates import certificates
from adapters.sandbox.callbacks import HELD, LATE, post
from adapters.sandbox.database import SandboxDatabase, one
from adapters.sandbox.faults import Faults
from adapters.sandbox.sendgrid.events import body_of
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.sendgrid.release import release_due
from adapters.sandbox.sendgrid.signing import signed_headers
from adapters.settings import Settings

log = logging.getLogger(__name__)

POLL = 0.25
# After the first event, a moment for others to join its request.
GATHER = 0.05
EVENTS_A_POST = 700
AT_ONCE = 4
GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_GAP = timedelta(hours=2)
EXAMPLE_KINDS = (
    "processed",
    "deferred",
    "delivered",
    "open",
    "click",
    "bounce",
    "dropped",
    "spamreport",
    "unsubscribe",
)
TIMEOUT = httpx.Timeout(10.0, connect=5.0)

POST_IS_FREE = f"""
(not p.is_held or p.next_attempt_at <= app_now() - interval '{HELD}'
  or exists (select 1 from posts n where n.id > p.id and n.attempts > 0))
"""
_COLLECT = """
with due as (select id from events where post_id is null and due_at <= app_now() order by due_at, id limit %(limit)s),
post as (
  insert into posts (event_ids, state, created_at, next_attempt_at)
  select array_agg(id order by id), case when (select enabled from event_webhooks) then 'pending' else 'off' end,
    app_now(), app_now() from due having count(*) > 0 returning id),
marked as (update events set post_id = post.id from due, post where events.id = due.id returning 1)
select count(*), (select id from post) as post_id from marked
"""
_PENDING = f"""
select id, event_ids, attempts, is_held, is_signed_wrongly, (select url from event_webhooks) as url,
  (select signed from event_webhooks) as signed
from posts p where state = 'pending' and next_attempt_at <= app_now() and id <> all(%(flying)s) and {POST_IS_FREE}
order by next_attempt_at, id limit %(limit)s
"""
_AGAIN = """
update posts set state = 'pending', next_attempt_at = app_now(), is_held = false, is_signed_wrongly = false
where id = %(id)s
"""
# What a planned fault makes of a request.
_TROUBLE = {
    "late": "update posts set next_attempt_at = next_attempt_at + %(late)s where id = %(id)s",
    "twice": "insert into posts (event_ids, state, created_at, next_attempt_at)"
    " select event_ids, state, created_at, next_attempt_at from posts where id = %(id)s",
    "out-of-order": "update posts set is_held = true where id = %(id)s",
    "wrongly-signed": "update posts set is_signed_wrongly = true where id = %(id)s",
    "never": "update posts set state = 'never' where id = %(id)s",
}
_ATTEMPTED = """
with attempt as (
  insert into attempts (post_id, at, url, status, error, duration_ms, headers, body, answer)
  values (%(id)s, app_now(), %(url)s, %(status)s, %(error)s, %(duration)s, %(headers)s, %(body)s, %(answer)s))
update posts set attempts = attempts + 1, next_attempt_at = app_now() + %(gap)s,
  state = case when %(accepted)s then 'accepted' when app_now() + %(gap)s > created_at + %(give_up)s then 'given_up'
    else state end
where id = %(id)s
"""


class EventPoster:
    """Runs in the background of the sandbox; ``wake`` makes it look at once."""

    def __init__(self, database: SandboxDatabase, settings: Settings, chance: Chance, faults: Faults) -> None:
        self._database = database
        self._faults = faults
        self.default_url = f"{settings.base_url}/webhooks/sendgrid"
        self._chance = chance
        self._first_gap = timedelta(seconds=10 if settings.sandbox_delays else 0.5)
        self._woken = asyncio.Event()
        self._flying: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        self._woken.set()

    async def again(self, post_id: int) -> None:
        """Post a request once more, now."""
        await self._database.run(_AGAIN, id=post_id)
        self.wake()

    async def post_example(self, url: str | None) -> None:
        """Post one event of each kind that belong to no message, once and without trying again."""
        events = [
            {
                "email": "example@test.com",
                "event": kind,
                "timestamp": int(time.time()),
                "sg_event_id": token_urlsafe(16),
            }
            for kind in EXAMPLE_KINDS
        ]
        body = b"[" + b",\r\n".join(map(msgspec.json.encode, events)) + b"]\r\n"
        async with httpx.AsyncClient(
            verify=certificates(), timeout=TIMEOUT, follow_redirects=False, trust_env=False
        ) as client:
            await post(client, url or self.default_url, body, _headers(body, True))

    async def run(self) -> None:
        """Post events until cancelled. A database that is away for a moment is waited for."""
        async with httpx.AsyncClient(
            verify=certificates(), timeout=TIMEOUT, follow_redirects=False, trust_env=False
        ) as client:
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
            more = await self._collect()
            await self._dispatch(client)
        except (psycopg.Error, SQLAlchemyError) as error:
            log.warning("The sandbox's database does not answer: %s", type(error).__name__)
            await asyncio.sleep(POLL)
            return
        if not more:
            # Not wait_for: before Python 3.12 it swallows being cancelled when woken at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._woken.wait()
                    await asyncio.sleep(GATHER)

    async def _collect(self) -> bool:
        """Put what has happened into posts; say whether there may be more."""
        async with self._database.connection() as connection, connection.transaction():
            now = (await one(connection, "select app_now()"))[0]
            released = await release_due(connection, now, self._chance, self._faults)
            collected, post_id = await one(connection, _COLLECT, limit=EVENTS_A_POST)
            if post_id is not None and (fault := await self._faults.take("sendgrid:webhook")):
                await connection.execute(_TROUBLE[fault], {"id": post_id, "late": LATE})
        return released > 0 or bool(collected == EVENTS_A_POST)

    async def _dispatch(self, client: httpx.AsyncClient) -> None:
        free = AT_ONCE - len(self._flying)
        if free <= 0:
            return
        for due in await self._database.rows(_PENDING, flying=list(self._flying), limit=free):
            task = asyncio.create_task(self._attempt(client, due))
            self._flying[due.id] = task
            task.add_done_callback(partial(self._landed, due.id))

    def _landed(self, post_id: int, _task: asyncio.Task[None]) -> None:
        self._flying.pop(post_id, None)
        self.wake()

    async def _attempt(self, client: httpx.AsyncClient, event_post: Any) -> None:
        try:
            body = await body_of(
                self._database,
                event_post.id,
                event_post.event_ids,
                disorder=self._chance.delays,
                reverse=event_post.is_held,
            )
            url = event_post.url or self.default_url
            started = time.perf_counter()
            said = await post(client, url, body, _headers(body, event_post.signed, event_post.is_signed_wrongly))
            await self._database.run(
                _ATTEMPTED,
                id=event_post.id,
                url=url,
                duration=(time.perf_counter() - started) * 1000,
                accepted=said.is_accepted,
                gap=min(self._first_gap * 2 ** min(event_post.attempts, 20), LONGEST_GAP),
                give_up=GIVE_UP_AFTER,
                **said.noted(),
            )
        except (psycopg.Error, SQLAlchemyError) as error:
            # The attempt is not noted, so it is made again.
            log.warning("A webhook attempt could not be noted: %s", type(error).__name__)


def _headers(body: bytes, is_signed: bool, is_wrong: bool = False) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "SendGrid Event API"}
    return headers | (signed_headers(body + b" " if is_wrong else body, int(time.time())) if is_signed else {})
