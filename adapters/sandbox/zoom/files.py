"""The files of recordings: whoever has a token is led to the store, whoever has none sees a page instead."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.faults import Faults, never_answered
from adapters.sandbox.zoom.account import Account

MEDIA_TYPES = {
    "MP4": "video/mp4",
    "M4A": "audio/mp4",
    "VTT": "text/vtt; charset=utf-8",
    "TXT": "text/plain; charset=utf-8",
    "JSON": "application/json; charset=utf-8",
}
_PAGE = "<!doctype html><html><head><title>Zoom</title></head><body><h1>{title}</h1></body></html>"
_FILE = """
select content, file_extension, file_type from zoom_recording_files
where token = %(token)s and deleted_at is null and ready_at <= app_now()
"""


class FileController(Controller):
    path = "/rec"

    @get(["/download/{token:str}", "/webhook_download/{token:str}"])
    async def download(
        self,
        request: Request[Any, Any, Any],
        zoom: NamedDependency[Account],
        faults: NamedDependency[Faults],
        token: FromPath[str],
    ) -> Response[Any]:
        """Lead on to the file. Not authorised and deleted alike give a page, with status 200."""
        if fault := await faults.strike(request, "zoom:download"):
            return never_answered() if fault == "lost" else _page("Something went wrong.", int(fault))
        if await stored(zoom, token) is None:
            return _page("The recording does not exist.")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        known = await zoom.token(bearer or request.query_params.get("access_token", ""))
        if known is None or not known.is_live:
            return _page("Please sign in to Zoom.")
        return Response(b"", status_code=302, headers={"Location": f"{zoom.url}/rec/store/{token}"})

    @get("/store/{token:str}")
    async def store(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], token: FromPath[str]
    ) -> Response[Any]:
        """Give the bytes, or the range of them that is asked for."""
        file = await stored(zoom, token)
        return _page("The recording does not exist.", 404) if file is None else as_file(request, file)


async def stored(zoom: Account, token: str) -> Any:
    """Return a file that is ready and not thrown away, or None."""
    return await zoom.database.row(_FILE, token=token)


def as_file(request: Request[Any, Any, Any], file: Any, disposition: str = "attachment") -> Response[bytes]:
    """Return the file or the range of it that is asked for."""
    content = bytes(file.content)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"{disposition}; filename={file.file_type.lower()}.{file.file_extension.lower()}",
    }
    start, end = _range(request.headers.get("Range", ""), len(content))
    if start is None:
        return Response(content, media_type=MEDIA_TYPES[file.file_extension], headers=headers)
    if start >= len(content):
        headers["Content-Range"] = f"bytes */{len(content)}"
        return Response(b"", status_code=416, media_type="text/plain", headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    part = content[start : end + 1]
    return Response(part, status_code=206, media_type=MEDIA_TYPES[file.file_extension], headers=headers)


def _range(value: str, size: int) -> tuple[int | None, int]:
    """Return the first and last byte of a range with one part; none for anything else."""
    first, dash, last = value.removeprefix("bytes=").partition("-")
    if not value.startswith("bytes=") or not dash or not (first + last).isdigit() or len(value) > 60:
        return None, 0
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _page(title: str, status: int = 200) -> Response[str]:
    return Response(_PAGE.format(title=title), status_code=status, media_type="text/html")
