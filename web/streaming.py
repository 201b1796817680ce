"""Files that are handed through as they come: whole, or the part that a player asks for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from litestar.response import Response, Stream

from web.ranges import span_of

# (first byte, how many, or None for all) -> the bytes, when the first of them have come.
Open = Callable[[int, int | None], Awaitable[AsyncIterator[bytes]]]


async def streamed(open_file: Open, size: int, media_type: str, asked: str, file_name: str = "") -> Response[Any]:
    """Return a file, or with a ``Range`` the part asked for: 206, or 416 when it lies beyond the end.

    Of a file whose size is not known (0) all comes. With a ``file_name`` it is saved instead of shown.
    """
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    if not size:
        return Stream(await open_file(0, None), media_type=media_type, headers=headers)
    headers["Accept-Ranges"] = "bytes"
    span = span_of(asked, size)
    if span is None:
        headers["Content-Length"] = str(size)
        return Stream(await open_file(0, size), media_type=media_type, headers=headers)
    first, last = span
    if first > last:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, media_type=media_type, headers=headers)
    length = last - first + 1
    headers |= {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(length)}
    return Stream(await open_file(first, length), status_code=206, media_type=media_type, headers=headers)
