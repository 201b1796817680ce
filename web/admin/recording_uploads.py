"""Recordings that admins upload: streamed into our store, judged by their content, measured, and dropped when refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from litestar import Request
from litestar.datastructures import UploadFile

from domain.errors import InvalidInput
from domain.language import _
from domain.ports import FileStore
from domain.recordings.contents import part_of_file
from domain.recordings.copying import stored_name
from domain.recordings.managing import add_upload
from domain.recordings.media import CAPTIONS, HEAD, kind_of, seconds_of
from web.work import opened_work, services_of

CHUNK = 256 * 1024


def largest(request: Request[Any, Any, Any]) -> int:
    """Return the most bytes an uploaded recording may have."""
    return services_of(request).settings.recording_upload_mb * 1024 * 1024


def too_large_words(request: Request[Any, Any, Any]) -> str:
    limit = services_of(request).settings.recording_upload_mb
    return _(
        "The recording is larger than {limit} MB. Make it smaller, or put it elsewhere and add its link.", limit=limit
    )


async def keep_upload(request: Request[Any, Any, Any], session_id: UUID, upload: UploadFile | None, title: str) -> UUID:
    """Store an uploaded film or sound and add it to its session. A file that is refused is not kept. Raises InvalidInput.

    No transaction is open while gigabytes are stored: it opens its own for the row.
    """
    if upload is None or not upload.filename:
        raise InvalidInput({"file": _("Please choose a file first.")})
    head = await upload.read(HEAD)
    await upload.seek(0)
    kind = kind_of(head)
    if kind is None or kind is CAPTIONS:
        reason = _("This is no MP4 film or M4A sound, whatever its name says. Browsers play only those.")
        if kind is CAPTIONS:
            reason = _("These are captions. Add them on the page of their recording.")
        raise InvalidInput({"file": reason})
    files, recording_id, limit = services_of(request).files, uuid4(), largest(request)
    name = stored_name(recording_id, kind.name)
    try:
        await _put(request, files, name, upload, limit)
        size = await files.size(name) or 0
        seconds = await seconds_of(_reader(files, name), size)
        if seconds is None:
            raise InvalidInput({"file": _("The file is damaged or not whole: it does not say how long it plays.")})
        async with opened_work(request) as work:
            return await add_upload(work, session_id, recording_id, title, kind, size=size, seconds=seconds)
    except BaseException:
        await asyncio.shield(files.delete(name))
        raise


async def _put(request: Request[Any, Any, Any], files: FileStore, name: str, upload: UploadFile, limit: int) -> None:
    size = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal size
        while chunk := await upload.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise InvalidInput({"file": too_large_words(request)})
            yield chunk

    await files.put(name, chunks(), limit=limit)


def _reader(files: FileStore, name: str) -> Any:
    async def read(first: int, most: int) -> bytes:
        return await part_of_file(files.read(name, first, most), most)

    return read
