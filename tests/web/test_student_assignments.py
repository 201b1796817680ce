"""What a student does with an assignment: write, add files, hand in, replace, and nothing with anybody else's."""

import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from domain.work import SYSTEM
from tests.fixtures.assignments import PDF, PNG, PROGRAM, bomb, zipped
from tests.fixtures.cast import ASHA
from tests.fixtures.sessions import MONDAY

pytestmark = pytest.mark.usefixtures("enrolment_id")


@pytest.fixture
async def address(sets):
    return f"/student/assignments/{await sets()}"


async def send(client, address, *files, version=0, action="hand_in", **typed):
    chosen = [("files", (name, content, "application/octet-stream")) for name, content in files]
    data = {"version": str(version), "action": action, **typed}
    return await client.post(address, data=data, files=chosen or [("files", ("", b"", "application/octet-stream"))])


async def one(services, sql, **values):
    async with services.database.work(SYSTEM) as work:
        return await work.row(sql, **values)


def stored(settings):
    folder = settings.data_dir / "files" / "submissions"
    return sorted(folder.iterdir()) if folder.exists() else []


async def test_what_is_to_do_is_listed_with_its_deadline_on_the_clock_of_the_batch(as_student, address):
    page = (await as_student.get("/student/assignments")).text
    assert "First query" in page
    assert "14 Jan 2030, 19:00 IST" in page
    assert "First query" in (await as_student.get("/student")).text
    assert "First query" in (await as_student.get("/student/course")).text


async def test_a_draft_is_kept_and_is_nobodys_business(as_student, as_admin, address, services):
    answer = await send(as_student, address, action="draft", text="select 1")
    assert answer.headers["location"] == address
    assert "select 1" in (await as_student.get(address)).text
    found = await one(services, "select * from submissions")
    assert (found.state, found.submitted_at) == ("draft", None)
    path = f"/admin/assignments/{found.assignment_id}/submissions/{found.id}"
    assert (await as_admin.get(path)).status_code == 404


async def test_handing_in_gives_a_receipt_with_the_checksum_of_what_arrived(as_student, address, settings, services):
    await send(as_student, address, ("report.pdf", PDF), text="Here", links="https://example.com/work")
    page = (await as_student.get(address)).text
    for text in ("Your receipt", "report.pdf", sha256(PDF).hexdigest(), "https://example.com/work"):
        assert text in page
    (file,) = stored(settings)
    assert file.read_bytes() == PDF
    assert "report" not in file.name
    found = await one(services, "select state, is_late from submissions")
    assert tuple(found) == ("submitted", False)


async def test_the_receipt_comes_by_e_mail_too(house, sets, as_student_of_house):
    address = f"/student/assignments/{await sets()}"
    await send(as_student_of_house, address, ("report.pdf", PDF), text="Here")
    await house.run_due()
    await house.run_due()
    (mail,) = await house.mailbox(ASHA.email)
    assert mail["subject"] == "Handed in: First query"
    assert sha256(PDF).hexdigest() in mail["text"]
    assert "IST" in mail["text"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("homework.pdf", PROGRAM, "“homework.pdf” is a program"),
        ("homework.pdf", PNG, "“homework.pdf” is not really a PDF"),
        ("homework.exe", PROGRAM, "“homework.exe” is a program"),
        ("homework.html", b"<script>1</script>", "“homework.html” is of a kind that is not taken"),
        ("homework.zip", bomb(), "“homework.zip”: it would unpack to more than it should"),
        ("homework.docx", bomb(), "“homework.docx”: it would unpack to more than it should"),
        ("homework.zip", b"PK\x03\x04 and nothing more", "“homework.zip”: this zip file is broken"),
        ("homework.docx", zipped(a_dot_txt=b"a"), "“homework.docx” is not really a Word"),
        ("homework.txt", b"text\0no text", "“homework.txt” is not really a text"),
        ("homework.txt", b"", "“homework.txt” is empty"),
        ("large.txt", b"a" * (25 * 1024 * 1024 + 1), "“large.txt” is larger than 25 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_file_that_is_refused_says_why_and_loses_nothing_else(
    as_student, address, services, settings, name, content, reason
):
    answer = await send(as_student, address, (name, content), ("good.pdf", PDF), text="Two hours of work")
    assert answer.status_code == 422
    assert reason in answer.text
    assert "Two hours of work" in answer.text
    assert "good.pdf" in answer.text
    found = await one(services, "select state, text, version from submissions")
    assert tuple(found) == ("draft", "Two hours of work", 1)
    assert [file.read_bytes() for file in stored(settings)] == [PDF]
    assert 'name="version" value="1"' in answer.text


async def test_what_is_handed_in_stands_when_its_replacement_is_refused(as_student, address, services, settings):
    await send(as_student, address, ("a.pdf", PDF), text="First")
    answer = await send(as_student, address, ("b.pdf", PROGRAM), version=1, text="Second")
    assert answer.status_code == 422
    assert "Second" in answer.text
    assert (await one(services, "select text from submissions")).text == "First"
    assert len(stored(settings)) == 1


async def test_it_is_replaced_until_the_deadline_and_not_after(as_student, address, services, settings, clock_at):
    await send(as_student, address, ("a.pdf", PDF), text="First")
    (removed,) = re.findall(r'name="removed" value="([^"]+)"', (await as_student.get(address)).text)
    await send(as_student, address, ("b.png", PNG), version=1, text="Second", removed=removed)
    assert [file.read_bytes() for file in stored(settings)] == [PNG]
    await clock_at(MONDAY + timedelta(seconds=1))
    answer = await send(as_student, address, version=2, text="Third")
    assert answer.status_code == 422
    assert "Third" in answer.text  # to copy
    found = await one(services, "select text, is_late from submissions")
    assert tuple(found) == ("Second", False)


async def test_after_the_deadline_it_is_late_or_not_taken_as_the_assignment_says(
    as_student, address, sets, services, clock_at
):
    strict = await sets(accepts_late=False, title="Strict")
    await clock_at(MONDAY + timedelta(minutes=1))
    await send(as_student, address, text="Late")
    assert (await one(services, "select is_late from submissions")).is_late
    answer = await send(as_student, f"/student/assignments/{strict}", text="Too late")
    assert answer.status_code == 422
    assert (await one(services, "select count(*) as n from submissions")).n == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "There is nothing to hand in yet"),
        ({"links": "javascript:alert(1)"}, "This is not the address of a page"),
        ({"links": "\n".join(f"https://example.com/{n}" for n in range(11))}, "At most 10 links"),
        ({"text": "a" * 20_001}, "At most 20000 characters"),
    ],
)
async def test_what_cannot_be_handed_in_is_said_beside_its_field(as_student, address, typed, words):
    answer = await send(as_student, address, **typed)
    assert answer.status_code == 422
    assert words in answer.text


async def test_two_windows_do_not_overwrite_each_other(as_student, address, services):
    await send(as_student, address, action="draft", text="One")
    answer = await send(as_student, address, action="draft", text="Other")
    assert answer.status_code == 422
    assert "another window" in answer.text
    assert (await one(services, "select text from submissions")).text == "One"


async def test_more_than_a_submission_can_hold_is_answered_on_its_page(as_student, address):
    async def body():
        yield b"--b"

    headers = {"content-type": "multipart/form-data; boundary=b", "content-length": "200000000"}
    answer = await as_student.post(address, content=body(), headers=headers)
    assert (answer.status_code, answer.headers.get("location")) == (303, address)


async def test_files_come_back_as_attachments_that_can_run_nothing(as_student, address):
    await send(as_student, address, ('ü "x"\r\n.pdf', PDF))
    (path,) = set(re.findall(rf'href="({address}/submission/[^"]+)"', (await as_student.get(address)).text))
    answer = await as_student.get(path)
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-length"] == str(len(PDF))


async def test_no_address_leads_to_anothers_work(as_student, as_outsider, enrols, address, services, sets):
    from tests.fixtures.cast import CHITRA

    await send(as_student, address, ("a.pdf", PDF), text="Ashas")
    found = await one(
        services,
        "select f.id, s.id as of, s.assignment_id from submission_files f join submissions s on s.id = submission_id",
    )
    paths = [
        f"{address}/submission/{found.id}",
        f"{address}/files/{found.id}",
        f"/admin/assignments/{found.assignment_id}/submissions/{found.of}",
        f"/admin/assignments/{found.assignment_id}/submissions/{found.of}/files/{found.id}",
        f"/admin/assignments/{found.assignment_id}/download",
    ]
    for path in [address, *paths]:
        assert (await as_outsider.get(path)).status_code in (403, 404), path
    await enrols(CHITRA)  # now in the same batch: the assignment, but not Asha's work
    page = await as_outsider.get(address)
    assert page.status_code == 200
    assert "Ashas" not in page.text
    assert "a.pdf" not in page.text
    for path in paths:
        assert (await as_outsider.get(path)).status_code in (403, 404), path
    taking = await send(as_outsider, address, text="Mine", removed=str(found.id))
    assert taking.status_code == 303
    assert (await one(services, "select count(*) as n from submission_files")).n == 1


async def test_a_draft_of_an_assignment_or_one_of_another_batch_does_not_exist_for_students(as_student, sets):
    hidden = await sets(publish=False)
    assert (await as_student.get(f"/student/assignments/{hidden}")).status_code == 404
    assert (await send(as_student, f"/student/assignments/{hidden}", text="x")).status_code == 404


async def test_while_files_are_stored_no_connection_to_the_database_is_held(as_student, address, services, app):
    held = []

    class Watching:
        """The store, counting who holds a connection while it works."""

        def __getattr__(self, name):
            return getattr(services.files, name)

        async def put(self, *values, **options):
            held.append(services.database.engine.pool.checkedout())
            return await services.files.put(*values, **options)

    app.state.services = replace(services, files=Watching())
    await send(as_student, address, ("a.pdf", PDF))
    app.state.services = services
    assert held == [0]
