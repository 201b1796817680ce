"""Events as the webhook posts them: an array of compact objects, joined and ended by CR LF."""

from random import Random
from typing import Any

import msgspec

from adapters.sandbox.database import SandboxDatabase

_EVENTS = """
select e.id, e.kind, extract(epoch from e.due_at)::bigint as at, e.sg_event_id, e.details, m.email, m.sg_message_id,
  m.custom_args, l.message_id, l.categories, l.asm_group_id
from events e join messages m on m.id = e.message_id join mails l on l.id = m.mail_id
where e.id = any(%(ids)s) order by e.id
"""
DELIVERY_KINDS = ("processed", "deferred", "delivered", "bounce", "dropped")
# One in so many requests repeats an event, as SendGrid's do.
REPEATED = 50


async def body_of(
    database: SandboxDatabase, post_id: int, event_ids: list[int], *, disorder: bool, reverse: bool = False
) -> bytes:
    """Return the body of one request: the same for the same post.

    With ``disorder`` it is out of order and now and then has a double; with ``reverse`` it begins with what came last.
    """
    events = [wire_event(row) for row in await database.rows(_EVENTS, ids=event_ids)]
    if reverse:
        events.reverse()
    elif disorder:
        chance = Random(post_id)
        chance.shuffle(events)
        if events and chance.randrange(REPEATED) == 0:
            events.append(events[0])
    return b"[" + b",\r\n".join(map(msgspec.json.encode, events)) + b"]\r\n"


def wire_event(row: Any) -> dict[str, Any]:
    """Return one event with the sender's custom arguments flattened into it; names of SendGrid's own win."""
    event: dict[str, Any] = {**row.custom_args, "email": row.email, "event": row.kind, "timestamp": row.at}
    if row.kind in DELIVERY_KINDS:
        event["smtp-id"] = f"<{row.message_id}@geopod-ismtpd-4>"
    event |= {"sg_event_id": row.sg_event_id, "sg_message_id": row.sg_message_id}
    if row.categories:
        event["category"] = row.categories
    if row.asm_group_id is not None:
        event["asm_group_id"] = row.asm_group_id
    event |= row.details
    return event
