"""Audit entries: who did what to what, written in the transaction that did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.work import Row, Work

PER_PAGE = 20

INSERT = """
insert into audit_logs (at, actor_id, actor_name, action, subject_type, subject_id, subject_label, details)
values (%(at)s, %(actor_id)s, %(actor_name)s, %(action)s, %(subject_type)s,
  %(subject_id)s, %(subject_label)s, %(details)s)
"""
# Walks the index from one action to the next instead of reading every entry.
LIST = """
with recursive known (action) as (
  (select action from audit_logs order by action limit 1)
  union all
  select (select a.action from audit_logs a where a.action > known.action order by a.action limit 1)
  from known where known.action is not null
), chosen as (
  select id, at, actor_id, actor_name, action, subject_type, subject_id, subject_label, details, sequence,
    count(*) over () as total
  from audit_logs
  where (%(actor)s::uuid is null or actor_id = %(actor)s) and (%(action)s = '' or action = %(action)s)
  and (%(since)s::date is null or at >= %(since)s::date::timestamp at time zone 'Asia/Kolkata')
  and (%(until)s::date is null or at < (%(until)s::date + 1)::timestamp at time zone 'Asia/Kolkata')
  order by at desc, sequence desc limit %(most)s offset %(skip)s
)
select c.*, choices.*
from (select coalesce((select array_agg(action) from known where action is not null), '{}') as actions,
    coalesce((select jsonb_agg(jsonb_build_object('id', h.id, 'name', h.name) order by lower(h.name))
       from profiles p join people h on h.id = p.person_id where p.role in ('admin', 'super_admin')), '[]') as actors
) choices left join chosen c on true order by c.at desc, c.sequence desc
"""


async def record(
    work: Work, action: str, subject_type: str = "", subject_id: UUID | None = None, label: str = "", **details: Any
) -> None:
    """Write one audit entry. ``action`` is a past-tense verb with its noun: ``application.approved``.

    ``details`` never hold secrets or message bodies. What came in by a personal token says by which.
    """
    if work.identity.token:
        details["token"] = work.identity.token.name
    await work.run(
        INSERT,
        at=work.now,
        actor_id=work.identity.person_id,
        actor_name=work.identity.name or work.identity.role,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=label,
        details=details,
    )
    work.signal("activity")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to list; days are of India's calendar, both included."""

    actor: UUID | None = None
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the entries, how many match, who may be filtered by, and the actions that were ever recorded."""

    entries: Sequence[Row]
    total: int
    actors: Sequence[tuple[UUID, str]]
    actions: Sequence[str]


async def list_entries(work: Work, filter: AuditFilter, page: int = 1) -> AuditPage:
    """Return one page of the entries, the newest first, in one round trip."""
    values = {"actor": filter.actor, "action": filter.action, "since": filter.since, "until": filter.until}
    rows = await work.rows(LIST, most=PER_PAGE, skip=(page - 1) * PER_PAGE, **values)
    first = rows[0]
    actors = [(UUID(actor["id"]), actor["name"]) for actor in first.actors]
    entries = [row for row in rows if row.id is not None]
    return AuditPage(entries, first.total or 0, actors, list(first.actions))
