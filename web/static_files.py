"""The files under static/: read once, served with the hash of all of them in their address and kept for a year."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.settings import ROOT

FOLDER = ROOT / "static"
YEAR = "public, max-age=31536000, immutable"
PACKED = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest"}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    packed: bytes | None
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        name = path.relative_to(FOLDER).as_posix()
        if path.is_file() and not name.startswith("src/"):
            found[name] = _asset(path)
    return found


@cache
def digest() -> str:
    """Return the hash of all files: one address changes with any of them, so fonts and icons named in CSS do, too."""
    whole = hashlib.sha256()
    for name, asset in assets().items():
        whole.update(name.encode() + hashlib.sha256(asset.content).digest())
    return whole.hexdigest()[:12]


@cache
def static(name: str) -> str:
    """Return the address of a file in static/. A name that does not exist is a mistake in a template."""
    if name not in assets():
        raise LookupError(f"no such file in static/: {name}")
    return f"/static/{digest()}/{name}"


@get(
    "/static/{version:str}/{name:path}",
    opt={"audience": "infrastructure"},
    include_in_schema=False,
    sync_to_thread=False,
)
def static_file(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[Path]) -> Response[bytes]:
    asset = assets().get(name.as_posix().lstrip("/"))
    if asset is None:
        raise NotFoundException
    headers = {"Cache-Control": YEAR if version == digest() else "no-cache", "Vary": "Accept-Encoding"}
    content = asset.content
    if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = asset.packed, "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, 9) if path.suffix in PACKED else None
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".js":
        media_type = "text/javascript"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Asset(content, packed, media_type)
