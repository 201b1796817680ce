"""Steps: everything that happens later is a row, planned in the transaction of its cause and claimed by a lease."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.work import Work

PLAN = """
insert into automation_steps (kind, person_id, subject_id, subject_version, dedupe_key, payload, due_at, created_at)
values (%(kind)s, %(person_id)s, %(subject_id)s, %(version)s, %(key)s, %(payload)s, %(due_at)s, %(now)s)
on conflict (dedupe_key) do nothing
returning id
"""
CANCEL = """
update automation_steps set state = 'cancelled', reason = %(reason)s, finished_at = %(now)s
where subject_id = %(subject_id)s and state = 'planned' and (%(kind)s::text is null or kind = %(kind)s)
"""


async def plan_step(
    work: Work,
    kind: str,
    subject_id: UUID | None,
    *,
    key: str,
    person_id: UUID | None = None,
    version: int = 1,
    payload: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> UUID | None:
    """Plan a step of ``kind`` for ``due_at`` (now unless given); return its id, or None when ``key`` was planned before."""
    if due_at is None or due_at <= work.now:
        work.nudge()
    step_id: UUID | None = await work.value(
        PLAN,
        kind=kind,
        person_id=person_id,
        subject_id=subject_id,
        version=version,
        key=key,
        payload=dict(payload or {}),
        due_at=due_at or work.now,
        now=work.now,
    )
    return step_id


async def cancel_steps(work: Work, subject_id: UUID, reason: str, kind: str | None = None) -> int:
    """Cancel what is still planned for a subject; ``reason`` is read by people. Returns how many."""
    return await work.run(CANCEL, subject_id=subject_id, reason=reason, kind=kind, now=work.now)
