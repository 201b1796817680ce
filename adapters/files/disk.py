"""Files on this machine's disk, in one private folder."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from domain.errors import DomainError
from domain.language import _


class FileTooLarge(DomainError):
    """The file is over the limit; nothing of it is kept."""


class DiskFileStore:
    """Writes beside the final name and renames at the end: a file is whole, or it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        path = self._inside(name)
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        # Of its own name: two who store the same file at once must not take it from each other.
        partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        size = 0
        try:
            with partial.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise FileTooLarge(
                            _(
                                "The file is larger than {limit} MB. Split it and try again.",
                                limit=limit // 1024 // 1024,
                            )
                        )
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return size

    def path(self, name: str) -> Path:
        path = self._inside(name)
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    async def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            await asyncio.to_thread(self._inside(name).unlink)

    def _inside(self, name: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise ValueError(f"not a name of ours: {name!r}")
        return path
