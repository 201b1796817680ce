"""Counted links: every link of a message leads through here, where the click is noted."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.controller import visitor
from adapters.sandbox.mailbox.engagement import record
from adapters.sandbox.mailbox.messages import message_of
from adapters.sandbox.sendgrid.posting import EventPoster


@get("/click/{token:uuid}/{index:int}")
async def follow_link(
    request: Request[Any, Any, Any],
    database: NamedDependency[SandboxDatabase],
    poster: NamedDependency[EventPoster],
    token: FromPath[UUID],
    index: FromPath[int],
) -> Response[bytes]:
    """Note the click and go where the link leads; it leads only where the e-mail itself says."""
    message = await message_of(database, str(token))
    links = message.links if message else []
    if message is None or not 0 <= index < len(links):
        raise NotFoundException
    url = links[index]
    await record(
        database,
        poster,
        message.id,
        "click",
        {**visitor(request), "url": url, "url_offset": {"index": index, "type": "html"}},
    )
    return Response(
        b"", status_code=302, headers={"Location": url, "Cache-Control": "no-store"}, media_type="text/plain"
    )
