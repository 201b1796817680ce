"""The films of the demo's recordings: the short one that the sandbox records, a copy for each, so that all play."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from adapters.demo.story import Record
from adapters.sandbox import zoom
from domain.ports import FileStore

FILM = Path(zoom.__path__[0]) / "media" / "class.mp4"
SECONDS = 8  # how long it plays


def name_films(recordings: list[Record]) -> None:
    """Fill in where each film lies. Names are new every time: what an earlier demo left may still be on its way out."""
    content = FILM.read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    for recording in recordings:
        recording["stored_name"] = f"recordings/{uuid4()}.mp4"
        recording["checksum"] = checksum
        recording["zoom_file_size"] = recording["copied_bytes"] = len(content)


async def keep_films(files: FileStore, recordings: list[Record]) -> None:
    """Put each film where its recording says it lies."""
    content = FILM.read_bytes()
    for recording in recordings:
        await files.put(recording["stored_name"], _whole(content), limit=len(content))


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
