"""A series that was made at once is told of in one message, with all classes ahead, and not in one for each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.messaging.quiet_hours import leaves_at
from domain.sessions.letters import AHEAD, FROM, ahead_params, first_name
from domain.work import Row, Work

FIRST = f"""
select s.id, s.batch_id, s.starts_at, b.timezone, c.title as course {FROM} where s.id = %(id)s
"""
WRITE = """
insert into deliveries (channel, kind, person_id, subject_id, to_address, to_name, template, params, idempotency_key, due_at,
  created_at)
select r.channel, %(kind)s, r.person_id, %(batch)s, lower(r.address), r.name, %(kind)s, r.params,
  'series:' || %(series)s::uuid || ':' || r.person_id || ':' || r.channel, coalesce(r.due_at, %(now)s), %(now)s
from unnest(%(rows)s::jsonb[]) as one, jsonb_to_record(one) as r (channel text, person_id uuid, address text, name text,
  params jsonb, due_at timestamptz)
on conflict (idempotency_key) do nothing
"""
NOTE = """
insert into session_tellings (session_id, person_id, version, starts_at, told_at)
select s.id, person_id, s.version, s.starts_at, %(now)s from sessions s, unnest(%(people)s::uuid[]) person_id
 where s.series_id = %(series)s and s.cancelled_at is null
on conflict (session_id, person_id) do update set version = greatest(session_tellings.version, excluded.version),
  told_at = excluded.told_at,
  moved_from = case when session_tellings.starts_at <> excluded.starts_at then session_tellings.starts_at
    else session_tellings.moved_from end,
  starts_at = excluded.starts_at
"""
TOLD = """
update sessions set told_version = greatest(told_version, version), told_at = %(now)s
 where series_id = %(series)s and cancelled_at is null
"""


async def write_series(work: Work, session_id: UUID, series_id: UUID, people: Sequence[Row]) -> None:
    """Write to these people of all classes ahead; they have heard of each class of the series then."""
    first = await work.row(FIRST, id=session_id)
    assert first is not None
    rows = [row for person in people for row in _deliveries_of(person, first, work.now)]
    values = {"series": series_id, "now": work.now}
    await work.run(WRITE, kind=AHEAD, batch=first.batch_id, rows=rows, **values)
    await work.run(NOTE, people=[one.id for one in people], **values)


async def end_series(work: Work, series_id: UUID) -> None:
    """Note on each class of the series that students were told."""
    await work.run(TOLD, series=series_id, now=work.now)


def _deliveries_of(person: Row, first: Row, now: datetime) -> list[dict[str, object]]:
    due_at = leaves_at(person.after_quiet, first.starts_at, now).isoformat()
    base = {"person_id": str(person.id), "name": person.name, "due_at": due_at}
    rows: list[dict[str, object]] = []
    if person.by_email:
        params = {"first_name": first_name(person.name), "course": first.course}
        rows.append({**base, "channel": "email", "address": person.email, "params": params, "due_at": None})
    if person.by_phone and (person.consent_whatsapp or not person.by_email):
        params = ahead_params([first], person.name, person.own_zone)
        rows.append({**base, "channel": "whatsapp", "address": person.phone, "params": params})
    return rows
