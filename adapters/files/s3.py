"""Files in a bucket of a service that speaks S3. What is not whole yet lies on this machine's disk."""

import asyncio
import hashlib
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from adapters.files.disk import CHUNK, DiskFileStore
from adapters.settings import Settings
from domain.ports import StoreAway

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, RetryConfig, S3Credential

log = logging.getLogger(__name__)

# S3 takes 10,000 parts: these make 160 GB, more than any limit of ours. At most four are in memory at once.
PART = 16 * 1024 * 1024
AT_ONCE = 4
# A film that somebody watches is one answer for as long as they watch it; what counts is that bytes go on coming.
WAITS: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=30),
    "timeout": timedelta(hours=24),
}
RETRIES: "RetryConfig" = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}


def open_bucket(settings: Settings) -> S3Store:
    """Return the bucket that the settings name. Asks nobody yet."""
    endpoint = (settings.s3_endpoint or f"https://s3.{settings.s3_region}.amazonaws.com").rstrip("/")
    secret = settings.s3_secret_key.get_secret_value() if settings.s3_secret_key else ""
    credential: S3Credential = {
        "access_key_id": settings.s3_access_key,
        "secret_access_key": secret,
        "token": None,
        "expires_at": None,
    }
    # Each by its name: what AWS_… of the environment says is meant for other programs.
    return S3Store(
        settings.s3_bucket,
        endpoint=endpoint,
        aws_endpoint_url_s3=endpoint,
        region=settings.s3_region,
        credential_provider=lambda: credential,
        skip_signature=False,
        virtual_hosted_style_request=False,
        disable_bulk_delete=True,  # not every service knows it
        client_options=WAITS | {"allow_http": endpoint.startswith("http://")},
        retry_config=RETRIES,
    )


class S3FileStore:
    """Lays what comes in on the desk first, a folder of this machine, and sends it when it is whole and within its limit.

    So nothing half is ever sent: a file is whole in the bucket, or it is not there.
    """

    def __init__(self, bucket: S3Store, desk: DiskFileStore) -> None:
        self._bucket = bucket
        self._desk = desk

    async def put(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        draft = _draft()
        try:
            size = await self._desk.put(draft, chunks, limit=limit)
            await self._send(self._desk.path(draft), name)
        finally:
            await self._desk.delete(draft)
        return size

    @asynccontextmanager
    async def local(self, name: str) -> AsyncIterator[Path]:
        draft = _draft()
        try:
            await self._desk.put(draft, self.read(name), limit=sys.maxsize)
            yield self._desk.path(draft)
        finally:
            await self._desk.delete(draft)

    async def delete(self, name: str) -> None:
        with suppress(FileNotFoundError), _asking(name):
            await obstore.delete_async(self._bucket, name)

    async def size(self, name: str) -> int | None:
        with suppress(FileNotFoundError), _asking(name):
            return (await obstore.head_async(self._bucket, name))["size"]
        return None

    async def read(self, name: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if await self._is_none(name, length):
            return
        with _asking(name):
            try:
                found = await obstore.get_async(self._bucket, name, options=_part(start, length))
            except BaseError:
                # S3 calls a part beyond the end an error; here, as on a disk, nothing is there.
                if (size := await self.size(name)) is not None and start >= size:
                    return
                raise
            async for chunk in found.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    async def partial_size(self, name: str) -> int:
        return await self._desk.partial_size(name)

    async def append(self, name: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        return await self._desk.append(name, chunks, limit=limit)

    async def keep(self, name: str) -> str:
        fetched = self._desk.partial(name)
        checksum = await asyncio.to_thread(_sha256, fetched)
        await self._send(fetched, name)
        await self._desk.forget_partial(name)  # only now: a sending that failed is tried again without fetching
        return checksum

    async def forget_partial(self, name: str) -> None:
        await self._desk.forget_partial(name)

    async def _send(self, path: Path, name: str) -> None:
        with _asking(name):
            await obstore.put_async(self._bucket, name, path, chunk_size=PART, max_concurrency=AT_ONCE)

    async def _is_none(self, name: str, length: int | None) -> bool:
        """Say whether no bytes are asked for, which S3 has no words for. Raises FileNotFoundError, as reading does."""
        if length is None or length > 0:
            return False
        if await self.size(name) is None:
            raise FileNotFoundError(name)
        return True


def _draft() -> str:
    return f"drafts/{secrets.token_hex(16)}"


def _part(start: int, length: int | None) -> "GetOptions":
    if length is not None:
        return {"range": (start, start + length)}
    return {"range": {"offset": start}} if start else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """Let what goes wrong at the bucket's service be StoreAway. Raises ValueError for what is no name of ours."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"not a name of ours: {name!r}")
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(name) from None
    except BaseError as error:
        said = str(error).strip().splitlines()[0]
        log.warning("the bucket was asked for %s: %s", name, said)
        raise StoreAway(said) from error
