"""CSV files to download: written whole before the first byte leaves."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import datetime
from io import TextIOWrapper
from typing import IO, TextIO

from litestar.response import Stream

from domain.ports import FileStore

CHUNK = 1 << 16


async def csv_download(name: str, now: datetime, write: Callable[[TextIO], Awaitable[object]]) -> Stream:
    """Let ``write`` fill a file and answer with it, named so and by the day; Excel knows that it is UTF-8."""
    # On disk first: a slow download then holds neither a transaction nor the rows.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who sends it
    try:
        text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
        await write(text)
        text.flush()
        text.detach()
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{now:%Y-%m-%d}.csv"',
        "Content-Length": str(file.tell()),
        "Cache-Control": "no-store",
    }
    return Stream(chunks_of(file), media_type="text/csv; charset=utf-8", headers=headers)


async def stored_chunks(files: FileStore, stored_name: str) -> AsyncIterator[bytes]:
    """Return what a stored file holds. Raises FileNotFoundError at once, while another answer can still be given."""
    chunks = files.read(stored_name)
    first = await anext(chunks, b"")

    async def all_of_it() -> AsyncIterator[bytes]:
        async with aclosing(chunks):  # type: ignore[type-var]
            yield first
            async for chunk in chunks:
                yield chunk

    return all_of_it()


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what a file holds, from its beginning, and close it."""
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
