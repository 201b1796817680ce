"""Files on this machine's disk, in one private folder."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from domain.errors import DomainError
from domain.language import _

CHUNK = 256 * 1024


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
        """Return where the file lies; raise FileNotFoundError when it is gone."""
        path = self._inside(name)
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    @asynccontextmanager
    async def local(self, name: str) -> AsyncIterator[Path]:
        yield self.path(name)

    async def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            await asyncio.to_thread(self._inside(name).unlink)

    async def size(self, name: str) -> int | None:
        path = self._inside(name)
        return path.stat().st_size if path.is_file() else None

    async def read(self, name: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        with self.path(name).open("rb") as file:
            file.seek(start)
            left = length
            while left is None or left > 0:
                chunk = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def partial_size(self, name: str) -> int:
        partial = self.partial(name)
        return partial.stat().st_size if partial.is_file() else 0

    async def append(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        partial = self.partial(name)
        await asyncio.to_thread(partial.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        with partial.open("ab") as file:
            size = file.tell()
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    partial.unlink(missing_ok=True)
                    raise FileTooLarge(_("The file is larger than {limit} MB.", limit=limit // 1024 // 1024))
                await asyncio.to_thread(file.write, chunk)
        return size

    async def keep(self, name: str) -> str:
        partial, path = self.partial(name), self._inside(name)

        def finish() -> str:
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
            partial.replace(path)
            return checksum

        return await asyncio.to_thread(finish)

    async def forget_partial(self, name: str) -> None:
        await asyncio.to_thread(self.partial(name).unlink, missing_ok=True)

    def partial(self, name: str) -> Path:
        """Return where lies, or would lie, what has been fetched of a file."""
        return self._inside(f"{name}.fetched")

    def _inside(self, name: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise ValueError(f"not a name of ours: {name!r}")
        return path
