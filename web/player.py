"""What every player of a recording asks for besides its page: the next address, the film, its captions, where a link leads."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import NotFound
from domain.language import _
from domain.recordings.captions import Cue, write_captions
from domain.recordings.playing import show_recording, transcript_of
from domain.work import Work
from web.headers import csp_with_media_of
from web.recording_files import media, media_path


class PlayerController(Controller):
    """Recordings at ``place``, each under its id. Row security says whose they are to see."""

    place: ClassVar[str]

    @get("/{recording_id:uuid}/address", opt={"no_shell": True})
    async def address(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[str]:
        """Give a player whose address has run out the next one."""
        await show_recording(work, recording_id)
        assert work.identity.person_id is not None
        path = media_path(request, self.place, recording_id, work.identity.person_id)
        return Response(path, media_type="text/plain", headers={"Cache-Control": "no-store"})

    @get("/{recording_id:uuid}/media/{token:str}", opt={"no_shell": True})
    async def media(
        self, request: Request[Any, Any, Any], recording_id: FromPath[UUID], token: FromPath[str]
    ) -> Response[Any]:
        return await media(request, recording_id, token)

    @get("/{recording_id:uuid}/captions", opt={"no_shell": True})
    async def captions(self, work: NamedDependency[Work], recording_id: FromPath[UUID]) -> Response[str]:
        return _track((await transcript_of(work, recording_id)).lines)

    @get("/{recording_id:uuid}/chapters", opt={"no_shell": True})
    async def chapters(self, work: NamedDependency[Work], recording_id: FromPath[UUID]) -> Response[str]:
        return _track((await transcript_of(work, recording_id)).chapters)

    @get("/{recording_id:uuid}/link", opt={"no_shell": True})
    async def follow(self, work: NamedDependency[Work], recording_id: FromPath[UUID]) -> Response[bytes]:
        """Lead to a recording that lies elsewhere."""
        return await elsewhere(work, recording_id)


def _track(cues: Sequence[Cue]) -> Response[str]:
    """Answer with lines or chapters as a track of the film. Raises NotFound where there are none."""
    if not cues:
        raise NotFound(_("We could not find that. It may have been removed."))
    headers = {"Cache-Control": "private, no-store"}
    return Response(write_captions(cues), media_type="text/vtt; charset=utf-8", headers=headers)


async def elsewhere(work: Work, recording_id: UUID) -> Response[bytes]:
    """Lead to where a linked recording lies, without saying where from."""
    recording, _transcript = await show_recording(work, recording_id)
    if recording.kind != "link":
        raise NotFound(_("We could not find that. It may have been removed."))
    headers = {"Location": recording.url, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return Response(b"", status_code=302, headers=headers)


def with_media_of(answer: Template, recording: Any) -> Template:
    """Let this one page play a film of the one other place it lies at; every other page plays ours alone."""
    if recording.kind == "link" and recording.media_type:
        parts = urlsplit(recording.url)
        answer.headers["Content-Security-Policy"] = csp_with_media_of(f"{parts.scheme}://{parts.netloc}")
    return answer
