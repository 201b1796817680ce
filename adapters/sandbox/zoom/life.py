"""What happens in a meeting: it starts, people come and go, it ends. Each is told by webhook as it happens."""

from typing import Any
from uuid import uuid4

from psycopg.errors import UniqueViolation

from adapters.sandbox.database import Connection, one
from adapters.sandbox.zoom.account import Account, new_uuid, stamp
from adapters.sandbox.zoom.recorder import make_files, tell_recorded
from adapters.sandbox.zoom.webhooks import tell

_HOST_BUSY = """
select 1 from zoom_instances i join zoom_meetings m on m.id = i.meeting_id
where m.host_id = %(host)s and m.id <> %(id)s and i.ended_at is null
"""
_STAY = """
insert into zoom_stays (uuid, name, email, user_id, registrant_id, participant_uuid, status, joined_at)
values (%(uuid)s, %(name)s, %(email)s, %(user_id)s, %(registrant_id)s, %(participant_uuid)s, %(status)s, app_now())
returning *
"""
_LEFT = "update zoom_stays set left_at = app_now() where uuid = %(uuid)s and left_at is null returning *"


class Impossible(Exception):
    """It cannot happen now; says why in words for who looks on."""


async def running(zoom: Account, meeting: Any) -> Any:
    """Return the meeting as it is held now, or None."""
    statement = "select * from zoom_instances where meeting_id = %(id)s and ended_at is null"
    return await zoom.database.row(statement, id=meeting.id)


async def start(zoom: Account, meeting: Any) -> None:
    """Let the host open the meeting; its recording runs from here where it records by itself."""
    if await zoom.database.row(_HOST_BUSY, host=meeting.host_id, id=meeting.id):
        raise Impossible("The host is in another meeting, and a licence allows one at a time.")
    await _open(zoom, meeting)
    host = await zoom.user(meeting.host_id)
    await join(zoom, meeting, f"{host.first_name} {host.last_name}", email=host.email, user_id=host.id, is_host=True)


async def open_without_host(zoom: Account, meeting: Any) -> None:
    """Let guests open the meeting where they may join before the host."""
    await _open(zoom, meeting)


async def _open(zoom: Account, meeting: Any) -> None:
    statement = "insert into zoom_instances values (%(uuid)s, %(id)s, app_now()) returning *"
    try:
        instance = await zoom.database.row(statement, uuid=meeting.uuid, id=meeting.id)
    except UniqueViolation as error:
        raise Impossible("The meeting runs already.") from error
    await tell(zoom, "meeting.started", meeting, _subject(meeting, instance))
    if meeting.settings["auto_recording"] == "cloud":
        await start_recording(zoom, meeting)


async def join(
    zoom: Account,
    meeting: Any,
    name: str,
    *,
    registrant_id: str = "",
    email: str = "",
    user_id: str = "",
    is_host: bool = False,
) -> Any:
    """Let somebody in, or into the waiting room; return the stay. Guests have neither an id nor an e-mail."""
    if (instance := await running(zoom, meeting)) is None:
        raise Impossible("The host has not started the meeting yet.")
    waits = meeting.settings["waiting_room"] and not is_host
    stay = await zoom.database.row(
        _STAY,
        uuid=instance.uuid,
        name=name,
        email=email,
        user_id=user_id,
        registrant_id=registrant_id,
        participant_uuid=str(uuid4()).upper(),
        status="in_waiting_room" if waits else "in_meeting",
    )
    kind = "meeting.participant_joined_waiting_room" if waits else "meeting.participant_joined"
    await tell(zoom, kind, meeting, _subject(meeting, instance) | {"participant": _joined(stay)})
    return stay


async def admit(zoom: Account, meeting: Any, stay_id: int) -> None:
    """Let somebody from the waiting room in: the wait ends and a stay begins."""
    instance = await running(zoom, meeting)
    waited = await _leave(zoom, instance, stay_id, "in_waiting_room") if instance else None
    if waited is None:
        raise Impossible("Nobody waits there any more.")
    values = {name: getattr(waited, name) for name in ("uuid", "name", "email", "user_id", "registrant_id")}
    stay = await zoom.database.row(_STAY, **values, participant_uuid=waited.participant_uuid, status="in_meeting")
    await tell(
        zoom, "meeting.participant_joined", meeting, _subject(meeting, instance) | {"participant": _joined(stay)}
    )


async def leave(zoom: Account, meeting: Any, stay_id: int) -> None:
    """Let somebody leave."""
    instance = await running(zoom, meeting)
    if instance and (stay := await _leave(zoom, instance, stay_id)):
        await _tell_left(zoom, meeting, instance, stay, "left the meeting.")


async def end(zoom: Account, meeting: Any) -> None:
    """End the meeting for all. What was recorded is processed, and the next start has a uuid of its own."""
    async with zoom.database.connection() as connection, connection.transaction():
        instance = await _closed(connection, meeting.id)
        if instance is None:
            return
        cursor = await connection.execute(_LEFT, {"uuid": instance.uuid})
        stays = await cursor.fetchall()
    for stay in stays:
        await _tell_left(zoom, meeting, instance, stay, "left the meeting.<br>Reason: Host ended the meeting.")
    ended = _subject(meeting, instance) | {"end_time": stamp(instance.ended_at)}
    await tell(zoom, "meeting.ended", meeting, ended)
    await _stop_recordings(zoom, meeting, instance)


async def start_recording(zoom: Account, meeting: Any) -> None:
    if (instance := await running(zoom, meeting)) is None:
        raise Impossible("Only a running meeting can be recorded.")
    statement = (
        "insert into zoom_recordings (uuid, started_at) select %(uuid)s, app_now() where not exists"
        " (select 1 from zoom_recordings where uuid = %(uuid)s and stopped_at is null) returning *"
    )
    if recording := await zoom.database.row(statement, uuid=instance.uuid):
        span = {"recording_start": stamp(recording.started_at), "recording_end": ""}
        await tell(zoom, "recording.started", meeting, _recorded(meeting, instance, span))


async def stop_recording(zoom: Account, meeting: Any) -> None:
    if instance := await running(zoom, meeting):
        await _stop_recordings(zoom, meeting, instance)


async def _closed(connection: Connection, meeting_id: int) -> Any:
    instance = await one(
        connection,
        "update zoom_instances set ended_at = app_now() where meeting_id = %(id)s and ended_at is null returning *",
        id=meeting_id,
    )
    if instance is not None:
        await one(
            connection,
            "update zoom_meetings set uuid = %(uuid)s where id = %(id)s returning id",
            uuid=new_uuid(),
            id=meeting_id,
        )
    return instance


async def _stop_recordings(zoom: Account, meeting: Any, instance: Any) -> None:
    statement = (
        "update zoom_recordings set stopped_at = app_now() where uuid = %(uuid)s and stopped_at is null returning *"
    )
    for recording in await zoom.database.rows(statement, uuid=instance.uuid):
        span = {"recording_start": stamp(recording.started_at), "recording_end": stamp(recording.stopped_at)}
        await tell(zoom, "recording.stopped", meeting, _recorded(meeting, instance, span))
        await make_files(zoom, meeting, instance, recording)
        await tell_recorded(zoom, meeting, instance, recording)


async def _leave(zoom: Account, instance: Any, stay_id: int, status: str | None = None) -> Any:
    statement = (
        "update zoom_stays set left_at = app_now() where id = %(id)s and uuid = %(uuid)s and left_at is null"
        " and (%(status)s::text is null or status = %(status)s) returning *"
    )
    return await zoom.database.row(statement, id=stay_id, uuid=instance.uuid, status=status)


async def _tell_left(zoom: Account, meeting: Any, instance: Any, stay: Any, reason: str) -> None:
    waited = stay.status == "in_waiting_room"
    kind = "meeting.participant_left_waiting_room" if waited else "meeting.participant_left"
    left = {"leave_time": stamp(stay.left_at), "leave_reason": f"{stay.name} {reason}", "private_ip": "10.0.0.9"}
    await tell(zoom, kind, meeting, _subject(meeting, instance) | {"participant": left | _person(stay)})


def _subject(meeting: Any, instance: Any) -> dict[str, Any]:
    """Return a meeting as its own events name it: the number as text, the length as planned, the start as it was."""
    return {
        "duration": meeting.duration,
        "start_time": stamp(instance.started_at),
        "timezone": meeting.timezone,
        "topic": meeting.topic,
        "id": str(meeting.id),
        "type": meeting.type,
        "uuid": instance.uuid,
        "host_id": meeting.host_id,
        "host_email": meeting.host_email,
    }


def _recorded(meeting: Any, instance: Any, span: dict[str, str]) -> dict[str, Any]:
    return _subject(meeting, instance) | {"id": meeting.id, "recording_file": span}


def _joined(stay: Any) -> dict[str, Any]:
    return {"join_time": stamp(stay.joined_at)} | _person(stay)


def _person(stay: Any) -> dict[str, Any]:
    return {
        "user_id": str(stay.id),
        "user_name": stay.name,
        **({"registrant_id": stay.registrant_id} if stay.registrant_id else {}),
        "participant_user_id": stay.user_id,
        "id": stay.user_id,
        "email": stay.email,
        "public_ip": "203.0.113.9",
        "participant_uuid": stay.participant_uuid,
    }
