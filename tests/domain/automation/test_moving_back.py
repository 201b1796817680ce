"""Who is moved back into a batch they once left, or is enrolled again: what still makes sense for them, and nothing twice."""

from datetime import timedelta

import pytest

from domain.automation.rules.approval import KEYS
from domain.courses.batches import BatchFacts, create_batch
from domain.enrolling import enrol_student, move_student, restore_enrolment, withdraw_enrolment
from domain.learning.assignments import AssignmentFacts, create_assignment
from domain.payments.changing import cancel_payment
from domain.sessions.scheduling import SessionFacts, create_session
from tests.domain.automation.test_approval_rules import REQUESTS, links_made
from tests.fixtures.cast import ASHA
from tests.fixtures.sessions import MONDAY

ENROLMENT = "select id from enrolments where person_id = %(person)s and batch_id = %(batch)s"
WELCOME, ASK, UNPAID = "approval_whatsapp", "approval_payment", "unpaid_reminder"


@pytest.fixture
async def other(work, catalogue):
    """Batch 8 of the same course."""
    await work.run("update people set consent_whatsapp = true where id = %(id)s", id=ASHA.id)
    return await create_batch(work, catalogue.course_id, BatchFacts("Batch 8"))


@pytest.fixture
def enrolment_in(work):
    async def find(batch_id):
        return await work.value(ENROLMENT, person=ASHA.id, batch=batch_id)

    return find


@pytest.fixture
async def once_left(work, rules, catalogue, enrolment_in):
    """Asha was in Batch 7, has got all that comes with it, and has left."""
    await enrol_student(work, ASHA.id, catalogue.batch_id)
    await rules.act()
    enrolment_id = await enrolment_in(catalogue.batch_id)
    await withdraw_enrolment(work, enrolment_id)
    await cancel_payment(work, (await work.rows(REQUESTS))[0].payment_id)
    work.now += timedelta(hours=1)
    return enrolment_id


async def of(rules, subject_id):
    """Return what stands planned or done for an enrolment, by rule."""
    return {step.rule_key: step.state for step in await rules.steps(*KEYS) if step.subject_id == subject_id}


async def test_what_the_enrolment_that_ends_had_not_come_to_is_done_for_the_one_that_begins_again(
    work, rules, catalogue, other, once_left, enrolment_in
):
    await enrol_student(work, ASHA.id, other)
    work.now += timedelta(minutes=5)  # no worker was there
    await move_student(work, await enrolment_in(other), catalogue.batch_id)
    await rules.act()
    asked = await work.rows("select enrolment_id, cancelled_at is null as is_open from payments order by created_at")
    assert [(row.enrolment_id, row.is_open) for row in asked] == [(once_left, False), (once_left, True)]
    welcomes = [row.subject_id for row in await rules.deliveries(WELCOME) if row.state == "pending"]
    assert welcomes == [once_left]
    await links_made(work)
    await rules.act(days=3)
    assert {row.subject_id for row in await rules.deliveries(UNPAID)} == {once_left}


async def test_what_was_done_before_the_move_is_not_done_again_and_what_was_asked_is_reminded_of(
    work, rules, catalogue, other, once_left, enrolment_in
):
    await enrol_student(work, ASHA.id, other)
    await rules.act()
    await work.run("update deliveries set state = 'sent', sent_at = created_at where state = 'pending'")
    work.now += timedelta(hours=1)
    moved = await enrolment_in(other)
    await move_student(work, moved, catalogue.batch_id)
    await rules.act()
    assert await work.value("select count(*) from payments where cancelled_at is null") == 1
    planned = {step.rule_key for step in await rules.steps(*KEYS) if step.state == "planned"}
    assert planned == {UNPAID, "unpaid_attention"}
    assert await of(rules, moved) == {
        WELCOME: "done",
        ASK: "done",
        UNPAID: "cancelled",
        "unpaid_attention": "cancelled",
    }
    await work.run("delete from automation_steps where rule_key = %(key)s", key=UNPAID)
    await links_made(work)
    await rules.act(days=5)
    assert {row.name for row in await rules.deliveries("payment_reminder")} == {ASHA.name}


async def test_classes_and_assignments_of_the_batch_are_planned_again(
    work, rules, catalogue, other, once_left, enrolment_in
):
    work.now = MONDAY - timedelta(days=2)
    await enrol_student(work, ASHA.id, catalogue.batch_id)
    facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False)
    await create_session(work, facts)
    await create_assignment(
        work, AssignmentFacts(catalogue.batch_id, "First query", MONDAY + timedelta(days=7)), publish=True
    )
    await rules.act()
    enrolment_id = await enrolment_in(catalogue.batch_id)
    await withdraw_enrolment(work, enrolment_id)
    await enrol_student(work, ASHA.id, other)
    work.now += timedelta(hours=1)
    await move_student(work, await enrolment_in(other), catalogue.batch_id)
    keys = ("session_reminder_24h", "session_reminder_15m", "recording_ready", "feedback_request", "assignment_due")
    assert {step.rule_key: step.state for step in await rules.steps(*keys)} == dict.fromkeys(keys, "planned")
    (given,) = await rules.steps("assignment_given")  # was withdrawn with the batch, before it left
    assert given.state == "planned"


async def test_who_is_enrolled_again_before_they_were_asked_to_pay_is_asked(
    work, rules, catalogue, other, enrolment_in
):
    await enrol_student(work, ASHA.id, catalogue.batch_id)
    enrolment_id = await enrolment_in(catalogue.batch_id)
    await withdraw_enrolment(work, enrolment_id)
    work.now += timedelta(hours=5)
    await restore_enrolment(work, enrolment_id)
    await rules.act()
    assert await of(rules, enrolment_id) == {
        WELCOME: "done",
        ASK: "done",
        UNPAID: "planned",
        "unpaid_attention": "planned",
    }
