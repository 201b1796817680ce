"""Turning a webhook away: it changes nothing, is written to the log, and counted where admins see it."""

import logging
from typing import Any

from litestar import Request, Response

from domain.messaging.webhooks import note_rejection
from domain.work import SYSTEM
from web.work import services_of

log = logging.getLogger(__name__)

# More than this many a minute are no news any more, and cost no write.
MOST_COUNTED = 60


async def turn_away(
    request: Request[Any, Any, Any], provider: str, reason: str, size: int, status: int = 401
) -> Response[bytes]:
    """Count what was turned away for a fixed ``reason`` (unsigned, malformed), and answer with the status."""
    services = services_of(request)
    if not await services.limiter.hit(f"webhook-rejected:{provider}", limit=MOST_COUNTED, seconds=60):
        log.warning("a webhook for %s of %d bytes was turned away: %s", provider, size, reason)
        async with services.database.work(SYSTEM) as work:
            await note_rejection(work, provider, reason, size)
    return Response(b"", status_code=status)


def told_length(request: Request[Any, Any, Any]) -> int:
    """Return how many bytes a request says it has, for one whose body is not even read."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
