"""Releasing messages: from the moment SendGrid starts to deliver, all that will happen to a message is planned."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from adapters.sandbox.database import Connection
from adapters.sandbox.faults import Faults
from adapters.sandbox.mailbox.links import links_in
from adapters.sandbox.sendgrid.outcomes import Chance, PlannedEvent, plan

_COLUMNS = """
m.id, m.email, m.send_at, l.asm_group_id, l.bypass_suppressions,
l.template_id <> '' and not exists (select from templates t where t.id = l.template_id) as is_lost
"""
_FRESH = f"""
select {_COLUMNS} from messages m join mails l on l.id = m.mail_id
where m.mail_id = %(mail_id)s and m.released_at is not null order by m.id
"""
# What was cancelled is thrown away when its moment comes, what was paused 72 hours after it.
_DISCARD = """
update messages m set discarded_at = %(now)s from mails l join batches b on b.id = l.batch_id
where m.mail_id = l.id and m.released_at is null and m.discarded_at is null and (
  b.status = 'cancel' and m.send_at <= %(now)s or b.status = 'pause' and m.send_at <= %(now)s - interval '72 hours')
"""
# Messages of a paused batch stay where they are.
_DUE = f"""
with due as (
  select m.id from messages m join mails l on l.id = m.mail_id left join batches b on b.id = l.batch_id
  where m.released_at is null and m.discarded_at is null and m.send_at <= %(now)s and b.status is null
  order by m.send_at, m.id limit 1000 for update of m skip locked)
update messages m set released_at = %(now)s from due, mails l where m.id = due.id and l.id = m.mail_id
returning {_COLUMNS}
"""
_CONTENT = """
select m.id, m.substitutions, l.content from messages m join mails l on l.id = m.mail_id where m.id = any(%(ids)s)
"""
_SUPPRESSED = "select email, kind, group_id from suppressions where email = any(%(emails)s) and kind <> 'blocks'"
_EVENTS = "copy events (message_id, kind, due_at, sg_event_id, details) from stdin"
_SUPPRESS = """
insert into suppressions (kind, group_id, email, reason, status, created_at)
select * from unnest(%(kinds)s::text[], %(groups)s::int[], %(emails)s::text[], %(reasons)s::text[], %(statuses)s::text[],
  %(ats)s::timestamptz[])
on conflict do nothing
"""
# Which event puts an address on which list.
LISTS = {"spamreport": "spam_reports", "unsubscribe": "unsubscribes", "group_unsubscribe": "group_unsubscribes"}


async def plan_mail(connection: Connection, mail_id: int, now: datetime, chance: Chance, faults: Faults) -> None:
    """Plan what happens to the messages of a mail that start on their way at once. Belongs into a transaction."""
    messages = await (await connection.execute(_FRESH, {"mail_id": mail_id})).fetchall()
    await _plan_all(connection, messages, now, chance, faults)


async def release_due(connection: Connection, now: datetime, chance: Chance, faults: Faults) -> int:
    """Send scheduled messages on their way; return how many there were. Belongs into a transaction."""
    await connection.execute(_DISCARD, {"now": now})
    messages = await (await connection.execute(_DUE, {"now": now})).fetchall()
    await _plan_all(connection, messages, now, chance, faults)
    return len(messages)


async def _plan_all(
    connection: Connection, messages: Sequence[Any], now: datetime, chance: Chance, faults: Faults
) -> None:
    if not messages:
        return
    suppressed = await _suppressions(connection, messages)
    fates = {message.id: await faults.take("sendgrid:message") or chance.fate(message.email) for message in messages}
    links = await _links(connection, [message_id for message_id, fate in fates.items() if fate == "click"])
    planned = [
        event for message in messages for event in _plan(message, fates[message.id], suppressed, links, now, chance)
    ]
    await store_events(connection, planned)
    await _remember(connection, {message.id: message for message in messages}, planned)


def _plan(
    message: Any,
    fate: str,
    suppressed: dict[str, set[tuple[str, int]]],
    links: dict[int, list[str]],
    now: datetime,
    chance: Chance,
) -> list[PlannedEvent]:
    lists = suppressed.get(message.email.lower(), set())
    kinds = {kind for kind, group in lists if kind != "group_unsubscribes" or group == message.asm_group_id}
    against = set() if message.bypass_suppressions else kinds
    if message.is_lost:
        against.add("unknown_template")
    return plan(message.id, fate, now, chance, against, links.get(message.id, ()))


async def _links(connection: Connection, ids: list[int]) -> dict[int, list[str]]:
    if not ids:
        return {}
    rows = await (await connection.execute(_CONTENT, {"ids": ids})).fetchall()
    return {row.id: links_in(row.content, row.substitutions) for row in rows}


async def _suppressions(connection: Connection, messages: Sequence[Any]) -> dict[str, set[tuple[str, int]]]:
    emails = [message.email.lower() for message in messages]
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for row in await (await connection.execute(_SUPPRESSED, {"emails": emails})).fetchall():
        found[row.email].add((row.kind, row.group_id))
    return found


async def store_events(connection: Connection, events: Sequence[PlannedEvent]) -> None:
    """Write planned events; they happen when their time comes."""
    async with connection.cursor() as cursor, cursor.copy(_EVENTS) as copy:
        for event in events:
            details = msgspec.json.encode(event.details).decode()
            await copy.write_row((event.message_id, event.kind, event.due_at, event.sg_event_id, details))


async def _remember(connection: Connection, messages: dict[int, Any], events: Sequence[PlannedEvent]) -> None:
    entries = list(_entries(messages, events))
    if entries:
        names = ("kinds", "groups", "emails", "reasons", "statuses", "ats")
        await connection.execute(_SUPPRESS, dict(zip(names, map(list, zip(*entries, strict=True)), strict=True)))


def _entries(
    messages: dict[int, Any], events: Sequence[PlannedEvent]
) -> Iterator[tuple[str, int, str, str, str, datetime]]:
    for event in events:
        details = event.details
        kind = LISTS.get(event.kind)
        if event.kind == "bounce":
            kind = "bounces" if details["type"] == "bounce" else "blocks"
        if kind:
            email = messages[event.message_id].email.lower()
            yield kind, 0, email, details.get("reason", ""), details.get("status", ""), event.due_at
