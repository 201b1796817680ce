"""Advertising is capped by counting what was written: whoever writes it holds the people from before the count to the commit,
so that of two who write to one person at once the second counts what the first wrote."""

from collections.abc import Collection, Sequence
from uuid import UUID

from domain.work import Row, Work

# What refers to people, like a delivery, is written meanwhile. In one order, so that of two who hold many one waits, never both.
HOLD = "select id from people where id = any(%(ids)s) order by id for no key update"
HOLD_FREE = "select id from people where id = any(%(ids)s) for no key update skip locked"
# In real time, as `retry_at` is.
SOON = "update automation_steps set retry_at = now() + interval '1 second' where id = any(%(ids)s)"


async def hold_people(work: Work, people: Collection[UUID]) -> None:
    """Hold these people until the transaction ends; whom another holds is waited for."""
    await work.rows(HOLD, ids=list(people))


async def hold_free(work: Work, steps: Sequence[Row]) -> Sequence[Row]:
    """Hold the people of these claimed steps, and return the steps of those whom nobody else holds; the others come soon.

    Who holds steps never waits for people: others hold people and wait for their steps.
    """
    free = {row.id for row in await work.rows(HOLD_FREE, ids=[step.person_id for step in steps])}
    if taken := [step.id for step in steps if step.person_id not in free]:
        await work.run(SOON, ids=taken)
    return [step for step in steps if step.person_id in free]
