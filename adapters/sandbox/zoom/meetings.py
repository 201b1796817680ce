"""Zoom's meetings: made, read, changed, deleted, ended."""

from base64 import urlsafe_b64encode
from datetime import date
from secrets import choice, randbelow
from string import ascii_letters, digits
from typing import Any

import msgspec
from litestar import Response
from psycopg.errors import UniqueViolation

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.zoom import answers, life
from adapters.sandbox.zoom.account import new_uuid
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.meeting_fields import (
    DEFAULTS,
    INSTANT,
    RECURRING,
    SCHEDULED,
    ZONE,
    effective,
    faults_of,
    start_of,
)
from adapters.sandbox.zoom.meeting_shape import as_json, in_list, join_url
from adapters.sandbox.zoom.occurrences import occurrences_of
from adapters.sandbox.zoom.paging import paged

_SELECT = """
select m.*, u.email as host_email, u.type as host_type, i.uuid is not null as is_running from zoom_meetings m
join zoom_users u on u.id = m.host_id left join zoom_instances i on i.meeting_id = m.id and i.ended_at is null
"""
_INSERT = """
insert into zoom_meetings (id, uuid, host_id, topic, agenda, type, start_time, duration, timezone, password, settings,
  recurrence, occurrences, tracking_fields, created_at)
values (%(id)s, %(uuid)s, %(host_id)s, %(topic)s, %(agenda)s, %(type)s, %(start_time)s, %(duration)s, %(timezone)s,
  %(password)s, %(settings)s, %(recurrence)s, %(occurrences)s, %(tracking_fields)s, app_now())
"""
_UPDATE = """
update zoom_meetings set topic = %(topic)s, agenda = %(agenda)s, type = %(type)s, start_time = %(start_time)s,
  duration = %(duration)s, timezone = %(timezone)s, password = %(password)s, settings = %(settings)s,
  recurrence = %(recurrence)s, occurrences = %(occurrences)s, tracking_fields = %(tracking_fields)s where id = %(id)s
"""
_LISTS = {
    "scheduled": "true",
    "live": "i.uuid is not null",
    "upcoming": "m.start_time + make_interval(mins => m.duration) >= app_now()",
    "upcoming_meetings": "m.start_time + make_interval(mins => m.duration) >= app_now()",
    "previous_meetings": "m.start_time + make_interval(mins => m.duration) < app_now()",
}
_LIST = (
    _SELECT
    + """
where m.host_id = %(host)s and m.deleted_at is null and m.type <> 1 and {condition}
  and (%(since)s::date is null or m.start_time >= %(since)s::date)
  and (%(until)s::date is null or m.start_time < %(until)s::date + 1)
  -- A number lapses 30 days after it was last planned or used.
  and (m.type <> 2 or m.start_time > app_now() - interval '30 days' or i.uuid is not null)
order by m.start_time, m.id
"""
)


async def meeting_row(database: SandboxDatabase, identity: str) -> Any:
    """Return a meeting that is there by its number, or None."""
    if not (identity.isascii() and identity.isdigit() and len(identity) <= 18):
        return None
    return await database.row(_SELECT + " where m.id = %(id)s and m.deleted_at is null", id=int(identity))


async def create_meeting(call: Call) -> Response[Any]:
    host = await call.zoom.user(call.parts["user"])
    if host is None:
        return answers.no_user(call.parts["user"])
    if refusal := await call.zoom.options.limits.another_meeting(call.database, host.id):
        return refusal
    if faults := faults_of(call.body):
        return answers.invalid(faults)
    values = _values(call.body, host, None)
    identity = await _store_new(call.database, values | {"host_id": host.id})
    return answers.as_json(as_json(call.zoom, await meeting_row(call.database, str(identity))), 201)


async def get_meeting(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    return answers.as_json(as_json(call.zoom, meeting)) if meeting else answers.no_meeting(call.parts["id"])


async def update_meeting(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    if refusal := await call.zoom.options.limits.another_meeting(call.database, meeting.host_id):
        return refusal
    if faults := faults_of(call.body):
        return answers.invalid(faults)
    body = dict(call.body)
    if (start := start_of(body)) and start < call.now:
        # A start that is past already is ignored here.
        del body["start_time"]
    host = await call.zoom.user(meeting.host_id)
    await call.database.run(_UPDATE, **_values(body, host, meeting), id=meeting.id)
    return answers.nothing()


async def delete_meeting(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    if occurrence := call.query.get("occurrence_id"):
        return await _delete_occurrence(call, meeting, occurrence)
    if meeting.is_running:
        return answers.error(400, 3002, "Sorry, you cannot delete this meeting since it's in progress.")
    await call.database.run("update zoom_meetings set deleted_at = app_now() where id = %(id)s", id=meeting.id)
    return answers.nothing()


async def update_status(call: Call) -> Response[Any]:
    """End a running meeting, which is nothing for one that does not run, or bring a deleted one back."""
    identity = call.parts["id"]
    if call.action == "recover" and identity.isdigit():
        statement = "update zoom_meetings set deleted_at = null where id = %(id)s and deleted_at > app_now() - interval '30 days'"
        found = await call.database.run(statement, id=int(identity))
        return answers.nothing() if found else answers.no_meeting(identity)
    if call.action != "end":
        return answers.invalid(["action"])
    meeting = await meeting_row(call.database, identity)
    if meeting is None:
        return answers.no_meeting(identity)
    await life.end(call.zoom, meeting)
    return answers.nothing()


async def list_meetings(call: Call) -> Response[Any]:
    host = await call.zoom.user(call.parts["user"])
    if host is None:
        return answers.no_user(call.parts["user"])
    condition = _LISTS.get(call.query.get("type", "scheduled"))
    since, until = call.query.get("from") or None, call.query.get("to") or None
    if condition is None or not all(_is_day(day) for day in (since, until)):
        return answers.invalid(["type" if condition is None else "from"])
    rows = await call.database.rows(_LIST.format(condition=condition), host=host.id, since=since, until=until)
    return answers.as_json(paged(call, "meetings", [in_list(call.zoom, row) for row in rows]))


async def create_invite_links(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    attendees = call.body.get("attendees")
    named = [one["name"] for one in attendees if isinstance(one, dict) and one.get("name")] if attendees else []
    link = join_url(call.zoom, meeting)
    links = [
        {"name": name, "join_url": f"{link}&tk={urlsafe_b64encode(str(name).encode()).decode()}"} for name in named
    ]
    return answers.as_json({"attendees": links}, 201)


def _values(body: dict[str, Any], host: Any, before: Any) -> dict[str, Any]:
    """Return the columns: what the body says, over what was, over the defaults."""
    kind = body.get("type") or (before.type if before else SCHEDULED)
    start = start_of(body) or (before.start_time if before else None)
    if kind == SCHEDULED and start is None:
        kind = INSTANT
    timezone = body.get("timezone") or (before.timezone if before else ZONE)
    duration = body.get("duration") or (before.duration if before else 60)
    recurrence = body.get("recurrence") or (before.recurrence if before else None)
    moved = before is None or any(body.get(name) for name in ("recurrence", "start_time", "duration", "type"))
    dates = occurrences_of(start, duration, timezone, recurrence or {}) if kind == RECURRING and start else []
    tracking = body.get("tracking_fields")
    settings = effective(host, kind, before.settings if before else DEFAULTS, body.get("settings"))
    return {
        "topic": body.get("topic") or (before.topic if before else "Zoom Meeting"),
        "agenda": body["agenda"] if body.get("agenda") is not None else before.agenda if before else "",
        "type": kind,
        "start_time": start,
        "duration": duration,
        "timezone": timezone,
        "password": body.get("password") or (before.password if before else _new_password()),
        "settings": _jsonb(settings),
        "recurrence": _jsonb(recurrence) if recurrence else None,
        "occurrences": _jsonb(dates if moved else before.occurrences),
        "tracking_fields": _jsonb(tracking if isinstance(tracking, list) else before.tracking_fields if before else []),
    }


async def _store_new(database: SandboxDatabase, values: dict[str, Any]) -> int:
    while True:
        identity = 10**10 * 8 + randbelow(10**10)
        try:
            await database.run(_INSERT, id=identity, uuid=new_uuid(), **values)
        except UniqueViolation:
            continue
        return identity


async def _delete_occurrence(call: Call, meeting: Any, occurrence: str) -> Response[Any]:
    # It stays in the list, as deleted.
    changed = [
        one | {"status": "deleted"} if one["occurrence_id"] == occurrence else one for one in meeting.occurrences
    ]
    if changed == meeting.occurrences:
        return answers.error(400, 300, "Invalid parameter: occurrence_id.")
    statement = "update zoom_meetings set occurrences = %(occurrences)s where id = %(id)s"
    await call.database.run(statement, occurrences=_jsonb(changed), id=meeting.id)
    return answers.nothing()


def _new_password() -> str:
    return "".join(choice(ascii_letters + digits) for _ in range(6))


def _jsonb(value: Any) -> str:
    return msgspec.json.encode(value).decode().replace("\\u0000", "")


def _is_day(value: str | None) -> bool:
    try:
        return value is None or bool(date.fromisoformat(value))
    except ValueError:
        return False
