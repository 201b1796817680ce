"""What Zoom's events say of recordings: only that it is time to look. Their addresses and tokens are not kept."""

from domain.recordings.checking import plan_look
from domain.work import Row, Work

LEARN = """
update sessions set zoom_uuids = zoom_uuids || %(uuid)s::text
where id = %(id)s and %(uuid)s <> '' and not zoom_uuids @> array[%(uuid)s::text]
"""


async def recorded(work: Work, session: Row, event: Row) -> None:
    """Look at once for what a held meeting has left."""
    await work.run(LEARN, id=session.id, uuid=event.payload.get("uuid", ""))
    await plan_look(work, session.id, session.version, f"event {event.id}")
