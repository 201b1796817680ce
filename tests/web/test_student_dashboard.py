"""What a student sees: their own courses, and nobody else's."""

import pytest

from domain.learning.progress import Progress, progress_of
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, CHITRA

ENROL = """
insert into enrolments (person_id, batch_id, price_paise, enrolled_at) values (%(person)s, %(batch)s, 0, now()) returning id
"""
# Stands for a kind of thing that can be due: here, two are, and one is done.
HALF_DONE = "select id as enrolment_id, 2 as due, 1 as done from chosen where %(now)s::timestamptz is not null"


@pytest.fixture
async def enrolment(database, cast, catalogue):
    async with database.work(SYSTEM) as work:
        return await work.value(ENROL, person=ASHA.id, batch=catalogue.batch_id)


async def test_the_first_page_greets_and_says_where_the_student_is(as_student, enrolment):
    page = (await as_student.get("/student")).text
    for text in ("Hello, Asha", "Data Analytics", "Batch 7", "7 Jan 2030 to 30 Apr 2030", "2 modules", "Account"):
        assert text in page


async def test_while_nothing_is_due_progress_is_nothing_and_says_so(as_student, enrolment):
    page = (await as_student.get("/student")).text
    assert "Nothing is due yet." in page
    assert 'max="100" value="0"' in page


async def test_no_next_class_is_shown_while_there_is_none(as_student, enrolment):
    page = (await as_student.get("/student")).text
    assert "Next class" not in page
    assert "Join" not in page


async def test_the_course_page_lists_the_modules_in_order(as_student, enrolment):
    page = (await as_student.get("/student/course")).text
    assert page.index("SQL") < page.index("Dashboards")


async def test_who_is_in_no_course_is_told_so(as_outsider, enrolment):
    assert "You are in no course at the moment" in (await as_outsider.get("/student")).text
    assert "You are in no course at the moment" in (await as_outsider.get("/student/course")).text


async def test_a_student_cannot_open_anothers_course(as_outsider, enrolment, database, catalogue):
    assert "SQL" not in (await as_outsider.get(f"/student/course?enrolment={enrolment}")).text
    async with database.work(SYSTEM) as work:
        await work.value(ENROL, person=CHITRA.id, batch=catalogue.batch_id)
    assert (await as_outsider.get(f"/student/course?enrolment={enrolment}")).status_code == 404


async def test_row_security_hides_anothers_enrolment_even_when_asked_for(work_as, enrolment):
    async with work_as(CHITRA.identity) as work:
        assert await work.rows("select * from enrolments") == []


async def test_a_hidden_course_stays_with_who_is_enrolled(as_student, enrolment, database):
    async with database.work(SYSTEM) as work:
        await work.run("update courses set is_published = false")
    assert "Dashboards" in (await as_student.get("/student/course")).text


async def test_a_withdrawn_enrolment_is_gone_from_the_page(as_student, enrolment, database):
    async with database.work(SYSTEM) as work:
        await work.run("update enrolments set state = 'withdrawn'")
    assert "You are in no course" in (await as_student.get("/student")).text


async def test_admins_have_no_student_pages(as_admin):
    assert (await as_admin.get("/student")).status_code == 403


def test_progress_is_the_share_of_due_things_done():
    assert (Progress().share, Progress().percent) == (0.0, 0)
    assert (Progress(due=14, done=9).percent, Progress(due=3, done=3).percent) == (64, 100)
    assert Progress(due=1000, done=999).percent == 99


async def test_progress_adds_up_all_kinds_of_due_things(work_as, enrolment):
    async with work_as(ASHA.identity) as work:
        progress = await progress_of(work, [enrolment], kinds=[HALF_DONE, HALF_DONE])
    assert progress[enrolment] == Progress(due=4, done=2)
