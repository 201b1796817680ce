"""The database itself keeps students from grading, whatever the program does."""

from uuid import uuid4

import psycopg
import pytest

from domain.learning.submitting import Change, save_submission
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA


@pytest.fixture
async def submission(sets, enrolment_id, work_as):
    assignment_id = await sets()
    async with work_as(ASHA.identity) as work:
        await save_submission(work, assignment_id, Change(0, text="Mine"), hand_in=True)
    async with work_as(SYSTEM) as work:
        return await work.row("select * from submissions")


@pytest.mark.parametrize(
    "change", ["score = 10", "comment = 'Best'", "state = 'graded', graded_at = now()", "graded_at = now()"]
)
async def test_a_student_cannot_grade_themselves(work_as, submission, change):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with work_as(ASHA.identity) as work:
            await work.run(f"update submissions set {change}")


async def test_what_is_graded_stays_as_it_was_graded(work_as, submission):
    async with work_as(BEN.identity) as work:
        await work.run("update submissions set state = 'graded', score = 5, graded_at = now()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with work_as(ASHA.identity) as work:
            await work.run("update submissions set text = 'Other'")


async def test_a_receipt_can_be_planned_for_nothing_but_ones_own(work_as, submission):
    planned = "select count(*) from automation_steps where kind = 'send_submission_receipt'"
    async with work_as(SYSTEM) as work:
        assert await work.value(planned) == 1
        await work.run("delete from automation_steps")
    async with work_as(CHITRA.identity) as work:
        await work.rows("select plan_submission_receipt(%(id)s)", id=submission.id)
        await work.rows("select plan_submission_receipt(%(id)s)", id=uuid4())
    async with work_as(SYSTEM) as work:
        assert await work.value(planned) == 0


async def test_a_submission_is_begun_for_oneself_and_ungraded(work_as, submission, enrols):
    await enrols(CHITRA)
    begin = """
    insert into submissions (assignment_id, person_id, state, score, submitted_at, graded_at, created_at, updated_at)
    values (%(a)s, %(p)s, %(state)s, %(score)s, now(), now(), now(), now())"""
    for person, state, score in [(ASHA.id, "draft", None), (CHITRA.id, "graded", 10), (CHITRA.id, "submitted", 10)]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with work_as(CHITRA.identity) as work:
                await work.run(begin, a=submission.assignment_id, p=person, state=state, score=score)
