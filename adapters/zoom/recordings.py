"""What Zoom recorded: of one held meeting, and of a host over any stretch of time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import httpx

from adapters.zoom.answers import NO_MEETING, NO_RECORDING, body_of, code_of, failure_of
from adapters.zoom.api import ZoomApi, segment
from adapters.zoom.shapes import recording_of
from domain.language import _
from domain.ports import CannotTell, Missing
from domain.ports.meetings import MeetingRecording

# A longer range than a month is cut silently; the shortest month is the safe one.
WINDOW = timedelta(days=27)
# How long the file's own token shall open it.
TOKEN_SECONDS = 86_400


async def recordings_between(
    api: ZoomApi, host: str, since: datetime, until: datetime
) -> Sequence[MeetingRecording] | CannotTell:
    """Return the recordings of meetings that began in the range, each once."""
    found: dict[str, MeetingRecording] = {}
    for first, last in windows(since, until):
        days = {"from": first.isoformat(), "to": last.isoformat()}
        listed = await api.listed(f"/users/{segment(host)}/recordings", "meetings", days)
        if not isinstance(listed, list):
            failure = failure_of(listed) if isinstance(listed, httpx.Response) else listed
            return CannotTell(failure.reason)
        found |= {recording.uuid: recording for recording in map(recording_of, listed) if recording.uuid}
    return [one for one in found.values() if one.starts_at is None or since <= one.starts_at <= until]


def windows(since: datetime, until: datetime) -> Iterator[tuple[date, date]]:
    """Cut a range into days from and to, both included, that Zoom does not shorten."""
    first, end = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while first <= end:
        last = min(first + WINDOW, end)
        yield first, last
        first = last + timedelta(days=1)


async def recording_left(api: ZoomApi, meeting: str) -> MeetingRecording | Missing | CannotTell:
    """Return what one held meeting left; a number stands for the latest meeting held under it."""
    params: dict[str, str | int] = {"include_fields": "download_access_token", "ttl": TOKEN_SECONDS}
    answer = await api.ask("GET", f"/meetings/{segment(meeting)}/recordings", params=params)
    if not isinstance(answer, httpx.Response):
        return CannotTell(answer.reason)
    if answer.status_code == 200 and (body := body_of(answer)):
        return recording_of(body)
    if answer.status_code == 200:
        return CannotTell(_("Zoom's answer could not be read."))
    # The same code says "being processed" and "there is none", in the account's language.
    return Missing() if code_of(answer) in (NO_RECORDING, NO_MEETING) else CannotTell(failure_of(answer).reason)
