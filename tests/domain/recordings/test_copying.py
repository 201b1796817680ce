"""A recording plays through us wherever its file lies, and is copied whole into our own store where that is wished."""

import hashlib
import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.files.disk import DiskFileStore, FileTooLarge
from adapters.settings import ROOT
from domain.recordings.copying import plan_copies
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, signed_in_browser

FILM = (ROOT / "adapters" / "sandbox" / "zoom" / "media" / "class.mp4").read_bytes()
COPY = "select copy_state, copy_reason, checksum from recordings where kind = 'video'"


@pytest.fixture
async def recorded_class(held_class):
    """A class whose recording has been found at Zoom."""
    await held_class.hold()
    await held_class.told("recording.transcript_completed")
    return held_class


@asynccontextmanager
async def opened(recorded_class):
    """Asha's browser, and the address at which the film plays for her."""
    film = (await recorded_class.files())[0]
    async with signed_in_browser(recorded_class.house.app, ASHA) as browser:
        page = (await browser.get(f"/student/recordings/{film.id}")).text
        source = re.search(r'<video[^>]* src="([^"]+)"', page)
        assert source
        yield browser, source[1], page


async def copied(recorded_class, **changes):
    """Copy what the class left, by a worker with these settings, and return what became of the film's copy."""
    runner = recorded_class.house.runner
    runner.steps.ports = replace(runner.steps.ports, **changes)
    async with recorded_class.house.database.work(SYSTEM) as work:
        await plan_copies(work, recorded_class.session_id)
    await recorded_class.house.run_due()
    async with recorded_class.house.database.work(SYSTEM) as work:
        return await work.row(COPY)


async def test_zooms_film_plays_through_us_and_no_address_or_token_of_zooms_is_shown(recorded_class):
    async with opened(recorded_class) as (browser, source, page):
        whole, part = await browser.get(source), await browser.get(source, headers={"Range": "bytes=50-149"})
    assert whole.content == FILM
    assert (part.status_code, part.content) == (206, FILM[50:150])
    shown = page + str(whole.headers) + str(part.headers)
    assert str(recorded_class.house.settings.sandbox_port) not in shown
    assert "download" not in str(whole.headers)


async def test_a_film_that_zoom_has_deleted_says_so_on_its_page(recorded_class):
    await recorded_class.zoom("update sandbox.zoom_recording_files set deleted_at = app_now()")
    async with opened(recorded_class) as (browser, source, _page):
        assert (await browser.get(source)).status_code == 404
        place = re.search(r"/student/recordings/[0-9a-f-]{36}", source)
        assert place
        assert "This video no longer exists" in (await browser.get(place[0])).text
    # Nothing is deleted: what is known of it stays.
    assert len(await recorded_class.files()) == 5


async def test_a_copy_is_whole_checked_and_plays_when_zoom_has_none_any_more(recorded_class):
    copy = await copied(recorded_class)
    assert (copy.copy_state, copy.checksum) == ("copied", hashlib.sha256(FILM).hexdigest())
    await recorded_class.zoom("delete from sandbox.zoom_recording_files")
    async with opened(recorded_class) as (browser, source, _page):
        assert (await browser.get(source)).content == FILM


async def test_a_copy_goes_on_where_it_stopped(recorded_class):
    film, files = (await recorded_class.files())[0], recorded_class.house.services.files

    async def half():
        yield FILM[: len(FILM) // 2]

    await files.append(f"recordings/{film.id}.mp4", half(), limit=10**9)
    assert (await copied(recorded_class)).checksum == hashlib.sha256(FILM).hexdigest()


async def test_what_is_over_the_cap_is_not_copied_and_says_why(recorded_class):
    copy = await copied(recorded_class, largest_copy=1024)
    assert copy.copy_state == "failed"
    assert "larger than" in copy.copy_reason
    assert not list(recorded_class.house.services.files.folder.rglob("*.fetched"))


async def test_nothing_is_copied_unless_it_is_set(recorded_class):
    assert {file.copy_state for file in await recorded_class.files()} == {"none"}


async def test_of_a_file_that_grows_past_its_limit_nothing_is_kept(tmp_path):
    files = DiskFileStore(tmp_path)

    async def chunks():
        yield b"first"
        yield b"second"

    with pytest.raises(FileTooLarge):
        await files.append("recordings/1.mp4", chunks(), limit=8)
    assert await files.partial_size("recordings/1.mp4") == 0
    assert list((tmp_path / "recordings").iterdir()) == []


async def test_what_was_fetched_before_a_failure_is_there_for_the_next_attempt(tmp_path):
    files = DiskFileStore(tmp_path)

    async def broken():
        yield b"first"
        raise ConnectionError

    async def rest():
        yield b"second"

    with pytest.raises(ConnectionError):
        await files.append("a/1", broken(), limit=100)
    assert await files.partial_size("a/1") == 5
    assert await files.size("a/1") is None
    assert await files.append("a/1", rest(), limit=100) == 11
    assert await files.keep("a/1") == hashlib.sha256(b"firstsecond").hexdigest()
    assert [chunk async for chunk in files.read("a/1", 3, 4)] == [b"stse"]
