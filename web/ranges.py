"""Answers with a file or the part of it that is asked for: players jump about in sound and film."""

import re

from litestar.response import Response

from domain.messaging.calls.recordings import KeptSound
from domain.ports import FileStore

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def part_of(files: FileStore, sound: KeptSound, asked: str, *, max_age: int = 0) -> Response[bytes]:
    """Return the sound, or with a ``Range`` the part asked for: 206, or 416 when it lies beyond the end."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": f"private, max-age={max_age}"}
    span = span_of(asked, sound.size)
    first, last = span or (0, sound.size - 1)
    if span and first > last:
        headers["Content-Range"] = f"bytes */{sound.size}"
        return Response(b"", status_code=416, media_type=sound.media_type, headers=headers)
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{sound.size}"
    chunks = [chunk async for chunk in files.read(sound.stored_name, first, last - first + 1)]
    return Response(b"".join(chunks), status_code=206 if span else 200, media_type=sound.media_type, headers=headers)


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for; None when all are, or the question cannot be read."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(size - int(found[2]), 0), size - 1
    return int(found[1]), min(int(found[2] or size), size - 1)
