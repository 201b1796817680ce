"""Steering what is planned for one person: each act happens once, and only where it makes sense."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.automation.steering import (
    let_automations_go_on,
    retry_step,
    run_step_now,
    skip_step,
    stop_automations,
)
from domain.errors import Conflict
from domain.messaging.interventions import mark_arrived, send_now
from domain.work import Row, Signal, Work
from tests.domain.timeline.rows import add_message, add_rule_step
from tests.fixtures.cast import ASHA, BEN, WorkAs


async def step(work: Work, step_id: UUID) -> Row:
    return await work.row("select * from automation_steps where id = %(id)s", id=step_id)  # type: ignore[return-value]


async def delivery(work: Work, delivery_id: UUID) -> Row:
    return await work.row("select * from deliveries where id = %(id)s", id=delivery_id)  # type: ignore[return-value]


async def test_a_step_is_skipped_once_with_who_skipped_it(work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        planned = await add_rule_step(work)
    async with work_as(BEN.identity) as work:
        await skip_step(work, planned)
        assert Signal(f"person:{ASHA.id}") in work.signals
        skipped = await step(work, planned)
        assert (skipped.state, skipped.reason, skipped.finished_at) == ("skipped", "Skipped by Ben Thomas.", work.now)
        with pytest.raises(Conflict):
            await skip_step(work, planned)
        actions = await work.rows("select action from audit_logs where subject_id = %(id)s", id=ASHA.id)
        assert [row.action for row in actions] == ["step.skipped"]


async def test_of_presses_at_the_same_moment_one_is_first(work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        planned, failed = await add_rule_step(work), await add_rule_step(work, "failed")

    async def press(act: Callable[[Work, UUID], Awaitable[object]], subject: UUID) -> str:
        try:
            async with work_as(BEN.identity) as work:
                await act(work, subject)
        except Conflict:
            return "too late"
        return "done"

    for act, subject in ((skip_step, planned), (retry_step, failed), (stop_automations, ASHA.id)):
        outcomes = await asyncio.gather(*(press(act, subject) for _press in range(4)))
        assert sorted(outcomes) == ["done", "too late", "too late", "too late"], act


async def test_what_the_worker_has_taken_is_not_skipped_any_more(work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        planned = await add_rule_step(work)
    async with work_as(BEN.identity) as worker:
        await worker.run("update automation_steps set state = 'running' where id = %(id)s", id=planned)
    for act in (skip_step, run_step_now, retry_step):
        async with work_as(BEN.identity) as work:
            with pytest.raises(Conflict):
                await act(work, planned)
            assert (await step(work, planned)).state == "running"


async def test_only_what_waits_for_later_can_be_done_now_and_only_what_did_not_come_to_be_tried_again(
    work: Work,
) -> None:
    waits = await add_rule_step(work, attempt=3, retry_at=work.now + timedelta(minutes=9))
    await run_step_now(work, waits)
    hurried = await step(work, waits)
    assert (hurried.due_at, hurried.retry_at, work.nudged) == (work.now, None, True)
    with pytest.raises(Conflict):
        await run_step_now(work, waits)
    for state in ("failed", "skipped"):
        over = await add_rule_step(work, state, attempt=10, reason="It went wrong.")
        await retry_step(work, over)
        again = await step(work, over)
        assert (again.state, again.attempt, again.reason, again.finished_at) == ("planned", 0, "", None)
    for values in ({"state": "done"}, {"state": "cancelled"}, {"state": "skipped", "rule_key": None}):
        with pytest.raises(Conflict):
            await retry_step(work, await add_rule_step(work, **values))
    with pytest.raises(Conflict):  # what is no automation's is not left out
        await skip_step(work, await add_rule_step(work, rule_key=None))


async def test_stopping_cancels_what_automations_planned_and_nothing_else_and_going_on_brings_none_back(
    work: Work,
) -> None:
    planned, failed = await add_rule_step(work), await add_rule_step(work, "failed")
    other = await add_rule_step(work, rule_key=None)
    waiting, by_hand = await add_message(work), await add_message(work, rule=None)
    assert await stop_automations(work, ASHA.id) == "1 planned step was cancelled, and 1 waiting message."
    reason = "Automations were stopped for this person by Gurudesk."
    assert [(row.state, row.reason) for row in (await step(work, planned), await delivery(work, waiting))] == [
        ("cancelled", reason),
        ("cancelled", reason),
    ]
    assert [(await step(work, other)).state, (await delivery(work, by_hand)).state] == ["planned", "pending"]
    with pytest.raises(Conflict, match="already"):
        await stop_automations(work, ASHA.id)
    with pytest.raises(Conflict, match="Let them go on first"):
        await retry_step(work, failed)
    await let_automations_go_on(work, ASHA.id)
    assert (await step(work, planned)).state == "cancelled"
    with pytest.raises(Conflict):
        await let_automations_go_on(work, ASHA.id)
    await retry_step(work, failed)
    entries = await work.rows(
        "select action, details from audit_logs where subject_id = %(id)s order by sequence", id=ASHA.id
    )
    told: list[Any] = [(row.action, row.details) for row in entries[:2]]
    assert told == [("person.automations_stopped", {"steps": 1, "messages": 1}), ("person.automations_resumed", {})]


async def test_a_message_held_for_later_leaves_now_and_an_unknown_one_may_be_said_to_have_arrived(work: Work) -> None:
    waiting, unknown = await add_message(work), await add_message(work, "unknown")
    await send_now(work, waiting)
    assert (await delivery(work, waiting)).due_at == work.now
    with pytest.raises(Conflict):
        await send_now(work, waiting)
    await mark_arrived(work, unknown)
    assert (await delivery(work, unknown)).state == "sent"
    with pytest.raises(Conflict):
        await mark_arrived(work, unknown)
