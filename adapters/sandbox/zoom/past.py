"""Meetings that were held: when they really were, and who was there."""

from typing import Any

from litestar import Response

from adapters.sandbox.zoom import answers
from adapters.sandbox.zoom.account import stamp
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.paging import paged

_COLUMNS = """
select m.*, u.email as host_email, u.type as host_type, u.first_name || ' ' || u.last_name as host_name,
  i.uuid as held_uuid, i.started_at, i.ended_at
from zoom_instances i join zoom_meetings m on m.id = i.meeting_id join zoom_users u on u.id = m.host_id
"""
_BY_UUID = _COLUMNS + " where i.uuid = %(identity)s"
_LATEST = _COLUMNS + " where m.id = %(identity)s::bigint order by i.started_at desc limit 1"
_STAYS = "select * from zoom_stays where uuid = %(uuid)s and left_at is not null order by joined_at, id"


async def held(call: Call, identity: str) -> Any:
    """Return a held meeting by its uuid, or the latest of a number; None where there was none."""
    by_number = identity.isascii() and identity.isdigit() and len(identity) <= 18
    return await call.database.row(_LATEST if by_number else _BY_UUID, identity=identity)


async def get_past_meeting(call: Call) -> Response[Any]:
    meeting = await _ended(call)
    if isinstance(meeting, Response):
        return meeting
    stays = await call.database.rows(_STAYS, uuid=meeting.held_uuid)
    body = {
        "uuid": meeting.held_uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "type": meeting.type,
        "topic": meeting.topic,
        "user_name": meeting.host_name,
        "user_email": meeting.host_email,
        "start_time": stamp(meeting.started_at),
        "end_time": stamp(meeting.ended_at),
        "duration": _minutes(meeting.started_at, meeting.ended_at),
        "total_minutes": sum(_minutes(stay.joined_at, stay.left_at) for stay in stays),
        "participants_count": len(stays),
        "dept": "",
        "source": "Zoom",
    }
    return answers.as_json(body)


async def list_instances(call: Call) -> Response[Any]:
    identity = call.parts["id"]
    statement = (
        "select uuid, started_at from zoom_instances where meeting_id = %(id)s and ended_at is not null"
        " order by started_at"
    )
    rows = await call.database.rows(statement, id=int(identity)) if identity.isdigit() and len(identity) <= 18 else []
    meetings = [{"uuid": row.uuid, "start_time": stamp(row.started_at)} for row in rows]
    return answers.as_json({"meetings": meetings})


async def list_participants(call: Call) -> Response[Any]:
    """Return one row a connection; who came back has several."""
    meeting = await _ended(call)
    if isinstance(meeting, Response):
        return meeting
    stays = await call.database.rows(_STAYS, uuid=meeting.held_uuid)
    return answers.as_json(paged(call, "participants", [_row(stay) for stay in stays]))


async def report_participants(call: Call) -> Response[Any]:
    """Return the same as the report has it; the registrant only where asked for."""
    meeting = await _ended(call)
    if isinstance(meeting, Response):
        return meeting
    stays = await call.database.rows(_STAYS, uuid=meeting.held_uuid)
    named = "registrant_id" in call.query.get("include_fields", "")
    rows = [
        {name: value for name, value in _row(stay).items() if name != "registrant_id" or named}
        | {"participant_user_id": stay.user_id, "customer_key": "", "bo_mtg_id": ""}
        for stay in stays
    ]
    return answers.as_json(paged(call, "participants", rows))


async def _ended(call: Call) -> Any:
    """Return the held meeting, or the answer that there is none: one that still runs is none yet."""
    meeting = await held(call, call.parts["meeting"])
    if meeting is None or meeting.ended_at is None:
        return answers.no_meeting(call.parts["meeting"])
    if meeting.host_type == 1:
        return answers.error(400, 200, f"Only available for paid account: {call.zoom.id}")
    if (call.now - meeting.ended_at).days > 365:
        return answers.error(400, 12702, "Can not access a meeting a year ago.")
    return meeting


def _row(stay: Any) -> dict[str, Any]:
    return {
        "id": stay.user_id,
        "user_id": str(stay.id),
        "name": stay.name,
        "user_email": stay.email,
        "join_time": stamp(stay.joined_at),
        "leave_time": stamp(stay.left_at),
        "duration": int((stay.left_at - stay.joined_at).total_seconds()),
        "registrant_id": stay.registrant_id,
        "failover": False,
        "status": stay.status,
        "internal_user": bool(stay.user_id),
    }


def _minutes(start: Any, end: Any) -> int:
    return -(-int((end - start).total_seconds()) // 60)
