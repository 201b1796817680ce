"""Zoom's controls of a running meeting: its recording. The confirmation comes by webhook."""

from typing import Any

from litestar import Response

from adapters.sandbox.zoom import answers, life
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.meetings import meeting_row

# A pause ends one set of files and going on begins the next, as stopping and starting do.
_METHODS = {
    "recording.start": life.start_recording,
    "recording.resume": life.start_recording,
    "recording.stop": life.stop_recording,
    "recording.pause": life.stop_recording,
}


async def control_recording(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    act = _METHODS.get(str(call.body.get("method")))
    if act is None:
        return answers.invalid(["method"])
    if meeting.host_type == 1:
        return answers.error(400, 200, f"Only available for paid account: {call.zoom.id}")
    try:
        await act(call.zoom, meeting)
    except life.Impossible:
        return answers.no_meeting(meeting.id)
    return answers.nothing(202)
