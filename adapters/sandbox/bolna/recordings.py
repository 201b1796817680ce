"""Recordings: Bolna's address of one leads to a link that is signed for a day, behind which lies the file."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.bolna import answers
from adapters.sandbox.bolna.audio import recording_of
from adapters.sandbox.bolna.calling import Calling
from adapters.sandbox.bolna.calls import find_call
from adapters.settings import Settings

LASTS = timedelta(hours=24)
MEDIA_TYPE = "audio/wav"


class RecordingController(Controller):
    path = "/recordings/call"

    @get("/{call_id:str}")
    async def show(
        self, settings: NamedDependency[Settings], calling: NamedDependency[Calling], call_id: FromPath[str]
    ) -> Response[bytes]:
        """Lead to the signed link. Whether the real one wants the key is not documented; this one does."""
        if await sound_of(calling, call_id) is None:
            return answers.not_found("Recording")
        expires = int((await calling.database.now() + LASTS).timestamp())
        query = f"expires={expires}&signature={_signature(settings, call_id, expires)}"
        location = f"{settings.sandbox_url}/bolna-files/{call_id}.wav?{query}"
        return Response(b"", status_code=302, headers={"Location": location}, media_type="text/plain")


class FileController(Controller):
    """The store of files, another service than Bolna's API: its links need no key."""

    path = "/bolna-files"

    @get("/{name:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        calling: NamedDependency[Calling],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Give the file while its link is good."""
        call_id, expires = name.removesuffix(".wav"), request.query_params.get("expires", "")
        given = request.query_params.get("signature", "")
        is_number = expires.isascii() and expires.isdigit() and len(expires) < 12
        if not is_number or not hmac.compare_digest(
            _signature(settings, call_id, int(expires)).encode(), given.encode()
        ):
            return Response(b"AccessDenied", status_code=403, media_type="text/plain")
        if (await calling.database.now()).timestamp() > int(expires):
            return Response(b"Request has expired", status_code=403, media_type="text/plain")
        sound = await sound_of(calling, call_id)
        return Response(b"", status_code=404, media_type="text/plain") if sound is None else as_file(request, sound)


async def sound_of(calling: Calling, call_id: str) -> bytes | None:
    """Return the recording of a call that has completed and in which somebody spoke, or None."""
    row = await find_call(calling.database, call_id)
    if row is None or row.status != "completed" or not row.talk:
        return None
    return recording_of(tuple(speaker for speaker, _ in calling.executions.turns(row)))


def as_file(request: Request[Any, Any, Any], content: bytes) -> Response[bytes]:
    """Return the sound or the one range of it that is asked for, without which some players do not play."""
    headers = {"Accept-Ranges": "bytes"}
    unit, _, asked = request.headers.get("Range", "").partition("=")
    first, dash, last = asked.partition("-")
    if unit != "bytes" or not dash or not (first + last).isdigit() or len(asked) > 40:
        return Response(content, media_type=MEDIA_TYPE, headers=headers)
    start = int(first) if first else max(len(content) - int(last), 0)
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    if start > end:
        headers["Content-Range"] = f"bytes */{len(content)}"
        return Response(b"", status_code=416, media_type="text/plain", headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    return Response(content[start : end + 1], status_code=206, media_type=MEDIA_TYPE, headers=headers)


def _signature(settings: Settings, call_id: str, expires: int) -> str:
    return hmac.new(settings.secret, f"bolna:{call_id}:{expires}".encode(), sha256).hexdigest()
