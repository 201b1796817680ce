"""Files of people, given out as what is saved and never as what is shown."""

from urllib.parse import quote

from litestar.response import Stream

from domain.errors import NotFound
from domain.language import _
from domain.ports import FileStore
from domain.work import Row
from web.downloads import stored_chunks

# Even opened by hand it can run nothing and reach nothing.
SEALED = "default-src 'none'; sandbox"


async def attachment(files: FileStore, file: Row) -> Stream:
    """Return a stored file to be saved under its own name. Raises NotFound when it is gone from the store."""
    try:
        chunks = await stored_chunks(files, file.stored_name)
    except FileNotFoundError:
        raise NotFound(_("This file is gone from our store.")) from None
    headers = headers_of(file.name) | {"Content-Length": str(file.size)}
    return Stream(chunks, media_type=file.media_type, headers=headers)


def headers_of(name: str) -> dict[str, str]:
    """Return the headers of a file to be saved under ``name``, in any script."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": SEALED,
        "Cache-Control": "private, no-store",
    }
