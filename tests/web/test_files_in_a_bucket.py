"""With a bucket in the settings all pages work as from the disk, and nothing of people's stays on the disk."""

import io
from zipfile import ZipFile

import pytest

from adapters.settings import ROOT
from domain.work import SYSTEM
from tests.fixtures.assignments import PDF
from tests.fixtures.imports import imported, one
from tests.fixtures.services import make_settings

FILM = (ROOT / "adapters" / "sandbox" / "zoom" / "media" / "class.mp4").read_bytes()
OCTETS = "application/octet-stream"


@pytest.fixture
def settings(bucket, database_url, redis_address, tmp_path):
    return bucket.settings_of(make_settings(database_url, redis_address, tmp_path))


@pytest.fixture
def hands_in(as_student, enrolment_id, sets):
    """Asha hands files in; the assignment's id and the answer."""

    async def hand_in(*files):
        assignment_id = await sets()
        chosen = [("files", (name, content, OCTETS)) for name, content in files]
        data = {"version": "0", "action": "hand_in", "text": "Two hours of work"}
        address = f"/student/assignments/{assignment_id}"
        return assignment_id, await as_student.post(address, data=data, files=chosen)

    return hand_in


def on_disk(settings):
    return [path for path in settings.data_dir.rglob("*") if path.is_file()]


async def test_what_is_handed_in_comes_back_alone_and_in_the_zip(hands_in, as_student, as_admin, services, bucket):
    assignment_id, answer = await hands_in(("a.pdf", PDF), ("b.txt", b"text"))
    assert answer.status_code == 303
    assert sorted(bucket.objects.values()) == sorted([PDF, b"text"])
    assert on_disk(services.settings) == []
    file_id = await one(services, "select id from submission_files where name = 'a.pdf'")
    file = await as_student.get(f"/student/assignments/{assignment_id}/submission/{file_id}")
    assert (file.status_code, file.content, file.headers["content-length"]) == (200, PDF, str(len(PDF)))
    gone = await one(services, "select stored_name from submission_files where name = 'b.txt'")
    del bucket.objects[gone]
    with ZipFile(io.BytesIO((await as_admin.get(f"/admin/assignments/{assignment_id}/download")).content)) as archive:
        assert archive.testzip() is None
        assert archive.read("Asha Rao/a.pdf") == PDF
        assert archive.read("Asha Rao/b.txt is missing.txt") == b"This file is gone from our store."


async def test_a_film_is_uploaded_measured_and_played_from_any_place(
    as_admin, as_student, schedules, enrolment_id, services, bucket
):
    session_id = await schedules(tell=False)
    files = {"file": ("class.mp4", FILM, OCTETS)}
    place = f"/admin/sessions/{session_id}/recordings/upload"
    assert (await as_admin.post(place, files=files, data={"upload_title": "Joins"})).status_code == 303
    recording_id = await one(services, "select id from recordings")
    assert bucket.objects == {f"recordings/{recording_id}.mp4": FILM}
    assert on_disk(services.settings) == []
    source = (await as_student.get(f"/student/recordings/{recording_id}/address")).text
    part = await as_student.get(source, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, FILM[100:200])
    assert (await as_student.get(source)).content == FILM


async def test_an_import_is_checked_and_run_by_a_worker_who_fetches_its_file(house, ben, bucket):
    await imported(house, ben)
    assert await one(house, "select state from lead_imports") == "done"
    assert [name.partition("/")[0] for name in bucket.objects] == ["imports"]
    assert on_disk(house.settings) == []


async def test_while_the_bucket_is_away_what_was_typed_is_kept_and_pages_say_so(hands_in, as_student, services, bucket):
    bucket.is_down = True
    _, answer = await hands_in(("a.pdf", PDF))
    assert answer.status_code == 422
    assert "“a.pdf” could not be stored just now" in answer.text
    assert "Two hours of work" in answer.text
    async with services.database.work(SYSTEM) as work:
        await work.run(
            "insert into profile_pictures (person_id, stored_name, size, updated_at)"
            " select id, 'pictures/1', 5, now() from people where email = 'asha@example.test'"
        )
    page = await as_student.get("/account/picture")
    assert (page.status_code, page.headers["retry-after"]) == (503, "30")
    assert "Try again in a minute" in page.text
