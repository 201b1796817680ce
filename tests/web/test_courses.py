"""Courses, modules and batches in the browser of an admin."""

import re

import pytest

from domain.courses.editing import slug_of
from domain.errors import InvalidInput
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA

COURSES = "/admin/courses"


async def one(database, sql):
    async with database.work(SYSTEM) as work:
        return await work.row(sql)


async def titles(database):
    async with database.work(SYSTEM) as work:
        rows = await work.rows("select title, position from modules order by position")
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.title for row in rows]


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Data Analytics", "data-analytics"), ("  C++ & Go: 101! ", "c-go-101"), ("Café", "cafe"), ("हिन्दी", "")],
)
def test_a_slug_is_what_an_address_can_hold_of_the_title(title, slug):
    assert slug_of(title) == slug


async def test_a_course_is_made_with_a_slug_of_its_title_and_stays_hidden(as_admin, client, database):
    form = {"title": "UX Foundations", "summary": "From idea to test.", "price": "₹1,20,000.50"}
    answer = await as_admin.post(COURSES, data=form)
    course = await one(database, "select * from courses")
    assert answer.headers["location"] == f"{COURSES}/{course.id}"
    assert (course.slug, course.price_paise, course.is_published) == ("ux-foundations", 12_000_050, False)
    assert (await client.get("/apply/ux-foundations")).status_code == 404
    assert await one(database, "select * from audit_logs where action = 'course.created'")


async def test_a_second_course_of_the_same_title_gets_another_address(as_admin, database, catalogue):
    await as_admin.post(COURSES, data={"title": "Data Analytics"})
    assert await one(database, "select * from courses where slug = 'data-analytics-2'")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "data-analytics"),
        ("slug", "Data Analytics"),
        ("slug", "-x"),
        ("title", ""),
        ("price", "-1"),
        ("price", "many"),
        ("price", "1.234"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(as_admin, catalogue, field, value):
    answer = await as_admin.post(COURSES, data={"title": "Another", "summary": "Kept.", field: value})
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert 'value="Kept."' in answer.text


async def test_a_changed_price_leaves_who_is_enrolled_at_theirs(as_admin, catalogue, database):
    form = {"title": "Data Analytics", "slug": "data-analytics", "price": "99"}
    assert (await as_admin.post(f"{COURSES}/{catalogue.course_id}/edit", data=form)).status_code == 303
    assert (await one(database, "select price_paise from courses")).price_paise == 9900
    entry = await one(database, "select * from audit_logs where action = 'course.updated'")
    assert entry.details == {"changed": ["price_paise", "summary"]}


async def test_hiding_a_course_closes_its_form_and_publishing_opens_it(as_admin, client, catalogue):
    path = f"{COURSES}/{catalogue.course_id}/publication"
    await as_admin.post(path, data={"is_published": "no"})
    assert (await client.get("/apply/data-analytics")).status_code == 404
    await as_admin.post(path, data={"is_published": "yes"})
    assert (await client.get("/apply/data-analytics")).status_code == 200
    assert (await as_admin.post(path, data={"is_published": "yes"})).status_code == 409


async def test_modules_are_added_changed_moved_and_removed(as_admin, catalogue, database):
    path = f"{COURSES}/{catalogue.course_id}/modules"
    await as_admin.post(path, data={"title": "Python"})
    assert await titles(database) == ["SQL", "Dashboards", "Python"]
    python = (await one(database, "select id from modules where title = 'Python'")).id
    await as_admin.post(f"{path}/{python}/position", data={"direction": "up"})
    assert await titles(database) == ["SQL", "Python", "Dashboards"]
    await as_admin.post(f"{path}/{python}/position", data={"direction": "up"})
    await as_admin.post(f"{path}/{python}/position", data={"direction": "up"})
    assert await titles(database) == ["Python", "SQL", "Dashboards"]
    await as_admin.post(f"{path}/{python}", data={"title": "Pandas", "summary": "Tables."})
    sql = (await one(database, "select id from modules where title = 'SQL'")).id
    await as_admin.post(f"{path}/{sql}/removal")
    assert await titles(database) == ["Pandas", "Dashboards"]
    assert (await as_admin.post(f"{path}/{sql}/removal")).status_code == 404


async def test_an_archived_module_keeps_its_classes_and_is_offered_for_no_new_one(
    as_admin, as_student, client, catalogue, database, enrols, schedules
):
    await enrols(ASHA)
    path = f"{COURSES}/{catalogue.course_id}/modules"
    await as_admin.post(path, data={"title": "Python"})
    ids = {
        row: (await one(database, f"select id from modules where title = '{row}'")).id for row in ("SQL", "Dashboards")
    }
    session_id = await schedules(module_id=ids["SQL"])
    for name in ids:
        assert (await as_admin.post(f"{path}/{ids[name]}/archive", data={"is_archived": "yes"})).status_code == 303
    assert (await as_admin.post(f"{path}/{ids['SQL']}/archive", data={"is_archived": "yes"})).status_code == 409
    # Students go on seeing one that has classes; visitors, and forms for what is new, see none of them.
    course = (await as_student.get("/student/course")).text
    assert ("SQL" in course, "Dashboards" in course) == (True, False)
    assert ">SQL<" not in (await client.get("/apply/data-analytics")).text
    for form in (
        f"/admin/sessions/new?batch={catalogue.batch_id}",
        f"/admin/assignments/new?batch={catalogue.batch_id}",
    ):
        assert str(ids["SQL"]) not in (await as_admin.get(form)).text
    # A class that has it keeps it when it is changed, and another does not get it.
    edit = (await as_admin.get(f"/admin/sessions/{session_id}/edit")).text
    assert str(ids["SQL"]) in edit
    assert str(ids["Dashboards"]) not in edit
    with pytest.raises(InvalidInput):
        await schedules(module_id=ids["SQL"], title="Another")
    # Order skips what is archived, and what comes back is where it was.
    python = (await one(database, "select id from modules where title = 'Python'")).id
    await as_admin.post(f"{path}/{python}/position", data={"direction": "up"})
    await as_admin.post(f"{path}/{ids['SQL']}/archive", data={"is_archived": "no"})
    await as_admin.post(f"{path}/{python}/position", data={"direction": "up"})
    assert await titles(database) == ["Python", "Dashboards", "SQL"]


async def test_a_module_without_a_title_is_refused_where_it_was_typed(as_admin, catalogue):
    answer = await as_admin.post(f"{COURSES}/{catalogue.course_id}/modules", data={"title": " ", "summary": "Kept."})
    assert answer.status_code == 422
    assert 'id="module-title-new-error"' in answer.text
    assert 'value="Kept."' in answer.text


async def test_a_batch_is_made_changed_and_closed(as_admin, client, catalogue, database):
    path = f"{COURSES}/{catalogue.course_id}/batches"
    form = {"name": "Batch 8", "starts_on": "2030-02-01", "ends_on": "2030-05-01", "capacity": "30"}
    form |= {"price": "", "instalments": ""}  # as the browser sends what is left empty
    assert (await as_admin.post(path, data=form)).status_code == 303
    assert "Batch 8" in (await client.get("/apply/data-analytics")).text
    batch = await one(database, "select * from batches where name = 'Batch 8'")
    assert (batch.capacity, batch.is_open) == (30, True)
    await as_admin.post(f"{path}/{batch.id}/edit", data={**form, "capacity": ""})
    assert (await one(database, "select capacity from batches where name = 'Batch 8'")).capacity is None
    await as_admin.post(f"{path}/{batch.id}/opening", data={"is_open": "no"})
    assert "Batch 8" not in (await client.get("/apply/data-analytics")).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Batch 7"),
        ("name", ""),
        ("ends_on", "2029-01-01"),
        ("starts_on", "soon"),
        ("capacity", "0"),
        ("price", "-1"),
    ],
)
async def test_a_wrong_batch_is_refused_beside_its_field(as_admin, catalogue, field, value):
    form = {"name": "Batch 8", "starts_on": "2030-02-01", "ends_on": "2030-05-01", "capacity": "30", field: value}
    answer = await as_admin.post(f"{COURSES}/{catalogue.course_id}/batches", data=form)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


async def test_every_page_of_courses_opens(as_admin, catalogue):
    course, batch = f"{COURSES}/{catalogue.course_id}", catalogue.batch_id
    for path in (COURSES, f"{COURSES}/new", course, f"{course}/edit", f"{course}/batches/new"):
        assert (await as_admin.get(path)).status_code == 200
    page = (await as_admin.get(f"{course}/batches/{batch}/edit")).text
    assert re.search(r'value="2030-01-07"', page)


async def test_without_courses_the_list_gives_the_one_action(as_admin):
    assert "Make the first course" in (await as_admin.get(COURSES)).text


async def test_a_batch_is_only_found_under_its_own_course(as_admin, catalogue, database):
    await as_admin.post(COURSES, data={"title": "Another"})
    other = await one(database, "select id from courses where title = 'Another'")
    path = f"{COURSES}/{other.id}/batches/{catalogue.batch_id}"
    assert (await as_admin.get(f"{path}/edit")).status_code == 404
    assert (await as_admin.post(f"{path}/opening", data={"is_open": "no"})).status_code == 409


async def test_a_student_changes_no_course(as_student, catalogue):
    assert (await as_student.get(COURSES)).status_code == 403
    path = f"{COURSES}/{catalogue.course_id}/publication"
    assert (await as_student.post(path, data={"is_published": "no"})).status_code == 403
