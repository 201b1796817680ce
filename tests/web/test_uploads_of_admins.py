"""However long an admin's files take to come in and to be stored, nobody waits for a connection to the database."""

from dataclasses import replace

import httpx
import pytest

from adapters.settings import ROOT
from domain.work import SYSTEM
from tests.fixtures.assignments import PDF

FILM = (ROOT / "adapters" / "sandbox" / "zoom" / "media" / "class.mp4").read_bytes()
CAPTIONS = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nMind the joins\n"


class Watching:
    """The store, noting how many hold a connection while it works."""

    def __init__(self, services, held):
        self._services, self._held = services, held

    def __getattr__(self, name):
        return getattr(self._services.files, name)

    async def put(self, *values, **options):
        self._held.append(self._services.database.engine.pool.checkedout())
        return await self._services.files.put(*values, **options)


@pytest.fixture
def uploads(as_admin, app):
    """Ben sends a form with a file, piece by piece; returns the answer and how many connections were held meanwhile."""

    async def upload(path, field, name, content, **data):
        whole = httpx.Request("POST", "http://any.test/", data=data, files={field: (name, content, "application/x")})
        body, held, services = whole.read(), [], app.state.services

        async def pieces():
            for at in range(0, len(body), 20_000):
                held.append(services.database.engine.pool.checkedout())
                yield body[at : at + 20_000]

        app.state.services = replace(services, files=Watching(services, held))
        headers = {"content-type": whole.headers["content-type"]}
        answer = await as_admin.post(path, content=pieces(), headers=headers)
        app.state.services = services
        return answer, held

    return upload


@pytest.fixture
def set_one(catalogue):
    return {"batch": str(catalogue.batch_id), "title": "Joins", "due_at": "2030-01-14T19:00", "points": "10"}


async def test_a_film_and_its_captions_hold_none(uploads, schedules, enrolment_id, database):
    session_id = await schedules(tell=False)
    answer, held = await uploads(f"/admin/sessions/{session_id}/recordings/upload", "file", "class.mp4", FILM)
    assert (answer.status_code, set(held)) == (303, {0})
    async with database.work(SYSTEM) as work:
        recording_id = await work.value("select id from recordings")
    path = f"/admin/session-recordings/{recording_id}/captions"
    answer, held = await uploads(path, "file", "x.vtt", CAPTIONS)
    assert (answer.status_code, set(held)) == (303, {0})
    answer, held = await uploads(path, "file", "x.vtt", b"MZ")
    assert (answer.status_code, "no WebVTT file" in answer.text, set(held)) == (422, True, {0})


async def test_the_files_of_an_assignment_hold_none(uploads, set_one, database):
    answer, held = await uploads("/admin/assignments", "files", "a.pdf", PDF, **set_one)
    assert (answer.status_code, set(held)) == (303, {0})
    async with database.work(SYSTEM) as work:
        assignment_id = await work.value("select id from assignments")
    path = f"/admin/assignments/{assignment_id}/edit"
    answer, held = await uploads(path, "files", "b.pdf", PDF, **set_one)
    assert (answer.status_code, set(held)) == (303, {0})
    async with database.work(SYSTEM) as work:
        names = await work.rows("select name from assignment_files order by name")
    assert [row.name for row in names] == ["a.pdf", "b.pdf"]


async def test_what_cannot_be_set_leaves_no_file_behind(uploads, set_one, settings):
    answer, _held = await uploads(
        "/admin/assignments", "files", "a.pdf", PDF, **set_one | {"due_at": "2020-01-01T10:00"}
    )
    assert (answer.status_code, "This moment has passed" in answer.text) == (422, True)
    assert not list((settings.data_dir / "files" / "assignments").iterdir())


async def test_a_file_for_a_class_or_an_assignment_that_is_gone_is_not_found(uploads, set_one, catalogue):
    for path, field in (
        (f"/admin/sessions/{catalogue.batch_id}/recordings/upload", "file"),
        (f"/admin/session-recordings/{catalogue.batch_id}/captions", "file"),
        (f"/admin/assignments/{catalogue.batch_id}/edit", "files"),
    ):
        answer, _held = await uploads(path, field, "a.pdf", PDF, **set_one)
        assert answer.status_code == 404, path
