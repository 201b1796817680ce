"""The addresses that leave the house in Zoom's answers: to join, to start, to register, to watch."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from litestar.params import FromPath


class LinkController(Controller):
    path = "/"

    @get(["/j/{meeting_id:int}", "/w/{meeting_id:int}", "/s/{meeting_id:int}", "/meeting/register/{meeting_id:int}"])
    async def room(self, request: Request[Any, Any, Any], meeting_id: FromPath[int]) -> Response[bytes]:
        """Lead to the room, with the link's own passcode and ticket."""
        kept = {name: value for name, value in request.query_params.items() if name in ("pwd", "tk", "zak")}
        return _go(f"/zoom-rooms/{meeting_id}" + (f"?{urlencode(kept)}" if kept else ""))

    @get(["/rec/play/{token:str}", "/rec/share/{token:str}"])
    async def recording(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
        """Lead to where the recording can be watched."""
        passcode = request.query_params.get("pwd", "")
        return _go(f"/zoom-rooms/recordings/{token}" + (f"?{urlencode({'pwd': passcode})}" if passcode else ""))


def _go(path: str) -> Response[bytes]:
    return Response(b"", status_code=302, headers={"Location": path}, media_type="text/plain")
