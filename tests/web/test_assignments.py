"""What admins do with assignments: set, publish, give more time, grade one after another, download all."""

import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest

from bench.round_trips import counted
from domain.work import SYSTEM
from tests.fixtures.assignments import PDF, PROGRAM
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.sessions import MONDAY
from tests.web.test_student_assignments import send, stored

INDEX = "/admin/assignments"


@pytest.fixture
async def handed_in(enrols, sets, as_student, as_outsider):
    """Asha and Chitra have handed in; returns the assignment's id."""
    await enrols(ASHA)
    await enrols(CHITRA)
    assignment_id = await sets()
    await send(as_student, f"/student/assignments/{assignment_id}", ("../../a.pdf", PDF), text="Ashas")
    await send(as_outsider, f"/student/assignments/{assignment_id}", ("a.pdf", PDF), ("A.pdf", PDF), text="Chitras")
    return assignment_id


async def queue(services):
    async with services.database.work(SYSTEM) as work:
        rows = await work.rows("select id from submissions order by submitted_at, id")
    return [row.id for row in rows]


async def read(services, sql, **values):
    async with services.database.work(SYSTEM) as work:
        return await work.row(sql, **values)


async def test_an_assignment_is_set_with_its_files_for_a_batch_and_published(
    as_admin, as_student, catalogue, enrolment_id, services
):
    page = (await as_admin.get(f"{INDEX}/new?batch={catalogue.batch_id}")).text
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    module = re.search(r'<option value="([^"]+)">SQL', page)[1]
    typed = {"batch": str(catalogue.batch_id), "form_key": key, "title": "Joins", "due_at": "2030-01-14T19:00"}
    typed |= {"points": "20", "module": module, "accepts_late": "on", "action": "publish", "instructions": "Join."}
    files = [("files", ("data.csv", b"a,b\n1,2\n", "text/csv"))]
    answer = await as_admin.post(INDEX, data=typed, files=files)
    assert answer.status_code == 303
    again = await as_admin.post(INDEX, data=typed, files=files)
    assert again.headers["location"] == INDEX
    found = await read(services, "select * from assignments")
    assert (found.title, found.due_at, found.points) == ("Joins", MONDAY, 20)
    page = (await as_student.get(f"/student/assignments/{found.id}")).text
    (path,) = re.findall(rf'"(/student/assignments/{found.id}/files/[^"]+)"', page)
    assert (await as_student.get(path)).content == b"a,b\n1,2\n"
    assert "New assignment: Joins" in (await as_student.get("/student/notifications")).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"due_at": "2020-01-14T19:00"}, "This moment has passed"),
        ({"due_at": "soon"}, "Please write a day and a time"),
        ({"points": "0"}, "From 1 to 1000 points"),
        ({"points": "many"}, "Please write a number"),
        ({"title": ""}, "Give the assignment a title"),
    ],
)
async def test_what_cannot_be_set_comes_back_with_what_was_typed(as_admin, catalogue, typed, words):
    data = {"batch": str(catalogue.batch_id), "title": "Joins", "due_at": "2030-01-14T19:00", "points": "10"}
    data |= {"instructions": "Long words", **typed}
    answer = await as_admin.post(INDEX, data=data, files=[("files", ("", b"", "text/csv"))])
    assert answer.status_code == 422
    assert words in answer.text
    assert "Long words" in answer.text


async def test_a_program_among_the_files_is_refused_by_name_and_nothing_is_kept(as_admin, catalogue, settings):
    data = {"batch": str(catalogue.batch_id), "title": "Joins", "due_at": "2030-01-14T19:00", "points": "10"}
    files = [("files", ("a.pdf", PDF, "x/x")), ("files", ("b.pdf", PROGRAM, "x/x"))]
    answer = await as_admin.post(INDEX, data=data, files=files)
    assert answer.status_code == 422
    assert "“b.pdf” is a program" in answer.text
    assert not list((settings.data_dir / "files" / "assignments").iterdir())


async def test_the_queue_goes_from_one_submission_to_the_next_and_ends(as_admin, as_student, handed_in, services):
    first, second = await queue(services)
    path = f"{INDEX}/{handed_in}/submissions"
    page = (await as_admin.get(f"{path}/{first}")).text
    assert f'href="{path}/{second}" aria-label="Next that waits"' in page
    assert 'data-shortcut="j"' in page
    answer = await as_admin.post(f"{path}/{first}", data={"version": "1", "score": "7.5", "comment": "Well done"})
    assert answer.headers["location"] == f"{path}/{second}"
    answer = await as_admin.post(f"{path}/{second}", data={"version": "1", "action": "return", "comment": "Once more"})
    assert answer.headers["location"] == f"{INDEX}/{handed_in}"
    page = (await as_student.get(f"/student/assignments/{handed_in}")).text
    assert "7.5" in page
    assert "Well done" in page
    assert "Graded: First query" in (await as_student.get("/student/notifications")).text
    audit = (await as_admin.get("/admin/audit")).text
    assert "Submission graded" in audit
    assert "Submission returned to be done again" in audit


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"score": "11"}, "From 0 to 10"),
        ({"score": "7.3"}, "From 0 to 10"),
        ({"score": "nan"}, "From 0 to 10"),
        ({"score": ""}, "Please write a number"),
        ({"action": "return", "comment": ""}, "Say what is to be done again"),
        ({"score": "5", "version": "0"}, "handed in anew"),
    ],
)
async def test_a_grade_that_cannot_be_given_says_why(as_admin, handed_in, services, typed, words):
    first, _second = await queue(services)
    data = {"version": "1", "comment": "Typed", **typed}
    answer = await as_admin.post(f"{INDEX}/{handed_in}/submissions/{first}", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert data["comment"] in answer.text


async def test_what_was_returned_is_handed_in_again_and_waits_again(
    as_admin, as_student, handed_in, services, clock_at
):
    first, _second = await queue(services)
    path = f"{INDEX}/{handed_in}/submissions/{first}"
    await as_admin.post(path, data={"version": "1", "action": "return", "comment": "Once more"})
    await clock_at(MONDAY + timedelta(days=1))
    address = f"/student/assignments/{handed_in}"
    assert "Once more" in (await as_student.get(address)).text
    await send(as_student, address, version=2, text="Better")
    found = await read(services, "select state, is_late from submissions where id = %(id)s", id=first)
    assert tuple(found) == ("submitted", False)
    await as_admin.post(path, data={"version": "3", "score": "9"})
    assert (await send(as_student, address, version=4, text="Changed")).status_code == 422


async def test_more_time_is_one_students_alone_and_forgives_being_late(
    as_admin, as_student, as_outsider, enrols, sets, services, clock_at
):
    await enrols(ASHA)
    await enrols(CHITRA)
    assignment_id = await sets()
    await clock_at(MONDAY + timedelta(hours=1))
    address = f"/student/assignments/{assignment_id}"
    await send(as_student, address, text="Late")
    await send(as_outsider, address, text="Late")
    path = f"{INDEX}/{assignment_id}/extensions/{ASHA.id}"
    assert (await as_admin.get(path)).status_code == 200
    refused = await as_admin.post(path, data={"due_at": "2030-01-14T18:00"})
    assert "Everybody has until then" in refused.text
    assert (await as_admin.post(path, data={"due_at": "2030-01-15T19:00", "reason": "Ill"})).status_code == 303
    assert "15 Jan 2030, 19:00 IST" in (await as_student.get(address)).text
    assert "15 Jan 2030" not in (await as_outsider.get(address)).text
    late = "select string_agg(is_late::text, ' ' order by person_id) as late from submissions"
    assert (await read(services, late)).late == "false true"
    assert (await as_admin.post(f"{path}/removal")).status_code == 303


async def test_all_of_it_comes_as_one_zip_with_a_folder_a_student(as_admin, handed_in):
    answer = await as_admin.get(f"{INDEX}/{handed_in}/download")
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "Asha Rao/a.pdf",
            "Asha Rao/text.txt",
            "Chitra Sen/A (2).pdf",
            "Chitra Sen/a.pdf",
            "Chitra Sen/text.txt",
        ]
        assert archive.read("Asha Rao/a.pdf") == PDF
        assert archive.read("Asha Rao/text.txt") == b"Ashas"


async def test_what_students_have_begun_is_withdrawn_and_not_removed(as_admin, as_student, handed_in, settings):
    address = f"{INDEX}/{handed_in}"
    await as_admin.post(f"{address}/removal")
    assert (await as_admin.get(address)).status_code == 200
    await as_admin.post(f"{address}/publication", data={"is_published": "no"})
    assert (await as_student.get(f"/student/assignments/{handed_in}")).status_code == 404
    assert stored(settings)


async def test_the_lists_cost_few_round_trips_however_many_there_are(app, as_admin, as_student, handed_in, sets):
    for number in range(25):
        await sets(title=f"Query {number}")
    for client, address, most in [
        (as_admin, INDEX, 4),
        (as_admin, f"{INDEX}?state=waiting", 4),
        (as_student, "/student/assignments", 4),
        (as_student, "/student", 5),
        (as_student, "/student/course", 5),
    ]:
        async with counted(app) as database:
            page = await client.get(address)
            assert page.status_code == 200
            assert database.round_trips <= most, address
    page = (await as_admin.get(INDEX)).text
    assert "1–20 of 26" in page
    assert "2 of 2" in (await as_admin.get(f"{INDEX}?state=waiting")).text


async def test_filters_find_by_batch_module_and_title(as_admin, sets, catalogue):
    await sets(title="Joins")
    await sets(title="Windows", publish=False)
    assert "Windows" not in (await as_admin.get(f"{INDEX}?q=join")).text
    assert "Joins" not in (await as_admin.get(f"{INDEX}?state=draft")).text
    assert "Joins" in (await as_admin.get(f"{INDEX}?batch={catalogue.batch_id}")).text
    assert "Nothing" in (await as_admin.get(f"{INDEX}?module={catalogue.batch_id}")).text


@pytest.mark.parametrize("table", ["courses", "batches"])
async def test_nothing_new_is_set_where_things_are_put_away_and_what_there_is_can_be_mended(
    as_admin, sets, services, catalogue, table
):
    assignment_id = await sets()
    async with services.database.work(SYSTEM) as work:
        await work.run(f"update {table} set archived_at = now()")
    assert str(catalogue.batch_id) not in (await as_admin.get(f"{INDEX}/new")).text
    assert "For which batch?" in (await as_admin.get(f"{INDEX}/new?batch={catalogue.batch_id}")).text
    typed = {"batch": str(catalogue.batch_id), "title": "Joins", "due_at": "2030-01-14T19:00", "points": "20"}
    answer = await as_admin.post(INDEX, data=typed)
    assert (answer.status_code, "Batch 7 is archived" in answer.text) == (422, True)
    assert (await as_admin.get(f"{INDEX}/{assignment_id}/edit")).status_code == 200
    assert (await as_admin.post(f"{INDEX}/{assignment_id}/edit", data=typed)).status_code == 303
    assert (await read(services, "select title from assignments")).title == "Joins"


async def test_a_draft_after_a_return_is_nobodys_business_and_is_said_to_be_there(
    handed_in, as_admin, as_student, services
):
    mine = await read(services, "select * from submissions where person_id = %(id)s", id=ASHA.id)
    path = f"{INDEX}/{handed_in}/submissions/{mine.id}"
    form = {"version": str(mine.version), "comment": "Mind the joins.", "action": "return"}
    assert (await as_admin.post(path, data=form)).status_code == 303
    page = (await as_admin.get(path)).text
    assert ("Ashas" in page, "a.pdf" in page, "is working on it again" in page) == (True, True, False)
    place, draft = f"/student/assignments/{handed_in}", {"text": "Half a thought", "action": "draft"}
    old = await read(
        services, "select id from submission_files where name = 'a.pdf' and submission_id = %(id)s", id=mine.id
    )
    draft |= {"removed": str(old.id), "links": "https://example.com/draft"}
    answer = await send(as_student, place, ("b.pdf", PDF), version=mine.version + 1, **draft)
    assert answer.status_code == 303
    page = (await as_admin.get(path)).text
    assert ("Half a thought" in page, "b.pdf" in page, "https://example.com/draft" in page) == (False, False, False)
    assert ("Ashas" in page, "a.pdf" in page, "is working on it again" in page) == (True, True, True)
    file = await read(services, "select id from submission_files where name = 'b.pdf'")
    assert (await as_admin.get(f"{path}/files/{file.id}")).status_code == 404
    with ZipFile(io.BytesIO((await as_admin.get(f"{INDEX}/{handed_in}/download")).content)) as archive:
        assert not [name for name in archive.namelist() if "b.pdf" in name]
        assert any(b"Ashas" in archive.read(name) for name in archive.namelist())
    page = (await as_student.get(place)).text  # the draft to go on with, and what was handed in on its receipt
    receipt, work = page.split('id="work-heading"')
    assert ("Ashas" in receipt, "a.pdf" in receipt, "b.pdf" in receipt) == (True, True, False)
    assert ("Half a thought" in work, "b.pdf" in work) == (True, True)
    assert re.search(rf'name="removed" value="{old.id}" checked', work)
    await send(as_student, place, version=mine.version + 2, **(draft | {"text": "Half a thought more"}))
    await send(as_student, place, version=mine.version + 3, text="A whole thought", removed=str(old.id))
    page = (await as_admin.get(path)).text
    assert ("A whole thought" in page, "b.pdf" in page, "a.pdf" in page) == (True, True, False)
    assert ("Ashas" in page, "is working on it again" in page) == (False, False)
