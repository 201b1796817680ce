"""Files that come with a form: taken one by one, and those that are refused named with the reason."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import UploadFile

from domain.errors import InvalidInput
from domain.language import _
from domain.learning.file_kinds import ACCEPT, RefusedFile
from domain.learning.files import MAX_FILE, MAX_TOGETHER, MOST_FILES, StoredFile, take_file
from web.addresses import uuid_or_none
from web.admin.imports import chunks, shown_name
from web.work import services_of

LARGEST_BODY = MAX_TOGETHER + 5_000_000
FILE_VALUES = {
    "accept": ACCEPT,
    "max_file": MAX_FILE // 1024 // 1024,
    "max_together": MAX_TOGETHER // 1024 // 1024,
    "most_files": MOST_FILES,
}


async def take_uploads(request: Request[Any, Any, Any], field: str, folder: str) -> tuple[list[StoredFile], list[str]]:
    """Store what was chosen in ``field``; return what was taken, and why each of the others was not.

    Raises InvalidInput when there are more than can be taken at all; nothing is stored then.
    """
    uploads = [one for one in (await request.form()).getall(field, []) if isinstance(one, UploadFile) and one.filename]
    if len(uploads) > MOST_FILES:
        raise InvalidInput({field: _("At most {count} files.", count=MOST_FILES)})
    taken: list[StoredFile] = []
    refused: list[str] = []
    try:
        for upload in uploads:
            try:
                name = shown_name(upload.filename)
                taken.append(await take_file(services_of(request).files, name, chunks(upload), folder))
            except RefusedFile as error:
                refused.append(str(error))
    except BaseException:
        await drop(request, [file.stored_name for file in taken])
        raise
    return taken, refused


async def drop(request: Request[Any, Any, Any], stored_names: Iterable[str]) -> None:
    """Remove stored files, by our names."""
    for stored_name in stored_names:
        await services_of(request).files.delete(stored_name)


def dropping(request: Request[Any, Any, Any], stored_names: Iterable[str]) -> BackgroundTask:
    """Return what removes stored files once their rows are gone for good."""
    return BackgroundTask(drop, request, list(stored_names))


def ids_in(value: Any) -> list[UUID]:
    """Read the ids of ticked boxes; what is none is left out."""
    values = value if isinstance(value, list) else [value] if value else []
    return [found for one in values if (found := uuid_or_none(str(one)))]
