"""Files: those customers send, and those our messages carry, shown as far as nothing leaves this machine."""

from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote

import httpx
from litestar import Response

from adapters.certificates import certificates
from adapters.sandbox.database import SandboxDatabase

MB = 1024 * 1024
# What WhatsApp takes: the type's beginning, AiSensy's name for it, and the most bytes.
_LIMITS = (
    ("image/webp", "STICKER", 500 * 1024),
    ("image/", "IMAGE", 5 * MB),
    ("video/", "VIDEO", 16 * MB),
    ("audio/", "AUDIO", 16 * MB),
    ("", "FILE", 100 * MB),
)
# What a browser may show as it is; anything else is a download.
_SHOWN = (
    *("image/png", "image/jpeg", "image/webp", "video/mp4", "video/3gpp"),
    *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
)
_ADD = """
insert into aisensy_media (id, filename, media_type, content, created_at)
values (%(id)s, %(filename)s, %(media_type)s, %(content)s, app_now())
"""
# The file of a message of ours is fetched from our own product alone.
_MOST_FETCHED = 16 * MB
_TIMEOUT = httpx.Timeout(5.0)


def type_of(media_type: str, size: int) -> str | None:
    """Return AiSensy's name for a file of this type, or None where it is larger than WhatsApp takes."""
    name, most = next((name, most) for beginning, name, most in _LIMITS if media_type.startswith(beginning))
    return name if size <= most else None


async def keep_file(database: SandboxDatabase, filename: str, media_type: str, content: bytes) -> str:
    """Keep a file and return its id, which nobody can guess."""
    file_id = token_urlsafe(18)
    await database.run(_ADD, id=file_id, filename=filename, media_type=media_type, content=content)
    return file_id


async def find_file(database: SandboxDatabase, file_id: str) -> Any:
    return await database.row("select * from aisensy_media where id = %(id)s", id=file_id)


async def fetched(url: str) -> tuple[str, bytes] | None:
    """Fetch a file of our own product: its type and bytes, or None where it does not come."""
    try:
        async with httpx.AsyncClient(
            verify=certificates(), timeout=_TIMEOUT, follow_redirects=False, trust_env=False
        ) as client:
            async with client.stream("GET", url) as response:
                if response.status_code != 200:
                    return None
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > _MOST_FETCHED:
                        return None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower(), content


def shown(filename: str, media_type: str, content: bytes) -> Response[bytes]:
    """Answer a file so that nothing of it can run."""
    is_shown = media_type in _SHOWN
    kind = "inline" if is_shown else "attachment"
    headers = {
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(filename or 'file', safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=media_type if is_shown else "application/octet-stream", headers=headers)
