"""Attempts in doubt, looked up by several workers at once."""

import asyncio
from uuid import uuid4

from adapters.postgres.database import Database
from domain.messaging.sending import Doubtful, claim_doubtful
from domain.work import SYSTEM
from tests.fixtures.house import until

# An attempt of five e-mails whose worker has vanished.
LEFT_BEHIND = """
insert into deliveries (channel, kind, to_address, template, idempotency_key, due_at, created_at, state, attempt, attempted_at,
  send_id, lease_token, leased_until)
select 'email', 'single', n || '@example.test', '', 'doubt:' || n, now(), now(), 'sending', 1, now(),
  %(send)s, %(send)s, now() - interval '1 second' from generate_series(1, 5) n
"""
WAITS = "select exists (select from pg_locks where not granted)"


async def test_two_workers_never_wait_for_one_another_over_one_attempt(database: Database) -> None:
    send_id = uuid4()
    async with database.work(SYSTEM) as work:
        await work.run(LEFT_BEHIND, send=send_id)

    async def claims() -> Doubtful | None:
        async with database.work(SYSTEM) as work:
            return await claim_doubtful(work, lease_seconds=30)

    async def waits() -> bool:
        async with database.work(SYSTEM) as work:
            return bool(await work.value(WAITS))

    # Another holds the last of them for a moment, so that the first worker stops in the middle.
    async with database.work(SYSTEM) as other:
        await other.rows("select from deliveries where id = (select max(id::text)::uuid from deliveries) for update")
        first = asyncio.create_task(claims())
        await until(waits)
        assert await asyncio.wait_for(claims(), 10) is None
    found = await first
    assert found is not None
    assert found.send_id == send_id
