"""Courses and batches put away and brought back, their time zones, and students who change batches."""

from datetime import timedelta

import pytest

from domain.courses.batches import BatchFacts, create_batch
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.sessions import MONDAY

COURSES = "/admin/courses"


async def one(database, sql, **values):
    async with database.work(SYSTEM) as work:
        return await work.row(sql, **values)


@pytest.fixture
async def other(database, catalogue):
    async with database.work(SYSTEM) as work:
        return await create_batch(work, catalogue.course_id, BatchFacts("Batch 8", capacity=1))


async def test_an_archived_course_leaves_the_public_pages_and_stays_to_be_read(as_admin, client, catalogue, database):
    path = f"{COURSES}/{catalogue.course_id}"
    assert (await client.get("/apply/data-analytics")).status_code == 200
    assert (await as_admin.post(f"{path}/archive", data={"is_archived": "yes"})).status_code == 303
    assert (await client.get("/apply/data-analytics")).status_code == 404
    assert "“Data Analytics” is archived" in (await as_admin.get("/admin")).text
    assert "Data Analytics" not in (await as_admin.get("/admin/sessions/new")).text
    assert path not in (await as_admin.get(COURSES)).text
    assert path in (await as_admin.get(f"{COURSES}?state=archived")).text
    assert "This course is archived" in (await as_admin.get(path)).text
    assert (await as_admin.post(f"{path}/publication", data={"is_published": "yes"})).status_code == 409
    assert (await as_admin.post(f"{path}/archive", data={"is_archived": "yes"})).status_code == 409
    assert (await as_admin.post(f"{path}/archive", data={"is_archived": "no"})).status_code == 303
    assert path in (await as_admin.get(COURSES)).text
    actions = await one(
        database,
        "select array_agg(action order by sequence) as all from audit_logs where action like 'course.%%arch%%'",
    )
    assert actions.all == ["course.archived", "course.unarchived"]


async def test_an_archived_batch_is_offered_nowhere(as_admin, client, catalogue):
    path = f"{COURSES}/{catalogue.course_id}/batches/{catalogue.batch_id}"
    assert (await as_admin.post(f"{path}/archive", data={"is_archived": "yes"})).status_code == 303
    assert "Batch 7 is archived" in (await as_admin.get("/admin")).text
    for page in ("/admin/sessions/new", "/admin/broadcasts/new"):
        assert "Batch 7" not in (await as_admin.get(page)).text, page
    assert "Batch 7" not in (await client.get("/apply/data-analytics")).text
    assert (await as_admin.post(f"{path}/opening", data={"is_open": "yes"})).status_code == 409
    assert (await as_admin.post(f"{path}/archive", data={"is_archived": "no"})).status_code == 303
    assert "Batch 7" in (await as_admin.get("/admin/sessions/new")).text


async def test_what_has_classes_ahead_is_not_archived(as_admin, catalogue, schedules):
    await schedules()
    path = f"{COURSES}/{catalogue.course_id}"
    for address in (path, f"{path}/batches/{catalogue.batch_id}"):
        answer = await as_admin.post(f"{address}/archive", data={"is_archived": "yes"})
        assert answer.status_code == 409
        assert "1 class is still to come" in answer.text


async def test_another_zone_with_classes_ahead_asks_what_stays(as_admin, catalogue, database, schedules):
    await schedules()
    path = f"{COURSES}/{catalogue.course_id}/batches/{catalogue.batch_id}/edit"
    form = {"name": "Batch 7", "timezone": "Europe/Berlin"}
    answer = await as_admin.post(path, data=form)
    assert answer.status_code == 422
    assert "1 class is still to come. What stays?" in answer.text
    assert (await as_admin.post(path, data=form | {"keep": "moments"})).status_code == 303
    session = await one(database, "select starts_at, version from sessions")
    assert (session.starts_at, session.version) == (MONDAY, 1)
    answer = await as_admin.post(path, data=form | {"timezone": "Asia/Kolkata", "keep": "local", "tell": "on"})
    assert answer.status_code == 303
    session = await one(database, "select starts_at, version, moved_from from sessions")
    assert (session.starts_at, session.version) == (MONDAY - timedelta(hours=4, minutes=30), 2)
    assert await one(database, "select id from automation_steps where kind = 'tell_session' and subject_version = 2")


async def test_a_zone_that_is_none_is_refused(as_admin, catalogue):
    path = f"{COURSES}/{catalogue.course_id}/batches/{catalogue.batch_id}/edit"
    for zone in ("Mars/Olympus", "../etc/passwd"):
        answer = await as_admin.post(path, data={"name": "Batch 7", "timezone": zone})
        assert answer.status_code == 422
        assert 'id="field-timezone-error"' in answer.text


async def test_a_student_moves_within_the_course_and_within_the_places(
    as_admin, catalogue, database, other, enrolment_id, enrols
):
    path = f"/admin/enrolments/{enrolment_id}"
    assert "Batch 8" in (await as_admin.get(path)).text
    full = await enrols(CHITRA)
    assert (await as_admin.post(f"/admin/enrolments/{full}/batch", data={"batch": str(other)})).status_code == 303
    answer = await as_admin.post(f"{path}/batch", data={"batch": str(other)})
    assert answer.status_code == 422
    assert "Batch 8 has 0 places left of 1." in answer.text
    assert 'name="beyond"' in answer.text
    answer = await as_admin.post(f"{path}/batch", data={"batch": str(other), "beyond": "yes"})
    assert answer.headers["location"] == f"/admin/students/{ASHA.id}"
    moved = await one(database, "select batch_id from enrolments where id = %(id)s", id=enrolment_id)
    assert moved.batch_id == other
    entry = await one(
        database, "select details from audit_logs where action = 'enrolment.moved' and subject_id = %(id)s", id=ASHA.id
    )
    assert (entry.details["before"], entry.details["after"]) == ("Batch 7", "Batch 8")
    # And back again.
    assert (await as_admin.post(f"{path}/batch", data={"batch": str(catalogue.batch_id)})).status_code == 303


async def test_a_batch_of_another_course_is_no_choice(as_admin, enrolment_id, other, database):
    await as_admin.post(COURSES, data={"title": "Design"})
    async with database.work(SYSTEM) as work:
        course_id = await work.value("select id from courses where title = 'Design'")
        foreign = await create_batch(work, course_id, BatchFacts("Batch 1"))
    for batch in (str(foreign), "", "nonsense"):
        answer = await as_admin.post(f"/admin/enrolments/{enrolment_id}/batch", data={"batch": batch})
        assert answer.status_code == 422
        assert "Choose another batch of this course." in answer.text


async def test_who_is_withdrawn_has_no_place_until_enrolled_again(as_admin, enrolment_id, database, catalogue, other):
    path = f"/admin/enrolments/{enrolment_id}"
    assert (await as_admin.post(f"{path}/withdrawal")).status_code == 303
    assert (await as_admin.post(f"{path}/withdrawal")).status_code == 409
    assert (await as_admin.post(f"{path}/batch", data={"batch": str(other)})).status_code == 422
    assert "Enrol again" in (await as_admin.get(path)).text
    assert (await as_admin.post(f"{path}/restoration")).status_code == 303
    assert (await one(database, "select state from enrolments")).state == "active"
    assert "Enrolment withdrawn" in (await as_admin.get(f"/admin/students/{ASHA.id}")).text


async def test_a_student_is_enrolled_by_hand_at_the_price_of_the_course_and_within_the_places(
    as_admin, catalogue, database, other, enrolment_id, enrols, schedules
):
    await schedules(batch_id=other)
    path = f"/admin/students/{ASHA.id}/enrolments"
    assert f"{path}/new" in (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    form = (await as_admin.get(f"{path}/new")).text
    assert "Batch 8" in form
    assert "Batch 7" not in form
    async with database.work(SYSTEM) as work:
        await work.run("update courses set price_paise = 4900000")
        await work.run("insert into enrolments (person_id, batch_id, enrolled_at) values (%(who)s, %(batch)s, now())",
            who=CHITRA.id, batch=other)  # fmt: skip
    for batch in ("", "nonsense"):
        answer = await as_admin.post(path, data={"batch": batch})
        assert (answer.status_code, "Choose a batch." in answer.text) == (422, True)
    answer = await as_admin.post(path, data={"batch": str(other)})
    assert (answer.status_code, "Batch 8 has 0 places left of 1." in answer.text) == (422, True)
    assert 'name="beyond"' in answer.text
    answer = await as_admin.post(path, data={"batch": str(other), "beyond": "yes"})
    assert answer.headers["location"] == f"/admin/students/{ASHA.id}"
    made = await one(database, "select state, price_paise from enrolments where person_id = %(who)s and batch_id = %(batch)s",
        who=ASHA.id, batch=other)  # fmt: skip
    assert (made.state, made.price_paise) == ("active", 49_000_00)
    kinds = await one(database, "select array_agg(kind order by kind) as all from deliveries where channel = 'email'")
    assert kinds.all == ["classes_ahead", "enrolled"]
    entry = await one(database, "select details from audit_logs where action = 'enrolment.created'")
    assert entry.details["batch"] == "Batch 8"
    answer = await as_admin.post(path, data={"batch": str(other)})
    assert (answer.status_code, "is in Batch 8 already" in answer.text) == (422, True)


async def test_nobody_is_enrolled_in_what_is_put_away_or_without_an_account(as_admin, catalogue, database, other):
    path, form = f"/admin/students/{ASHA.id}/enrolments", {"batch": str(other)}
    async with database.work(SYSTEM) as work:
        await work.run("update profiles set is_active = false where person_id = %(id)s", id=ASHA.id)
    answer = await as_admin.post(path, data=form)
    assert (answer.status_code, "Reactivate it first." in answer.text) == (422, True)
    async with database.work(SYSTEM) as work:
        await work.run("update profiles set is_active = true where person_id = %(id)s", id=ASHA.id)
        await work.run("update courses set archived_at = now()")
    answer = await as_admin.post(path, data=form)
    assert (answer.status_code, "Batch 8 is archived. Bring it back first." in answer.text) == (422, True)
    assert await one(database, "select 1 from enrolments") is None


async def test_removing_a_module_that_has_classes_is_asked_about(as_admin, catalogue, database, schedules):
    path = f"{COURSES}/{catalogue.course_id}/modules"
    await as_admin.post(path, data={"title": "Window functions"})
    module = await one(database, "select id from modules where title = 'Window functions'")
    session_id = await schedules(module_id=module.id)
    answer = await as_admin.post(f"{path}/{module.id}/removal")
    assert (answer.status_code, "1 class of this module would stay" in answer.text) == (422, True)
    assert 'name="knowingly"' in answer.text
    answer = await as_admin.post(f"{path}/{module.id}/removal", data={"knowingly": "yes"})
    assert answer.status_code == 303
    assert (await one(database, "select module_id from sessions where id = %(id)s", id=session_id)).module_id is None
