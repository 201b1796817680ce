"""What was written and withdrawn before it left comes back with its cause: once, and never to somebody who may have it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.arq.runner import ports_of
from domain.automation.acting import act_on_due
from domain.enrolling import enrol_student
from domain.learning.assignments import AssignmentFacts, create_assignment, publish_assignment, withdraw_assignment
from domain.messaging.composing import Composer
from domain.messaging.sending import Batch, claim_batch
from domain.payments.after_approval import wake_reminders
from domain.payments.changing import cancel_payment, reopen_payment
from domain.recordings.managing import add_link, show_to_students
from domain.sessions.automations import plan_for_returned
from domain.sessions.scheduling import SessionFacts, create_session
from domain.work import SYSTEM
from tests.domain.automation.test_approval_rules import REQUESTS, approved, links_made
from tests.fixtures.cast import ASHA
from tests.fixtures.house import until
from tests.fixtures.sessions import MONDAY

END = MONDAY + timedelta(minutes=90)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECORDING = "recording_ready"
GONE = "There is no recording to watch yet: it waits for one."
SENT = "update deliveries set state = 'sent', sent_at = %(now)s, lease_token = null, leased_until = null where state = 'sending'"
# Who waits for a lock in this database.
BLOCKED = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
"""


@pytest.fixture
def composer(services):
    return Composer(ports_of(services))


@pytest.fixture
async def session_id(work, catalogue):
    """A class of Asha's, who takes no WhatsApp, so that each message is one."""
    await enrol_student(work, ASHA.id, catalogue.batch_id)
    facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False, place="Room 4")
    return await create_session(work, facts)


async def leave(work, composer):
    """Let what is due leave, of rules alone; return how many do."""
    await work.run("update deliveries set state = 'cancelled' where rule_key is null")
    left = 0
    while batch := await claim_batch(work, composer, lease_seconds=30):
        left += isinstance(batch, Batch)
    return left


async def states(rules, *keys):
    return [(row.state, row.reason) for row in await rules.deliveries(*keys)]


async def test_a_recording_taken_away_before_its_message_left_is_told_of_when_it_is_back_and_then_no_more(
    rules, session_id, composer
):
    rules.work.now = END + HOUR
    recording_id = await add_link(rules.work, session_id, "https://films.test/joins", "")
    await rules.act_at(END + 2 * HOUR)
    await show_to_students(rules.work, recording_id, False)
    assert await leave(rules.work, composer) == 0
    assert await states(rules, RECORDING) == [("cancelled", GONE)]
    rules.work.now += 9 * DAY
    await show_to_students(rules.work, recording_id, True)
    await rules.act()
    assert await states(rules, RECORDING) == [("pending", "")]
    assert await leave(rules.work, composer) == 1
    for is_visible in (False, True):  # it may have left: nobody is told twice
        await show_to_students(rules.work, recording_id, is_visible)
    await rules.act()
    assert await leave(rules.work, composer) == 0
    assert [state for state, _reason in await states(rules, RECORDING)] == ["sending"]


async def test_an_assignment_published_once_more_is_told_of_if_nobody_was_told(rules, session_id, catalogue, composer):
    facts = AssignmentFacts(catalogue.batch_id, "First query", END + 7 * DAY)
    told, untold = [
        await create_assignment(rules.work, replace(facts, title=title), publish=True) for title in ("Told", "Untold")
    ]
    await rules.act()
    await withdraw_assignment(rules.work, untold)
    assert await leave(rules.work, composer) == 1
    await rules.work.run(SENT, now=rules.work.now)
    await withdraw_assignment(rules.work, told)
    rules.work.now += DAY
    for assignment_id in (told, untold):
        await publish_assignment(rules.work, assignment_id)
    await rules.act()
    assert {row.subject_id: row.state for row in await rules.deliveries("assignment_given")} == {
        told: "sent",
        untold: "pending",
    }
    assert [step.state for step in await rules.steps("assignment_given")] == ["done", "done"]


async def test_who_is_let_in_again_gets_what_was_kept_back_while_it_is_good(rules, session_id, composer):
    await rules.act_at(MONDAY - DAY)
    await rules.work.run("update profiles set is_active = false")
    assert await leave(rules.work, composer) == 0
    await rules.work.run("update profiles set is_active = true")
    rules.work.now += HOUR
    await plan_for_returned(rules.work, ASHA.id)
    await rules.act()
    assert await leave(rules.work, composer) == 1
    assert await rules.work.value("select count(*) from reminders") == 1


async def test_what_has_been_reported_on_is_not_written_again_whatever_became_of_it(rules, session_id, composer):
    await rules.act_at(MONDAY - DAY)
    assert await leave(rules.work, composer) == 1
    await rules.work.run("update deliveries set state = 'cancelled' where state = 'sending'")
    await rules.work.run("update email_logs set rank = 40, state = 'delivered'")
    await plan_for_returned(rules.work, ASHA.id)
    assert [step.state for step in await rules.steps("session_reminder_24h")] == ["done"]


async def test_a_request_to_pay_that_is_opened_again_is_reminded_of_once_it_can_be_paid(work, rules, catalogue):
    await approved(work, catalogue)
    await rules.act()
    await links_made(work)
    (request,) = await work.rows(REQUESTS)
    await work.run("update automation_steps set state = 'cancelled' where rule_key = 'unpaid_reminder'")
    due_at = (await rules.steps("payment_reminder"))[0].due_at
    await rules.act_at(due_at)
    assert {state for state, _reason in await states(rules, "payment_reminder")} == {"pending"}
    await cancel_payment(work, request.payment_id)
    await work.run("update payment_requests set state = 'disabled'")  # as the gateway has it, too
    assert {state for state, _reason in await states(rules, "payment_reminder")} == {"cancelled"}
    work.now += DAY
    await reopen_payment(work, request.payment_id)
    await rules.act()
    waits = "There is no link yet to pay at: it waits for one."
    assert await rules.states("payment_reminder") == [("Rohit Deshmukh", "planned", waits)]
    await links_open(work, request)
    await rules.act()
    assert {state for state, _reason in await states(rules, "payment_reminder")} == {"pending"}


async def links_open(work, request):
    await work.run("update payment_requests set state = 'open' where id = %(id)s", id=request.id)
    await wake_reminders(work, request)


async def test_a_reminder_that_waits_for_a_link_is_good_no_longer_for_that(work, rules, catalogue):
    await approved(work, catalogue)
    await rules.act()
    await rules.act(days=3, hours=1)
    (request,) = await work.rows(REQUESTS)
    work.now += 2 * DAY
    await links_open(work, request)
    await rules.act()
    reasons = {reason for _name, _state, reason in await rules.states("unpaid_reminder")}
    assert reasons == {"Its moment had passed before it could be done."}


async def test_a_recording_that_comes_back_in_the_moment_its_message_is_withdrawn_is_not_lost(
    database, catalogue, cast, composer
):
    async with database.work(SYSTEM) as work:
        await enrol_student(work, ASHA.id, catalogue.batch_id)
        facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False)
        session_id = await create_session(work, facts)
        recording_id = await add_link(work, session_id, "https://films.test/joins", "")
        work.now = END + 2 * HOUR
        while await act_on_due(work):
            pass
        await show_to_students(work, recording_id, False)
        await work.run("delete from deliveries where rule_key is distinct from %(key)s", key=RECORDING)

    async def show() -> None:
        async with database.work(SYSTEM) as work:
            work.now = END + 3 * HOUR
            await show_to_students(work, recording_id, True)

    async with database.work(SYSTEM) as worker:
        worker.now = END + 3 * HOUR
        assert await claim_batch(worker, composer, lease_seconds=30) is True  # withdrawn, and not committed
        showing = asyncio.create_task(show())
        await until(lambda: is_blocked(database))
    await showing
    async with database.work(SYSTEM) as work:
        states = await work.rows("select state from automation_steps where rule_key = %(key)s", key=RECORDING)
    assert [row.state for row in states] == ["planned"]


async def test_a_recording_that_comes_in_the_moment_its_step_finds_none_wakes_it(database, catalogue, cast):
    async with database.work(SYSTEM) as work:
        await enrol_student(work, ASHA.id, catalogue.batch_id)
        facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False)
        session_id = await create_session(work, facts)
        await work.run("delete from automation_steps where rule_key is distinct from %(key)s", key=RECORDING)

    async def add() -> None:
        async with database.work(SYSTEM) as work:
            work.now = END + 2 * HOUR
            await add_link(work, session_id, "https://films.test/joins", "")

    async with database.work(SYSTEM) as worker:
        worker.now = END + 2 * HOUR
        assert await act_on_due(worker) == 1  # it waits now, and that is not committed
        adding = asyncio.create_task(add())
        await until(lambda: is_blocked(database))
    await adding
    async with database.work(SYSTEM) as work:
        due_at = await work.value("select due_at from automation_steps where rule_key = %(key)s", key=RECORDING)
    assert due_at == END + 2 * HOUR


async def is_blocked(database) -> bool:
    async with database.work(SYSTEM) as work:
        return bool(await work.value(BLOCKED))
