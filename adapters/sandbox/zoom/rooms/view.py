"""What a room's page shows: the meeting, who is in it, what was written, recorded and told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.zoom import life
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.meeting_shape import join_url
from adapters.sandbox.zoom.recording_shape import play_passcode, share_token
from adapters.sandbox.zoom.registrants import join_link
from adapters.sandbox.zoom.rooms.entrance import knows_passcode, registrant_of

_FROM = """
from zoom_meetings m join zoom_users u on u.id = m.host_id
where m.deleted_at is null and (%(search)s = '' or m.topic ilike %(pattern)s or m.id::text = %(search)s)
"""
# Who is in a meeting first, then what comes next, then what was.
_ROOMS = f"""
select m.id, m.topic, m.start_time, m.duration, u.email as host_email, i.uuid is not null as is_running,
  (select count(*) from zoom_stays s where s.uuid = i.uuid and s.left_at is null) as people,
  exists (select 1 from zoom_instances h where h.meeting_id = m.id and h.ended_at is not null) as was_held
from (select m.* {_FROM}) m join zoom_users u on u.id = m.host_id
left join zoom_instances i on i.meeting_id = m.id and i.ended_at is null
order by i.uuid is null, m.start_time < app_now() - interval '1 day', abs(extract(epoch from m.start_time - app_now()))
  nulls last, m.id limit %(limit)s offset %(offset)s
"""
_STAYS = "select * from zoom_stays where uuid = %(uuid)s order by left_at is not null, joined_at, id"
_HELD = """
select i.uuid, i.started_at, i.ended_at, count(f.id) as files, count(f.id) filter (where f.ready_at <= app_now()) as ready,
  max(f.ready_at) as ready_at
from zoom_instances i left join zoom_recordings r on r.uuid = i.uuid
left join zoom_recording_files f on f.recording_id = r.id and f.deleted_at is null
where i.meeting_id = %(id)s and i.ended_at is not null group by i.uuid order by i.started_at desc limit 10
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One time the meeting was held, and where its recording can be seen."""

    row: Any

    @property
    def link(self) -> str:
        return f"/zoom-rooms/recordings/{share_token(self.row.uuid)}?pwd={play_passcode(self.row.uuid)}"


@dataclass(frozen=True, slots=True)
class Room:
    """Everything a room's page shows."""

    instance: Any
    stays: Sequence[Any]
    lines: Sequence[Any]
    is_recording: bool
    held: Sequence[Held]
    registrants: Sequence[tuple[Any, str]]
    events: Sequence[Mapping[str, Any]]
    join_url: str
    guest: Any
    knows_passcode: bool
    said: str | None

    @property
    def present(self) -> list[Any]:
        return [stay for stay in self.stays if stay.left_at is None and stay.status == "in_meeting"]

    @property
    def is_processing(self) -> bool:
        return any(held.row.ready < held.row.files for held in self.held)


async def find_rooms(zoom: Account, search: str, *, limit: int, offset: int) -> Sequence[Any]:
    return await zoom.database.rows(_ROOMS, **_searched(search), limit=limit, offset=offset)


async def count_rooms(zoom: Account, search: str) -> int:
    return int((await zoom.database.row(f"select count(*) {_FROM}", **_searched(search)))[0])


async def room_of(zoom: Account, meeting: Any, query: Mapping[str, str]) -> Room:
    """Return a meeting's room as somebody with this link sees it."""
    database = zoom.database
    instance = await life.running(zoom, meeting)
    held = await database.rows(_HELD, id=meeting.id)
    # After the end, who was there stays to be seen.
    uuid = instance.uuid if instance else held[0].uuid if held else None
    registrants = await database.rows(
        "select * from zoom_registrants where meeting_id = %(id)s order by created_at desc, id limit 50", id=meeting.id
    )
    return Room(
        instance=instance,
        stays=await database.rows(_STAYS, uuid=uuid),
        lines=await database.rows("select * from zoom_chat_lines where uuid = %(uuid)s order by id", uuid=uuid),
        is_recording=await _is_recording(zoom, uuid),
        held=[Held(row) for row in held],
        registrants=[(row, join_link(zoom, meeting, row)) for row in registrants],
        events=(await zoom.callbacks.about("zoom", str(meeting.id)))[::-1],
        join_url=join_url(zoom, meeting),
        guest=await registrant_of(zoom, meeting, query.get("tk", "")),
        knows_passcode=knows_passcode(meeting, query),
        said=query.get("said"),
    )


async def _is_recording(zoom: Account, uuid: str | None) -> bool:
    statement = "select 1 from zoom_recordings where uuid = %(uuid)s and stopped_at is null"
    return await zoom.database.row(statement, uuid=uuid) is not None


def _searched(search: str) -> dict[str, str]:
    search = search.replace("\x00", "").strip()
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"search": search, "pattern": f"%{escaped}%"}
