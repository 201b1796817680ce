"""Recordings in the browser: what a student finds and plays, what an admin adds, and who gets in nowhere."""

import asyncio
import re
import time
from dataclasses import replace

import httpx
import pytest

from adapters.files.disk import DiskFileStore
from adapters.settings import ROOT
from bench.round_trips import counted
from domain.recordings.addresses import LIFETIME, media_token, view_token
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA
from web.cookies import Cookies

FILM = (ROOT / "adapters" / "sandbox" / "zoom" / "media" / "class.mp4").read_bytes()
CAPTIONS = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nMind the joins\n"


@pytest.fixture
async def session_id(schedules, enrolment_id):
    return await schedules(tell=False)


@pytest.fixture
def uploads(as_admin, session_id):
    """Ben uploads a file for the class."""

    async def upload(content=FILM, name="class.mp4", **headers):
        files = {"file": (name, content, "application/octet-stream")}
        place = f"/admin/sessions/{session_id}/recordings/upload"
        return await as_admin.post(place, files=files, data={"upload_title": "Joins, again"}, headers=headers)

    return upload


@pytest.fixture
async def film(uploads, database):
    """A film that Ben has uploaded; its id."""
    assert (await uploads()).status_code == 303
    async with database.work(SYSTEM) as work:
        return await work.value("select id from recordings")


def sign_in_of(browser, settings):
    return browser.cookies.get(Cookies(settings).new_sign_in("").key)


async def kept(app):
    folder = app.state.services.files.folder / "recordings"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def source_in(page):
    found = re.search(r'<video[^>]* src="([^"]+)"', page)
    assert found, page
    return found[1]


async def test_an_uploaded_film_is_found_opened_and_played(as_student, film):
    listed = (await as_student.get("/student/recordings")).text
    assert "Joins, again" in listed
    assert "0:08" in listed
    page = (await as_student.get(f"/student/recordings/{film}")).text
    assert "counts as watched when 90 %" in page
    whole = await as_student.get(source_in(page))
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, FILM, "video/mp4")


async def test_a_player_may_ask_for_any_part(as_student, film):
    source = source_in((await as_student.get(f"/student/recordings/{film}")).text)
    part = await as_student.get(source, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, FILM[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(FILM)}"
    assert (await as_student.get(source, headers={"Range": "bytes=-10"})).content == FILM[-10:]
    assert (await as_student.get(source, headers={"Range": f"bytes={len(FILM)}-"})).status_code == 416


async def test_an_address_is_for_one_person_who_is_signed_in_and_for_a_while(
    as_student, as_outsider, client, film, enrols, settings
):
    source = source_in((await as_student.get(f"/student/recordings/{film}")).text)
    assert (await client.get(source)).status_code == 401
    await enrols(CHITRA)
    assert (await as_outsider.get(f"/student/recordings/{film}")).status_code == 200
    assert (await as_outsider.get(source)).status_code == 404
    old = media_token(settings.secret, film, ASHA.id, int(time.time()) - LIFETIME - 1)
    assert (await as_student.get(f"/student/recordings/{film}/media/{old}")).status_code == 404
    again = (await as_student.get(f"/student/recordings/{film}/address")).text
    assert (await as_student.get(again)).status_code == 200


async def test_who_is_not_enrolled_finds_nothing_by_any_address(as_outsider, film, settings):
    place = f"/student/recordings/{film}"
    token = media_token(settings.secret, film, CHITRA.id, int(time.time()))
    for path in (
        place,
        f"{place}/address",
        f"{place}/media/{token}",
        f"{place}/captions",
        f"{place}/chapters",
        f"{place}/link",
    ):
        assert (await as_outsider.get(path)).status_code == 404, path
    assert "Joins" not in (await as_outsider.get("/student/recordings")).text


async def test_what_is_hidden_is_gone_for_students_at_once_its_address_included(as_student, as_admin, film):
    source = source_in((await as_student.get(f"/student/recordings/{film}")).text)
    await as_admin.post(f"/admin/session-recordings/{film}/visibility", data={"is_visible": "no"})
    assert (await as_student.get(source)).status_code == 404
    assert "Joins, again" not in (await as_student.get("/student/recordings")).text
    await as_admin.post(f"/admin/session-recordings/{film}/visibility", data={"is_visible": "yes"})
    assert (await as_student.get(source)).status_code == 200


async def test_captions_are_added_found_by_search_and_shown(as_student, as_admin, film):
    files = {"file": ("x.vtt", CAPTIONS, "text/vtt")}
    assert (await as_admin.post(f"/admin/session-recordings/{film}/captions", files=files)).status_code == 303
    assert "Mind the joins" in (await as_student.get(f"/student/recordings/{film}/captions")).text
    assert 'data-jump="1.0"' in (await as_student.get(f"/student/recordings/{film}")).text
    assert "Joins, again" in (await as_student.get("/student/recordings?q=mind")).text
    assert "Joins, again" not in (await as_student.get("/student/recordings?q=nothing+like+it")).text


async def test_typed_chapters_are_listed_beside_the_film_and_are_a_track_of_it(as_student, as_admin, film):
    admins, students = f"/admin/session-recordings/{film}", f"/student/recordings/{film}"
    assert (await as_student.get(f"{students}/chapters")).status_code == 404
    answer = await as_admin.post(f"{admins}/chapters", data={"chapters": "0:00 Welcome\n0:03 Joins & more"})
    assert answer.status_code == 303
    page = (await as_student.get(students)).text
    assert f'<track kind="chapters" src="{students}/chapters"' in page
    assert 'href="?t=3" data-jump="3.0"' in page
    track = await as_student.get(f"{students}/chapters")
    assert track.headers["content-type"].startswith("text/vtt")
    assert "00:00:03.000 --> 00:00:08.000\nJoins &amp; more" in track.text
    assert "00:00:03 Joins &amp; more" in (await as_admin.get(admins)).text  # to be changed
    answer = await as_admin.post(f"{admins}/chapters", data={"chapters": "soon Joins"})
    assert (answer.status_code, "soon Joins" in answer.text, "Write it like" in answer.text) == (422, True, True)


async def test_captions_that_are_none_are_refused_beside_the_field(as_admin, film):
    files = {"file": ("x.vtt", b"MZ", "text/vtt")}
    answer = await as_admin.post(f"/admin/session-recordings/{film}/captions", files=files)
    assert answer.status_code == 422
    assert "no WebVTT file" in answer.text


async def test_a_linked_film_without_a_length_learns_it_once_and_then_counts(
    as_admin, as_student, as_outsider, session_id, database, settings
):
    place = f"/admin/sessions/{session_id}/recordings/links"
    assert "We cannot protect it there" in (await as_admin.get(f"/admin/sessions/{session_id}/recordings/new")).text
    await as_admin.post(place, data={"url": "https://video.test/a.mp4"})
    async with database.work(SYSTEM) as work:
        film = await work.value("select id from recordings")
    path = f"/student/recordings/{film}"
    page = (await as_student.get(path)).text
    assert f'data-length="{path}/length"' in page
    for wrong in ("", "3", "99999", "-5", "NaN"):
        assert (await as_student.post(f"{path}/length", data={"seconds": wrong})).status_code == 422
    assert (await as_outsider.post(f"{path}/length", data={"seconds": "600"})).status_code == 404
    assert (await as_student.post(f"{path}/length", data={"seconds": "600"})).json() == {"learnt": True}
    assert (await as_student.post(f"{path}/length", data={"seconds": "60"})).json() == {"learnt": False}
    page = (await as_student.get(path)).text
    assert "data-length" not in page
    opened = re.search(r'data-opened="([^"]+)"', page)[1]
    answer = await as_student.post(f"{path}/views", data={"opened": opened, "position": "4", "ranges": "0-4"})
    assert (answer.status_code, answer.json()["is_watched"]) == (200, False)
    assert "Goes on at 0:04" in (await as_student.get(path)).text


@pytest.mark.parametrize("content", [b"MZ\x90\0" + b"\0" * 200, b"", b"%PDF-1.7", FILM[:40], FILM[:3000]])
async def test_what_is_no_film_is_refused_whatever_it_is_called_and_not_kept(uploads, app, content):
    answer = await uploads(content)
    assert answer.status_code == 422
    assert 'id="field-file-error"' in answer.text
    assert "Joins, again" in answer.text
    assert await kept(app) == []


async def test_three_gigabytes_are_refused_before_they_come_and_nothing_is_kept(as_admin, session_id, app, settings):
    place = f"/admin/sessions/{session_id}/recordings/upload"
    headers = {"content-length": str(3 * 1024**3), "content-type": "multipart/form-data; boundary=x"}
    answer = await as_admin.post(place, content=b"", headers=headers)
    assert answer.status_code == 303
    said = await as_admin.get(answer.headers["location"])
    assert "larger than 2048 MB" in said.text
    assert await kept(app) == []


async def test_what_turns_out_too_large_while_it_comes_is_not_kept_either(uploads, app):
    settings = app.state.services.settings
    settings.recording_upload_mb = 1
    answer = await uploads(FILM + b"\0" * 1024 * 1024)
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.text
    assert await kept(app) == []


async def test_what_was_added_by_hand_can_be_removed_with_its_file(as_admin, film, app):
    assert len(await kept(app)) == 1
    assert (await as_admin.post(f"/admin/session-recordings/{film}/removal")).status_code == 303
    async with app.state.services.database.work(SYSTEM) as work:
        files = await work.value("select payload -> 'files' from automation_steps where kind = 'delete_files'")
    assert files == [f"recordings/{name}" for name in await kept(app)]
    assert (await as_admin.get(f"/admin/session-recordings/{film}")).status_code == 404


async def test_a_link_opens_through_us_and_a_film_elsewhere_plays_on_its_page_alone(
    as_student, as_admin, session_id, database
):
    place = f"/admin/sessions/{session_id}/recordings/links"
    for url in ("https://videos.example.test/watch?v=1", "https://media.example.test/class.mp4"):
        assert (await as_admin.post(place, data={"url": url, "length": "1:05:30"})).status_code == 303
    async with database.work(SYSTEM) as work:
        page_link, film_link = await work.rows("select id, duration from recordings order by part")
    assert film_link.duration == 3930
    page = await as_student.get(f"/student/recordings/{page_link.id}")
    assert "videos.example.test" not in page.text
    assert "media-src 'self';" in page.headers["content-security-policy"]
    led = await as_student.get(f"/student/recordings/{page_link.id}/link")
    assert (led.status_code, led.headers["location"]) == (302, "https://videos.example.test/watch?v=1")
    plays = await as_student.get(f"/student/recordings/{film_link.id}")
    assert "media-src 'self' https://media.example.test;" in plays.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://me:secret@example.test/a.mp4"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "https://example.test/a.mp4", "length": "soon"}, "length"),
    ],
)
async def test_a_link_that_is_none_is_refused_beside_its_field(as_admin, session_id, typed, field):
    answer = await as_admin.post(f"/admin/sessions/{session_id}/recordings/links", data=typed)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


async def test_a_host_that_would_add_to_the_policy_adds_nothing(as_student, as_admin, session_id, database):
    place = f"/admin/sessions/{session_id}/recordings/links"
    await as_admin.post(place, data={"url": "https://example.test;script-src*/a.mp4"})
    async with database.work(SYSTEM) as work:
        recording_id = await work.value("select id from recordings")
    answer = await as_student.get(f"/student/recordings/{recording_id}")
    assert "script-src" not in answer.headers["content-security-policy"]


async def test_what_is_watched_is_counted_and_shown_to_the_admin(as_student, as_admin, film, settings):
    opened = view_token(settings.secret, film, ASHA.id, sign_in_of(as_student, settings), int(time.time()) - 60)
    place = f"/student/recordings/{film}/views"
    answer = await as_student.post(place, data={"opened": opened, "ranges": "0-4", "position": "4"})
    assert answer.json() == {"percent": 50, "is_watched": False}
    page = (await as_admin.get(f"/admin/session-recordings/{film}")).text
    assert "50 %" in page
    assert "Students who stopped in each tenth: 1" not in page
    assert "Asha Rao" in page
    answer = await as_student.post(place, data={"opened": opened, "ranges": "4-8", "position": "8"})
    assert answer.json() == {"percent": 100, "is_watched": True}
    assert "Watched" in (await as_student.get("/student/recordings")).text


async def test_many_reports_at_once_are_all_counted_two_tabs_of_one_person_among_them(as_student, film, settings):
    opened = view_token(settings.secret, film, ASHA.id, sign_in_of(as_student, settings), int(time.time()) - 60)
    place = f"/student/recordings/{film}/views"
    reports = [{"opened": opened, "ranges": f"{at}-{at + 1}", "position": str(at)} for at in range(8)]
    answers = await asyncio.gather(*(as_student.post(place, data=report) for report in reports))
    assert {answer.status_code for answer in answers} == {200}
    assert max(answer.json()["percent"] for answer in answers) == 100


async def test_a_report_without_a_page_of_ours_counts_nothing(as_student, film, settings):
    place = f"/student/recordings/{film}/views"
    foreign = view_token(settings.secret, film, ASHA.id, "another sign-in", int(time.time()) - 60)
    old = view_token(settings.secret, film, ASHA.id, sign_in_of(as_student, settings), int(time.time()) - 13 * 3600)
    for opened in ("", "x.y", foreign, old):
        answer = await as_student.post(place, data={"opened": opened, "ranges": "0-8", "position": "0"})
        assert answer.status_code == 422
    without_token = httpx.AsyncClient(transport=as_student._transport, base_url=as_student.base_url)
    without_token.cookies = as_student.cookies
    good = view_token(settings.secret, film, ASHA.id, sign_in_of(as_student, settings), int(time.time()) - 60)
    assert (await without_token.post(place, data={"opened": good, "ranges": "0-8"})).status_code == 403


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("update recordings set is_visible = false", 404),
        ("update batches set recordings_visible = false", 404),
        ("update enrolments set state = 'withdrawn'", 404),
        ("update sign_ins set revoked_at = now()", 401),
        ("update profiles set is_active = false where role = 'student'", 401),
        ("update sign_ins set last_seen_at = now() - interval '13 hours'", 401),
    ],
)
async def test_who_may_not_watch_any_more_is_not_counted_by_a_page_that_is_still_open(
    as_student, film, settings, database, ending, status
):
    opened = view_token(settings.secret, film, ASHA.id, sign_in_of(as_student, settings), int(time.time()) - 60)
    place = f"/student/recordings/{film}/views"
    report = {"opened": opened, "ranges": "0-4", "position": "4"}
    async with database.work(SYSTEM) as work:
        await work.run(ending)
    assert (await as_student.post(place, data=report)).status_code == status
    async with database.work(SYSTEM) as work:
        assert await work.rows("select * from recording_views") == []


async def test_a_film_whose_file_is_gone_says_so_and_keeps_saying_it(as_student, film, app):
    page = (await as_student.get(f"/student/recordings/{film}")).text
    for file in (app.state.services.files.folder / "recordings").iterdir():
        file.unlink()
    answer = await as_student.get(source_in(page))
    assert answer.status_code == 404
    assert "no longer exists" in answer.text


@pytest.mark.parametrize("looks", ["student", "admin"])
async def test_a_film_that_was_missing_for_a_while_comes_back_when_its_page_is_opened(
    as_student, as_admin, film, app, database, looks
):
    source = source_in((await as_student.get(f"/student/recordings/{film}")).text)
    folder = app.state.services.files.folder
    (folder / "recordings").rename(folder / "elsewhere")
    assert (await as_student.get(source)).status_code == 404
    await as_student.get(f"/student/recordings/{film}")
    async with database.work(SYSTEM) as work:
        assert await work.value("select state from recordings") == "gone"
    (folder / "elsewhere").rename(folder / "recordings")
    opens, place = (as_student, "student/recordings") if looks == "student" else (as_admin, "admin/session-recordings")
    await opens.get(f"/{place}/{film}")
    assert (await as_student.get(source_in((await as_student.get(f"/student/recordings/{film}")).text))).content == FILM


async def test_a_film_that_cannot_be_read_just_now_is_not_gone(as_student, film, app, database, monkeypatch):
    class Unreadable(DiskFileStore):
        async def read(self, name, start=0, length=None):
            raise PermissionError(name)
            yield b""

    source = source_in((await as_student.get(f"/student/recordings/{film}")).text)
    services = app.state.services
    monkeypatch.setattr(app.state, "services", replace(services, files=Unreadable(services.files.folder)))
    answer = await as_student.get(source)
    assert (answer.status_code, "Try again in a while" in answer.text) == (409, True)
    async with database.work(SYSTEM) as work:
        assert await work.value("select state from recordings") == "ready"


async def test_the_lists_cost_few_round_trips(app, as_student, as_admin, film):
    async with counted(app) as database:
        await as_student.get("/student/recordings")
        assert database.round_trips <= 3
        database.round_trips = 0
        await as_admin.get("/admin/session-recordings")
        assert database.round_trips <= 3


async def test_the_batchs_policy_is_on_its_form(as_admin, catalogue, database):
    place = f"/admin/courses/{catalogue.course_id}/batches/{catalogue.batch_id}/edit"
    assert 'name="recordings_visible"' in (await as_admin.get(place)).text
    await as_admin.post(place, data={"name": "Batch 7"})
    async with database.work(SYSTEM) as work:
        assert await work.value("select recordings_visible from batches") is False
    await as_admin.post(place, data={"name": "Batch 7", "recordings_visible": "on"})
    async with database.work(BEN.identity) as work:
        assert await work.value("select recordings_visible from batches") is True
