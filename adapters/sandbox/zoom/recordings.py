"""Zoom's cloud recordings: what there is, of one held meeting or of a host, and how it is thrown away."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response

from adapters.sandbox.zoom import answers
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.paging import paged
from adapters.sandbox.zoom.past import held
from adapters.sandbox.zoom.recording_shape import as_json, running_json

_FILES = """
select f.*, r.uuid, r.started_at, r.stopped_at from zoom_recording_files f
join zoom_recordings r on r.id = f.recording_id where r.uuid = any(%(uuids)s)
order by r.started_at, case f.file_type when 'MP4' then 1 when 'M4A' then 2 else 3 end, f.file_type
"""
_RUNNING = "select * from zoom_recordings where uuid = %(uuid)s and stopped_at is null"
_OF_HOST = """
select i.uuid, i.started_at, i.ended_at, i.meeting_id from zoom_instances i join zoom_meetings m on m.id = i.meeting_id
where m.host_id = %(host)s and i.started_at >= %(first)s and i.started_at < %(last)s::date + 1
  and (%(meeting)s::bigint is null or m.id = %(meeting)s) and exists (select 1 from zoom_recordings r
    join zoom_recording_files f on f.recording_id = r.id
    where r.uuid = i.uuid and f.ready_at <= app_now() and (f.deleted_at is not null) = %(trash)s)
order by i.started_at
"""
_MEETINGS = """
select m.*, u.email as host_email from zoom_meetings m join zoom_users u on u.id = m.host_id where m.id = any(%(ids)s)
"""
_KEPT = timedelta(days=30)


class _Held:
    """A held meeting as the shapes want it."""

    def __init__(self, row: Any) -> None:
        self.uuid, self.started_at, self.ended_at = row.held_uuid, row.started_at, row.ended_at


async def get_recordings(call: Call) -> Response[Any]:
    meeting = await held(call, call.parts["meeting"])
    if meeting is None:
        return _none()
    instance = _Held(meeting)
    files = await call.database.rows(_FILES, uuids=[instance.uuid])
    running = await call.database.rows(_RUNNING, uuid=instance.uuid)
    ready = [file for file in files if file.ready_at <= call.now and file.deleted_at is None]
    if not ready and not running:
        return _lacking(call, files)
    body = as_json(call.zoom, meeting, instance, ready)
    body["recording_files"] += [running_json(instance, recording) for recording in running]
    if "download_access_token" in call.query.get("include_fields", ""):
        ttl = call.query.get("ttl", "")
        seconds = min(int(ttl), 604_800) if ttl.isdigit() and len(ttl) < 9 else 86_400
        body["download_access_token"] = await call.zoom.new_token((), seconds)
    return answers.as_json(body)


async def list_recordings(call: Call) -> Response[Any]:
    host = await call.zoom.user(call.parts["user"])
    if host is None:
        return answers.no_user(call.parts["user"])
    days = _range(call)
    if days is None:
        return answers.invalid(["from"])
    number = call.query.get("meeting_id", "")
    wanted = {
        "host": host.id,
        "first": days[0],
        "last": days[1],
        "meeting": int(number) if number.isdigit() and len(number) <= 18 else None,
        "trash": call.query.get("trash") == "true",
    }
    shown = await _shown(call, await call.database.rows(_OF_HOST, **wanted), wanted["trash"])
    return answers.as_json(paged(call, "meetings", shown, **{"from": str(days[0]), "to": str(days[1])}))


async def delete_recordings(call: Call) -> Response[Any]:
    return await _thrown_away(call, None)


async def delete_recording(call: Call) -> Response[Any]:
    return await _thrown_away(call, call.parts["recording"])


async def recover_recordings(call: Call) -> Response[Any]:
    if call.action != "recover":
        return answers.invalid(["action"])
    meeting = await held(call, call.parts["meeting"])
    found = meeting and await call.database.run(
        "update zoom_recording_files f set deleted_at = null from zoom_recordings r where r.id = f.recording_id"
        " and r.uuid = %(uuid)s and f.deleted_at > app_now() - %(kept)s"
        " and (%(file)s::text is null or f.id::text = %(file)s)",
        uuid=meeting.held_uuid,
        kept=_KEPT,
        file=call.parts.get("recording"),
    )
    return answers.nothing() if found else _gone()


async def _thrown_away(call: Call, file: str | None) -> Response[Any]:
    """Put files into the trash, or delete them for good."""
    action = call.query.get("action", "trash")
    if action not in ("trash", "delete"):
        return answers.invalid(["action"])
    meeting = await held(call, call.parts["meeting"])
    if meeting is None:
        return _none()
    change = {
        "trash": "update zoom_recording_files f set deleted_at = app_now() from zoom_recordings r where f.deleted_at is null and",
        "delete": "delete from zoom_recording_files f using zoom_recordings r where",
    }[action]
    found = await call.database.run(
        f"{change} r.id = f.recording_id and r.uuid = %(uuid)s and f.ready_at <= app_now()"
        " and (%(file)s::text is null or f.id::text = %(file)s)",
        uuid=meeting.held_uuid,
        file=file,
    )
    return answers.nothing() if found else _gone()


async def _shown(call: Call, instances: Sequence[Any], trash: bool) -> list[dict[str, Any]]:
    """Return the list's entries, which know neither passcode nor download token."""
    files = await call.database.rows(_FILES, uuids=[instance.uuid for instance in instances])
    rows = await call.database.rows(_MEETINGS, ids=[instance.meeting_id for instance in instances])
    meetings = {row.id: row for row in rows}
    shown = []
    for instance in instances:
        own = [file for file in files if file.uuid == instance.uuid and file.ready_at <= call.now]
        chosen = [file for file in own if (file.deleted_at is not None) == trash]
        entry = as_json(call.zoom, meetings[instance.meeting_id], instance, chosen)
        del entry["password"]
        shown.append(entry)
    return shown


def _range(call: Call) -> tuple[date, date] | None:
    """Return the days asked for, cut without a word to the month before the last."""
    today = call.now.date()
    try:
        first = _day(call.query.get("from")) or today
        last = _day(call.query.get("to")) or today + timedelta(days=1)
    except ValueError:
        return None
    return max(first, month_before(last)), last


def _day(value: str | None) -> date | None:
    # Some clients write a whole moment; its day is what counts.
    return datetime.fromisoformat(value).date() if value else None


def month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def _lacking(call: Call, files: Sequence[Any]) -> Response[Any]:
    if any(file.ready_at > call.now for file in files):
        return answers.error(404, 3301, "This recording is still being processed. Please check back later.")
    return _gone() if files else _none()


def _none() -> Response[Any]:
    return answers.error(404, 3301, "There is no recording for this meeting.")


def _gone() -> Response[Any]:
    return answers.error(404, 3301, "This recording does not exist.")
