"""Files on the disk are whole or not there, whoever stores them at the same time."""

import asyncio

import pytest

from adapters.files.disk import DiskFileStore, FileTooLarge

PIECES = [b"first", b"second"]


async def pieces():
    for piece in PIECES:
        await asyncio.sleep(0)
        yield piece


async def test_two_who_store_the_same_file_at_once_both_find_it_whole(tmp_path):
    files = DiskFileStore(tmp_path)
    await asyncio.gather(*(files.put("recordings/1.mp3", pieces(), limit=100) for _ in range(5)))
    assert files.path("recordings/1.mp3").read_bytes() == b"".join(PIECES)
    assert [file.name for file in (tmp_path / "recordings").iterdir()] == ["1.mp3"]


async def test_of_a_file_that_is_too_large_nothing_is_left(tmp_path):
    files = DiskFileStore(tmp_path)
    with pytest.raises(FileTooLarge):
        await files.put("recordings/1.mp3", pieces(), limit=6)
    assert list((tmp_path / "recordings").iterdir()) == []
