"""The bucket that people's files lie in. On a disk they lie in the data folder, which is looked at with the machine."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

from adapters.doctor.finding import Finding, right, wrong
from adapters.files import open_files
from adapters.settings import Settings
from domain.ports import FileStore

TRIED = b"Gurudesk tried whether it can write, read and delete here."


def examine_files(settings: Settings) -> Iterator[Finding]:
    """Write a small file into the bucket, read it and delete it: a key may allow one and not the other."""
    if settings.files == "s3":
        yield asyncio.run(_tried(open_files(settings), settings.s3_bucket))


async def _tried(files: FileStore, bucket: str) -> Finding:
    name = f"doctor/{uuid4()}"
    try:
        await files.put(name, _once(TRIED), limit=len(TRIED))
        content = b"".join([chunk async for chunk in files.read(name)])
        await files.delete(name)
    except FileNotFoundError:
        return wrong("Files", f"There is no bucket {bucket} at GURUDESK_S3_ENDPOINT, or it forgets what it is given.")
    except OSError as error:
        return wrong(
            "Files", f"The bucket {bucket} cannot be used: {error}. See GURUDESK_S3_ENDPOINT and what follows it."
        )
    if content != TRIED:
        return wrong("Files", f"The bucket {bucket} gives back other bytes than it was given.")
    return right("Files", f"The bucket {bucket} can be written to, read and deleted from.")


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
