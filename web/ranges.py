"""Answers with a file or the part of it that is asked for: players jump about in sound and film."""

import re
from pathlib import Path

from litestar.response import Response

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def part_of(path: Path, media_type: str, asked: str, *, max_age: int = 0) -> Response[bytes]:
    """Return the file, or with a ``Range`` the part asked for: 206, or 416 when it lies beyond the end."""
    size = path.stat().st_size
    headers = {"Accept-Ranges": "bytes", "Cache-Control": f"private, max-age={max_age}"}
    span = span_of(asked, size)
    if span is None:
        return Response(path.read_bytes(), media_type=media_type, headers=headers)
    first, last = span
    if first > last:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, media_type=media_type, headers=headers)
    with path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(content, status_code=206, media_type=media_type, headers=headers)


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for; None when all are, or the question cannot be read."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(size - int(found[2]), 0), size - 1
    return int(found[1]), min(int(found[2] or size), size - 1)
