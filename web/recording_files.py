"""What plays: through an address of ours that is signed for one person and runs out. Who may play it, the sign-in says."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.background_tasks import BackgroundTask
from litestar.response import Response

from domain.accounts.tokens import token_hash
from domain.errors import Conflict, NotFound
from domain.language import _
from domain.ports import CannotTell
from domain.ports.meetings import DownloadFailed
from domain.recordings.addresses import may_play, media_token
from domain.recordings.playing import (
    file_of,
    found_again,
    from_provider,
    note_back,
    note_gone,
    note_moved,
    played,
    source_of,
)
from domain.work import SYSTEM, Row
from web.cookies import Cookies
from web.streaming import streamed
from web.work import check_audience, services_of

NAMES = {"chat": "chat.txt"}


def media_path(request: Request[Any, Any, Any], place: str, recording_id: UUID, person_id: UUID) -> str:
    """Return the address where this person can play a recording for the next while."""
    secret = services_of(request).settings.secret
    return f"{place}/{recording_id}/media/{media_token(secret, recording_id, person_id, int(time.time()))}"


async def media(request: Request[Any, Any, Any], recording_id: UUID, token: str) -> Response[Any]:
    """Answer with a recording's file or a part of it. No transaction is open while it is on its way."""
    services = services_of(request)
    async with services.database.work_of(token_hash(Cookies(services.settings).sign_in(request))) as work:
        check_audience(request, work.identity)
        person_id = work.identity.person_id
        if person_id is None or not may_play(
            services.settings.secret, token, recording_id, person_id, int(time.time())
        ):
            raise NotFound(_("This address was made for somebody else, or has run out. Open the recording again."))
        file = await file_of(work, recording_id)
    async with services.database.work(SYSTEM) as work:
        source = await source_of(work, recording_id)

    async def open_file(first: int, length: int | None) -> AsyncIterator[bytes]:
        return await _opened(request, recording_id, source, first, length)

    asked, name = request.headers.get("range", ""), NAMES.get(file.kind, "")
    return await streamed(open_file, file.size, file.media_type, asked, name)


def looking_again(request: Request[Any, Any, Any], recording: Row) -> BackgroundTask | None:
    """Return what looks for a file of ours that was missing when somebody opened it; pages that show it refresh."""
    return BackgroundTask(_look_again, request, recording.id) if recording.state == "gone" else None


async def _look_again(request: Request[Any, Any, Any], recording_id: UUID) -> None:
    services = services_of(request)
    async with services.database.work(SYSTEM) as work:
        source = await source_of(work, recording_id)
    if source.stored_name and await services.files.size(source.stored_name) is not None:
        async with services.database.work(SYSTEM) as work:
            await note_back(work, recording_id)


async def _opened(
    request: Request[Any, Any, Any], recording_id: UUID, source: Row, first: int, length: int | None
) -> AsyncIterator[bytes]:
    """Return the bytes once the first of them are there; where the address failed, ask the provider for the present one."""
    services = services_of(request)
    chunks = played(services.files, services.meetings, source, first, length)
    try:
        return await _begun(chunks)
    except DownloadFailed as failure:
        if not failure.is_final:
            raise Conflict(failure.reason) from None
    answer = await found_again(services.meetings, source)
    if isinstance(answer, CannotTell):
        raise Conflict(answer.reason)
    if answer is None:
        if source.stored_name and await services.files.size(source.stored_name) is not None:
            raise Conflict(_("The file cannot be read just now. Try again in a while."))
        async with services.database.work(SYSTEM) as work:
            await note_gone(work, recording_id)
        raise NotFound(_("This video no longer exists."))
    url, token = answer
    try:
        begun = await _begun(from_provider(services.meetings, url, token, first, length))
    except DownloadFailed as failure:
        raise Conflict(failure.reason) from None
    async with services.database.work(SYSTEM) as work:
        await note_moved(work, recording_id, url)
    return begun


async def _begun(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Wait for the first bytes: what cannot be had is said before an answer begins."""
    first = await anext(chunks, b"")

    async def whole() -> AsyncIterator[bytes]:
        async with aclosing(chunks):  # type: ignore[type-var]
            yield first
            async for chunk in chunks:
                yield chunk

    return whole()
