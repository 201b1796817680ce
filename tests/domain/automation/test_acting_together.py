"""Several workers and planners at once: none waits for another, and each step is done by one."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from adapters.postgres.database import Database
from domain.automation.acting import act_on_due
from domain.automation.changing import change_rule
from domain.automation.holding import stop_flood
from domain.automation.planning import move_planned, plan_rules, void_rules
from domain.automation.rule_states import find_rule
from domain.broadcasts.broadcast import Audience, Message
from domain.broadcasts.drafting import create_draft, write_message
from domain.broadcasts.planning import plan_chunk
from domain.broadcasts.starting import confirm_broadcast
from domain.messaging.capping import hold_people
from domain.work import SYSTEM, Work
from tests.domain.automation.test_acting import DAYS, sequence
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.leads import new_course, new_lead

ENOUGH = 30  # people
# So many that what is written at once overlaps for a while.
VERY_MANY, ROUNDS = 1_000, 3
LEADS = """
with fresh as (
  insert into people (name, email, created_at, updated_at)
  select 'Lead ' || n, 'lead' || n || '@example.test', now(), now() from generate_series(1, %(count)s) n returning id
), leads as (insert into imported_leads (person_id, created_at) select id, now() from fresh returning id, person_id)
insert into lead_sequences (lead_id, person_id, course_id, started_at)
select id, person_id, %(course)s, now() from leads returning id
"""


async def begun(work: Work, count: int) -> list[UUID]:
    course_id = await new_course(work, "data", "Data Analytics")
    return [await sequence(work, course_id, await new_lead(work)) for _number in range(count)]


async def test_while_one_acts_on_a_rule_another_acts_on_the_next(database: Database) -> None:
    async with database.work(SYSTEM) as work:
        _first, second = await begun(work, 2)
        # Of two people, as what goes to one person is written one by one.
        await work.run(
            "delete from automation_steps where (rule_key = 'lead_day_1') = (subject_id = %(id)s)", id=second
        )
    async with database.work(SYSTEM) as one, database.work(SYSTEM) as another, database.work(SYSTEM) as third:
        for work in (one, another, third):
            work.now += timedelta(days=3, hours=1)
        assert [await act_on_due(work) for work in (one, another, third)] == [1, 1, 0]
    async with database.work(SYSTEM) as work:
        ended = await work.rows("select rule_key from automation_steps where finished_at is not null order by 1")
    assert [row.rule_key for row in ended] == ["lead_day_1", "lead_day_3"]


async def test_who_plan_and_void_the_same_at_once_never_wait_for_one_another_and_plan_it_once(
    database: Database,
) -> None:
    async with database.work(SYSTEM) as work:
        ids = await begun(work, ENOUGH)
        await work.run("delete from automation_steps")

    async def plan(ids: Sequence[UUID]) -> int:
        async with database.work(SYSTEM) as work:
            return await plan_rules(work, DAYS, "subject_id", ids)

    assert sum(await asyncio.gather(plan(ids), plan(ids[::-1]), plan(ids))) == ENOUGH * len(DAYS)
    async with database.work(SYSTEM) as work:
        assert await void_rules(work, ids, "Stopped by hand.") == ENOUGH * len(DAYS)
    assert sum(await asyncio.gather(plan(ids), plan(ids[::-1]))) == ENOUGH * len(DAYS)


async def test_who_plan_move_and_void_very_many_in_any_order_stand_in_nobodys_way(database: Database) -> None:
    dice = random.Random(4)
    async with database.work(SYSTEM) as work:
        course_id = await new_course(work, "data", "Data Analytics")
        ids = [row.id for row in await work.rows(LEADS, count=VERY_MANY, course=course_id)]
        assert await plan_rules(work, DAYS, "subject_id", ids) == VERY_MANY * len(DAYS)

    async def change(how: Callable[[Work, list[UUID]], Awaitable[int]]) -> int:
        async with database.work(SYSTEM) as work:
            return await how(work, dice.sample(ids, VERY_MANY))

    for _round in range(ROUNDS):
        await asyncio.gather(
            change(lambda work, ids: void_rules(work, ids, "Stopped by hand.")),
            change(lambda work, ids: plan_rules(work, DAYS, "subject_id", ids)),
            change(lambda work, ids: move_planned(work, DAYS[::-1], "subject_id", ids)),
            change(lambda work, ids: plan_rules(work, DAYS[::-1], "subject_id", ids)),
        )


async def test_of_two_rules_that_write_to_somebody_at_once_one_finds_the_days_advertising_gone(
    database: Database,
) -> None:
    async with database.work(SYSTEM) as work:
        person_id = await new_lead(work)
        for days_ago in (0, 2):  # day 1 of one course is day 3 of the other
            await sequence(work, await new_course(work, f"c{days_ago}", "A course"), person_id, days_ago=days_ago)
    async with database.work(SYSTEM) as one, database.work(SYSTEM) as another:
        for work in (one, another):
            work.now += timedelta(days=1, seconds=1)
            await act_on_due(work)
    async with database.work(SYSTEM) as work:
        await work.run("update automation_steps set retry_at = null")
        work.now += timedelta(days=1, seconds=1)
        await act_on_due(work)
        assert await work.value("select count(*) from deliveries") == 1
        (waits,) = await work.rows("select reason from automation_steps where state = 'planned' and reason <> ''")
        assert "as often today" in waits.reason


ADVERTISED = """
insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, marketing, due_at, created_at)
select 'email', 'lead_day_1', id, email, '', 'y', true, %(now)s, %(now)s from people where id = %(id)s
"""
WRITTEN = """
insert into deliveries (channel, kind, to_address, template, idempotency_key, due_at, created_at, rule_key)
values ('email', 'lead_day_1', 'asha@example.test', '', 'x', %(now)s, %(now)s, 'lead_day_1')
"""


async def test_near_the_limit_one_waits_for_what_another_writes_and_counts_it(database: Database) -> None:
    async with database.work(SYSTEM) as another:
        async with database.work(SYSTEM) as one:
            assert not await stop_flood(one, 1, 1)
            await one.run(WRITTEN, now=one.now)
            meanwhile = asyncio.create_task(stop_flood(another, 1, 1))
            await until_waiting(database, meanwhile)
        assert await meanwhile


async def test_what_a_rule_writes_while_it_is_switched_off_is_cancelled_with_the_rest(database: Database) -> None:
    async with database.work(SYSTEM) as work:
        await begun(work, 2)

    async def switch_off() -> None:
        async with database.work(SYSTEM) as work:
            state = await find_rule(work, "lead_day_1")
            await change_rule(work, "lead_day_1", state.version, state.settings, is_on=False)

    async with database.work(SYSTEM) as worker:
        worker.now += timedelta(days=1, seconds=1)
        assert await act_on_due(worker, most=1) == 1
        switching = asyncio.create_task(switch_off())
        await until_waiting(database, switching)
    await switching
    async with database.work(SYSTEM) as work:
        left = await work.rows("select state, reason from deliveries")
        steps = await work.rows("select state from automation_steps where rule_key = 'lead_day_1'")
    assert [(row.state, row.reason) for row in left] == [("cancelled", "The rule was switched off.")]
    assert sorted(row.state for row in steps) == ["cancelled", "done"]


async def test_a_broadcast_waits_for_who_is_being_written_to_and_finds_the_days_advertising_gone(
    database: Database, cast: object
) -> None:
    async with database.work(SYSTEM) as work:
        broadcast_id = await create_draft(work, uuid4(), "News", "email", Audience(), is_marketing=True)
        await write_message(work, broadcast_id, Message(subject="Hello", body="Come."))
        await confirm_broadcast(work, broadcast_id, 2)
    async with database.work(SYSTEM) as another:
        async with database.work(SYSTEM) as one:
            await hold_people(one, [ASHA.id])
            await one.run(ADVERTISED, id=ASHA.id, now=one.now)
            meanwhile = asyncio.create_task(plan_chunk(another, broadcast_id))
            await until_waiting(database, meanwhile)
        await meanwhile
    async with database.work(SYSTEM) as work:
        rows = await work.rows("select to_address from deliveries where broadcast_id is not null")
        assert [row.to_address for row in rows] == [CHITRA.email]


async def until_waiting(database: Database, task: asyncio.Task[Any]) -> None:
    """Return once the task waits for a lock, or is done."""
    async with database.work(SYSTEM) as work:
        while not task.done() and not await work.value("select count(*) from pg_locks where not granted"):
            await asyncio.wait({task}, timeout=0.01)
