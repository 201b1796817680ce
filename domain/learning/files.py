"""Files for learning: what is taken, how much of it, and storing one under a name of ours with its SHA-256."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from domain.errors import DomainError
from domain.language import _
from domain.learning.file_kinds import RefusedFile, look_at
from domain.ports import FileStore, StoreAway

MAX_FILE = 25 * 1024 * 1024
MAX_TOGETHER = 100 * 1024 * 1024
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was taken: its name as it came, our name for it, bytes, and its SHA-256 in hex."""

    name: str
    stored_name: str
    media_type: str
    size: int
    sha256: str


async def take_file(files: FileStore, name: str, chunks: AsyncIterator[bytes], folder: str) -> StoredFile:
    """Store a file and look at what it is. Raises RefusedFile, naming it; what is refused is not kept."""
    stored_name, sha256 = f"{folder}/{uuid4()}", hashlib.sha256()

    async def hashed() -> AsyncIterator[bytes]:
        async for chunk in chunks:
            sha256.update(chunk)
            yield chunk

    try:
        size = await files.put(stored_name, hashed(), limit=MAX_FILE)
        async with files.local(stored_name) as path:
            media_type = await asyncio.to_thread(look_at, path, name)
    except RefusedFile:
        await files.delete(stored_name)
        raise
    except DomainError as error:  # more than the limit
        limit = MAX_FILE // 1024 // 1024
        raise RefusedFile(_("“{name}” is larger than {limit} MB.", name=name, limit=limit)) from error
    except StoreAway as error:
        with suppress(StoreAway):
            await files.delete(stored_name)
        raise RefusedFile(_("“{name}” could not be stored just now. Please try again.", name=name)) from error
    except BaseException:
        await files.delete(stored_name)
        raise
    return StoredFile(name, stored_name, media_type, size, sha256.hexdigest())
