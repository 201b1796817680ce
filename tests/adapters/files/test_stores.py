"""Files in a store, of whatever kind, are whole or not there, whoever stores them at the same time."""

import asyncio
import hashlib

import pytest

from adapters.files.disk import FileTooLarge

PIECES = [b"first", b"second"]
WHOLE = b"".join(PIECES)
NAME = "recordings/1.mp3"


async def pieces(*more):
    for piece in (*PIECES, *more):
        await asyncio.sleep(0)
        yield piece


async def broken():
    yield b"first"
    raise ConnectionError("the sender went away")


async def content_of(files, name=NAME, *part):
    return b"".join([chunk async for chunk in files.read(name, *part)])


def left_behind(settings):
    return [path.name for path in settings.data_dir.rglob("*") if path.is_file() and "secret" not in path.name]


async def test_what_is_stored_is_read_again(files):
    assert await files.put(NAME, pieces(), limit=100) == len(WHOLE)
    assert await files.size(NAME) == len(WHOLE)
    assert await content_of(files) == WHOLE


async def test_any_part_of_it_can_be_read(files):
    await files.put(NAME, pieces(), limit=100)
    assert await content_of(files, NAME, 3, 4) == WHOLE[3:7]
    assert await content_of(files, NAME, 8) == WHOLE[8:]
    assert await content_of(files, NAME, 8, 100) == WHOLE[8:]
    assert await content_of(files, NAME, 3, 0) == b""
    assert await content_of(files, NAME, len(WHOLE)) == await content_of(files, NAME, 99, 5) == b""


async def test_two_who_store_the_same_file_at_once_both_find_it_whole(files):
    await asyncio.gather(*(files.put(NAME, pieces(), limit=100) for _ in range(5)))
    assert await content_of(files) == WHOLE


async def test_a_later_file_of_the_same_name_replaces_the_earlier(files):
    await files.put(NAME, pieces(), limit=100)
    await files.put(NAME, pieces(b"third"), limit=100)
    assert await content_of(files) == WHOLE + b"third"


@pytest.mark.parametrize(("chunks", "error"), [(pieces, FileTooLarge), (broken, ConnectionError)])
async def test_of_a_file_that_is_too_large_or_breaks_off_nothing_is_left(files, settings, chunks, error):
    with pytest.raises(error):
        await files.put(NAME, chunks(), limit=6)
    assert await files.size(NAME) is None
    assert left_behind(settings) == []


async def test_a_file_may_be_empty(files):
    async def nothing():
        return
        yield

    assert await files.put(NAME, nothing(), limit=6) == 0
    assert await files.size(NAME) == 0
    assert await content_of(files) == await content_of(files, NAME, 0, 10) == b""


async def test_a_file_that_is_gone_is_told_by_each_way_of_reading(files):
    assert await files.size(NAME) is None
    for part in ((), (3,), (0, 5), (0, 0)):
        with pytest.raises(FileNotFoundError):
            await content_of(files, NAME, *part)
    with pytest.raises(FileNotFoundError):
        async with files.local(NAME):
            pass


async def test_a_deleted_file_is_gone_and_may_be_deleted_again(files):
    await files.put(NAME, pieces(), limit=100)
    await files.delete(NAME)
    assert await files.size(NAME) is None
    await files.delete(NAME)


async def test_a_file_is_lent_by_path_for_a_while(files):
    await files.put(NAME, pieces(), limit=100)
    async with files.local(NAME) as path:
        assert path.read_bytes() == WHOLE
    assert await content_of(files) == WHOLE


async def test_a_file_that_is_fetched_in_two_goes_is_kept_with_its_checksum(files, settings):
    with pytest.raises(ConnectionError):
        await files.append(NAME, broken(), limit=100)
    assert await files.partial_size(NAME) == 5
    assert await files.size(NAME) is None

    async def rest():
        yield b"second"

    assert await files.append(NAME, rest(), limit=100) == len(WHOLE)
    assert await files.keep(NAME) == hashlib.sha256(WHOLE).hexdigest()
    assert await content_of(files) == WHOLE
    assert await files.partial_size(NAME) == 0
    await files.delete(NAME)
    assert left_behind(settings) == []


async def test_what_is_fetched_beyond_the_limit_or_unwanted_is_dropped(files):
    with pytest.raises(FileTooLarge):
        await files.append(NAME, pieces(), limit=6)
    assert await files.partial_size(NAME) == 0
    await files.append(NAME, pieces(), limit=100)
    await files.forget_partial(NAME)
    assert await files.partial_size(NAME) == 0


@pytest.mark.parametrize("name", ["../secret_key", "a/../../secret_key", "/etc/passwd"])
async def test_a_name_that_leads_elsewhere_is_none_of_ours(files, name):
    with pytest.raises(ValueError, match="not a name of ours"):
        await files.put(name, pieces(), limit=100)
    with pytest.raises(ValueError, match="not a name of ours"):
        await content_of(files, name)
