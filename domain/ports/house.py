"""What the business needs of the house it runs in: texts, files, live pages, passwords, limits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.work import Signal


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


class MessageRenderer(Protocol):
    """Renders templates/email/. Synchronous and quick; many recipients share one rendering through substitutions."""

    def email(self, template: str, values: Mapping[str, object]) -> RenderedEmail: ...


class StoreAway(OSError):
    """What keeps the files does not answer, or refuses us; the text says what it said. Not for people's eyes."""


class FileStore(Protocol):
    """Keeps files under names of ours. Names are relative, made by us, never by a visitor.

    Whatever asks it may raise StoreAway.
    """

    async def put(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        """Store the chunks and return the size in bytes; past ``limit`` bytes, raise FileTooLarge and keep nothing."""
        ...

    def local(self, name: str) -> AbstractAsyncContextManager[Path]:
        """Lend a path to the file on this machine, to read what can only be read by path. Raises FileNotFoundError.

        It is good within the block, and maybe a copy: write nothing to it.
        """
        ...

    async def delete(self, name: str) -> None:
        """Remove the file; one that is gone already is fine."""
        ...

    async def size(self, name: str) -> int | None:
        """Return the size of a stored file in bytes, or None when it is not there."""
        ...

    def read(self, name: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes of a stored file, or the part asked for. Raises FileNotFoundError."""
        ...

    async def partial_size(self, name: str) -> int:
        """Return how many bytes of a file that is still being fetched are there."""
        ...

    async def append(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        """Add to what has been fetched, and return its size so far. What came before a failure stays.

        Past ``limit`` bytes in all, raise FileTooLarge and keep nothing.
        """
        ...

    async def keep(self, name: str) -> str:
        """Make what has been fetched the stored file; return its SHA-256."""
        ...

    async def forget_partial(self, name: str) -> None:
        """Drop what has been fetched."""
        ...


class LiveSignals(Protocol):
    async def announce(self, signals: Sequence[Signal]) -> None:
        """Tell every open page of these topics. Never raises: a page that misses a hint re-syncs."""
        ...

    async def nudge(self) -> None:
        """Wake a worker now. Never raises: the sweep comes anyway."""
        ...


class PasswordHasher(Protocol):
    """Argon2id off the event loop, a few at a time."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether the password fits. No hash takes as long as a hash and fits nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one attempt has left of its limit. ``seconds`` is how long until it is whole again."""

    limit: int
    count: int
    seconds: int

    @property
    def left(self) -> int:
        return max(self.limit - self.count, 0)

    @property
    def wait(self) -> int:
        """Return the seconds to wait when this attempt went beyond the limit, else 0."""
        return self.seconds if self.count > self.limit else 0


class RateLimiter(Protocol):
    """Counts attempts atomically across processes."""

    async def hit(self, bucket: str, *, limit: int, seconds: int) -> int:
        """Count one attempt; return 0 when allowed, else the seconds until the next is."""
        ...

    async def take(self, bucket: str, *, limit: int, seconds: int) -> Allowance:
        """Count one attempt; return what is left."""
        ...
