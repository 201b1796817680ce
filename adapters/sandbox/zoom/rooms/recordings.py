"""The recordings' pages: watch, listen, read and download what a meeting left."""

import hmac
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rendering import page
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.files import as_file, stored
from adapters.sandbox.zoom.recording_shape import play_passcode, share_token

_OF_FILE = """
select r.uuid from zoom_recording_files f join zoom_recordings r on r.id = f.recording_id
where f.token = %(token)s and f.deleted_at is null and f.ready_at <= app_now()
"""
_SHARED = """
select i.uuid from zoom_instances i where encode(sha256(convert_to('share ' || i.uuid, 'utf8')), 'hex') like %(token)s || '%%'
"""
_MEETING = """
select m.id, m.topic, i.uuid, i.started_at from zoom_instances i join zoom_meetings m on m.id = i.meeting_id
where i.uuid = %(uuid)s
"""
_FILES = """
select f.id, f.token, f.file_type, f.file_extension, f.recording_type, length(f.content) as size, r.id as recording_id,
  r.started_at, r.stopped_at, case when f.file_extension in ('TXT', 'VTT') then convert_from(f.content, 'utf8') end as text
from zoom_recording_files f join zoom_recordings r on r.id = f.recording_id
where r.uuid = %(uuid)s and f.deleted_at is null and f.ready_at <= app_now()
order by r.started_at, array_position(array['MP4', 'M4A', 'CHAT', 'TRANSCRIPT', 'TIMELINE'], f.file_type)
"""


class RecordingController(Controller):
    path = "/zoom-rooms/recordings"

    @get("/{token:str}")
    async def show(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], token: FromPath[str]
    ) -> Response[str]:
        """Show what one held meeting left, to who has the passcode."""
        uuid = await held_uuid(zoom, token)
        if uuid is None:
            raise NotFoundException
        passcode = request.query_params.get("pwd", "")
        meeting = await zoom.database.row(_MEETING, uuid=uuid)
        may_see = hmac.compare_digest(passcode.encode(), play_passcode(uuid).encode())
        files = await zoom.database.rows(_FILES, uuid=uuid) if may_see else []
        return page(
            request,
            "zoom/recording.html",
            meeting=meeting,
            files=files,
            may_see=may_see,
            passcode=passcode,
            token=token,
        )

    @get("/{token:str}/file")
    async def file(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], token: FromPath[str]
    ) -> Response[Any]:
        """Give one file to its page, which knows the passcode."""
        uuid, file = await held_uuid(zoom, token), await stored(zoom, token)
        if uuid is None or file is None:
            raise NotFoundException
        if not hmac.compare_digest(request.query_params.get("pwd", "").encode(), play_passcode(uuid).encode()):
            raise PermissionDeniedException("The passcode is wrong.")
        return as_file(request, file, "attachment" if request.query_params.get("download") else "inline")


async def held_uuid(zoom: Account, token: str) -> str | None:
    """Return the held meeting that a share or play link is of, while it leads to anything."""
    database: SandboxDatabase = zoom.database
    row = await database.row(_OF_FILE, token=token)
    if row is None and len(token) == 32 and token.isalnum():
        row = await database.row(_SHARED, token=token)
    return row.uuid if row and share_token(row.uuid) else None
