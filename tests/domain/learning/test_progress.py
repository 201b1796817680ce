"""Progress counts what was due: classes that were held, and assignments; the same for one student and for many."""

from datetime import timedelta

import pytest

from domain.learning.assignments import FORGIVE
from domain.learning.my_assignments import show_mine
from domain.learning.my_courses import my_courses
from domain.learning.progress import Progress, progress_of
from domain.learning.submitting import Change, save_submission
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.sessions import MONDAY

AFTER = MONDAY + timedelta(days=1)
ATTEND = """
insert into attendance (session_id, person_id, joined_at, marked, updated_at)
values (%(session)s, %(person)s, %(joined)s, %(marked)s, app_now())
"""
SUBMIT = """
insert into submissions (assignment_id, person_id, state, submitted_at, graded_at, created_at, updated_at)
values (%(assignment)s, %(person)s, %(state)s, case when %(state)s <> 'draft' then app_now() end,
  case when %(state)s in ('graded', 'returned') then app_now() end, app_now(), app_now())
"""

EXTEND = """
insert into assignment_extensions (assignment_id, person_id, due_at, created_at) values (%(a)s, %(p)s, %(at)s, %(at)s)
"""


@pytest.fixture
def run(database):
    async def run(sql, **values):
        async with database.work(SYSTEM) as work:
            await work.run(sql, **values)

    return run


@pytest.fixture
def progress(database, enrolment_id):
    """Asha's, as admins are told it and as she is: always the same."""

    async def ask():
        async with database.work(SYSTEM) as work:
            told = (await progress_of(work, [enrolment_id]))[enrolment_id]
        async with database.work(ASHA.identity) as work:
            (course,) = await my_courses(work)
        assert course.progress == told
        return told

    return ask


async def test_a_class_is_due_once_it_has_ended_and_done_when_the_student_was_there(schedules, progress, run, clock_at):
    session = await schedules()
    assert await progress() == Progress()
    await clock_at(AFTER)
    assert await progress() == Progress(due=1)
    await run(ATTEND, session=session, person=ASHA.id, joined=MONDAY, marked=None)
    assert await progress() == Progress(due=1, done=1)


async def test_an_admins_word_overrides_what_was_measured(schedules, progress, run, clock_at):
    session = await schedules()
    await clock_at(AFTER)
    await run(ATTEND, session=session, person=ASHA.id, joined=MONDAY, marked="absent")
    assert await progress() == Progress(due=1)
    await run("update attendance set marked = 'late', joined_at = null")
    assert await progress() == Progress(due=1, done=1)


async def test_a_cancelled_class_and_one_before_the_student_came_are_not_due(schedules, progress, run, clock_at):
    await schedules()
    await run("update sessions set cancelled_at = app_now()")
    await schedules(title="Before")
    await run("update enrolments set enrolled_at = %(at)s", at=AFTER)
    await clock_at(AFTER + timedelta(days=1))
    assert await progress() == Progress()


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        (None, Progress(), Progress(due=1)),
        ("draft", Progress(), Progress(due=1)),
        ("submitted", Progress(1, 1), Progress(1, 1)),
        ("graded", Progress(1, 1), Progress(1, 1)),
        ("returned", Progress(due=1), Progress(due=1)),
    ],
)
async def test_an_assignment_is_due_at_its_deadline_and_done_when_handed_in(
    sets, progress, run, clock_at, state, before, after
):
    assignment = await sets()
    if state:
        await run(SUBMIT, assignment=assignment, person=ASHA.id, state=state)
    assert await progress() == before
    await clock_at(AFTER)
    assert await progress() == after


async def test_a_deadline_of_ones_own_counts_and_a_draft_of_an_assignment_does_not(sets, progress, run, clock_at):
    assignment = await sets()
    await sets(publish=False)
    await run(EXTEND, a=assignment, p=ASHA.id, at=AFTER + timedelta(days=1))
    await clock_at(AFTER)
    assert await progress() == Progress()
    await clock_at(AFTER + timedelta(days=2))
    assert await progress() == Progress(due=1)


async def test_an_extension_is_never_less_time_than_everybody_has(sets, progress, run, clock_at, database):
    assignment = await sets()
    await run(EXTEND, a=assignment, p=ASHA.id, at=AFTER)
    await run("update assignments set due_at = %(at)s", at=AFTER + timedelta(days=7))
    await clock_at(AFTER + timedelta(days=1))
    assert await progress() == Progress()
    async with database.work(ASHA.identity) as work:
        (course,) = await my_courses(work)
        assert course.due[0].due_at == AFTER + timedelta(days=7)
        shown = (await show_mine(work, assignment)).facts
        assert (shown.open_until, shown.has_extension) == (AFTER + timedelta(days=7), False)
        await save_submission(work, assignment, Change(0, text="Mine"), hand_in=True)
        assert not await work.value("select is_late from submissions")


async def test_more_time_for_everybody_forgives_whoever_had_an_extension(sets, enrolment_id, run, clock_at, database):
    assignment = await sets(accepts_late=True)
    await run(EXTEND, a=assignment, p=ASHA.id, at=AFTER)
    await clock_at(AFTER + timedelta(days=1))
    async with database.work(ASHA.identity) as work:
        await save_submission(work, assignment, Change(0, text="Mine"), hand_in=True)
        assert await work.value("select is_late from submissions")
    await run("update assignments set due_at = %(at)s", at=AFTER + timedelta(days=7))
    async with database.work(SYSTEM) as work:
        await work.run(FORGIVE, id=assignment, now=work.now)
        assert not await work.value("select is_late from submissions")


async def test_many_enrolments_are_counted_in_one_statement(database, enrols, sets, schedules, run, clock_at):
    asha, chitra = await enrols(ASHA), await enrols(CHITRA)
    await schedules()
    await run(SUBMIT, assignment=await sets(), person=CHITRA.id, state="submitted")
    await clock_at(AFTER)
    async with database.work(SYSTEM) as work:
        before = work.connection.round_trips
        found = await progress_of(work, [asha, chitra])
        assert work.connection.round_trips - before == 1
    assert found == {asha: Progress(due=2), chitra: Progress(due=2, done=1)}
