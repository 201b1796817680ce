"""What people do with a message: open it, follow a link, call it spam, unsubscribe. Each is an event that is posted."""

from typing import Any

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.outcomes import PlannedEvent, event_id
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.sandbox.sendgrid.release import LISTS, store_events

_SUPPRESS = """
insert into suppressions (kind, group_id, email, reason, status, created_at)
select %(kind)s, case when %(kind)s = 'group_unsubscribes' then coalesce(l.asm_group_id, 0) else 0 end, lower(m.email),
  '', '', %(at)s
from messages m join mails l on l.id = m.mail_id where m.id = %(id)s on conflict do nothing
"""
_RESEND = """
insert into posts (event_ids, created_at, next_attempt_at)
select array_agg(id order by id), app_now(), app_now() from events
where message_id = %(id)s and due_at <= app_now() having count(*) > 0
"""


async def record(
    database: SandboxDatabase, poster: EventPoster, message_id: int, kind: str, details: dict[str, Any]
) -> None:
    """Let an event happen now; a complaint or an unsubscription also stops later mail to the address."""
    now = await database.now()
    async with database.connection() as connection, connection.transaction():
        await store_events(connection, [PlannedEvent(message_id, kind, now, event_id(kind, message_id), details)])
        if kind in LISTS:
            await connection.execute(_SUPPRESS, {"kind": LISTS[kind], "id": message_id, "at": now})
    poster.wake()


async def post_again(database: SandboxDatabase, poster: EventPoster, message_id: int) -> None:
    """Post everything that has happened to a message once more, under the same event ids."""
    await database.run(_RESEND, id=message_id)
    poster.wake()
