"""Who changes batches, or is enrolled again, begins there now: what was over does not count, what is ahead is told anew."""

from datetime import timedelta

import pytest

from domain.courses.batches import BatchFacts, create_batch
from domain.dashboard.reading import read_dashboard
from domain.enrolling import move_student, restore_enrolment, withdraw_enrolment
from domain.learning.progress import Progress, progress_of
from domain.sessions.roster import show_roster
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.sessions import MONDAY

AFTER = MONDAY + timedelta(days=1)
LETTERS = "select count(*) from deliveries where kind = 'classes_ahead' and channel = 'email'"


@pytest.fixture
async def other(database, catalogue):
    async with database.work(SYSTEM) as work:
        return await create_batch(work, catalogue.course_id, BatchFacts("Batch 8"))


@pytest.fixture
def ask(database):
    async def ask(statement, **values):
        async with database.work(SYSTEM) as work:
            return await work.value(statement, **values)

    return ask


@pytest.fixture
def moves(work_as, enrolment_id):
    """Ben moves Asha to a batch."""

    async def move(batch_id):
        async with work_as(BEN.identity) as work:
            await move_student(work, enrolment_id, batch_id)

    return move


async def test_classes_that_were_over_before_the_move_do_not_count(
    database, schedules, other, moves, clock_at, enrolment_id
):
    over = await schedules(batch_id=other, tell=False)
    await clock_at(AFTER)
    await moves(other)
    async with database.work(SYSTEM) as work:
        assert (await show_roster(work, over)).people == []
        assert (await progress_of(work, [enrolment_id]))[enrolment_id] == Progress()


async def test_moving_there_and_back_writes_of_the_classes_ahead_each_time(
    schedules, other, moves, catalogue, clock_at, ask
):
    await schedules(batch_id=other, tell=False)
    await schedules(tell=False)
    for letters, batch_id in enumerate((other, catalogue.batch_id, other), start=1):
        await clock_at(MONDAY - timedelta(days=10 - letters))
        await moves(batch_id)
        assert await ask(LETTERS) == letters


async def test_who_is_enrolled_again_is_told_anew_and_has_missed_nothing_meanwhile(
    work_as, database, schedules, clock_at, enrolment_id, ask
):
    missed = await schedules(tell=False)
    await schedules(tell=False, title="Next", starts_at=MONDAY + timedelta(days=7))
    async with work_as(BEN.identity) as work:
        await withdraw_enrolment(work, enrolment_id)
    await clock_at(AFTER)
    async with work_as(BEN.identity) as work:
        await restore_enrolment(work, enrolment_id)
    assert await ask(LETTERS) == 1
    async with database.work(SYSTEM) as work:
        assert (await show_roster(work, missed)).people == []


async def test_who_comes_back_to_a_batch_they_had_left_begins_there_anew(
    database, schedules, other, moves, clock_at, enrolment_id, ask
):
    await ask(
        "insert into enrolments (person_id, batch_id, state, enrolled_at)"
        " values (%(p)s, %(b)s, 'withdrawn', app_now()) returning id",
        p=ASHA.id,
        b=other,
    )
    over = await schedules(batch_id=other, tell=False)
    await clock_at(AFTER)
    await moves(other)
    async with database.work(SYSTEM) as work:
        assert (await show_roster(work, over)).people == []
    assert await ask("select state from enrolments where id = %(id)s", id=enrolment_id) == "withdrawn"


async def test_neither_a_move_nor_a_return_is_a_sale(work_as, database, other, moves, clock_at, enrolment_id, ask):
    await ask("update enrolments set price_paise = 100 returning id")
    await clock_at(AFTER)
    await moves(other)
    async with work_as(BEN.identity) as work:
        await withdraw_enrolment(work, enrolment_id)
        await restore_enrolment(work, enrolment_id)
    async with database.work(SYSTEM) as work:
        figures = (await read_dashboard(work, 1.0)).figures
    assert (figures.students.value, figures.revenue.value) == (0, 0)
