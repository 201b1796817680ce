"""Audit entries: who did what to what, written in the transaction that did it."""

from typing import Any
from uuid import UUID

from domain.work import Work

INSERT = """
insert into audit_logs (at, actor_id, actor_name, action, subject_type, subject_id, subject_label, details)
values (%(at)s, %(actor_id)s, %(actor_name)s, %(action)s, %(subject_type)s,
  %(subject_id)s, %(subject_label)s, %(details)s)
"""


async def record(
    work: Work, action: str, subject_type: str = "", subject_id: UUID | None = None, label: str = "", **details: Any
) -> None:
    """Write one audit entry. ``action`` is a past-tense verb with its noun: ``application.approved``.

    ``details`` never hold secrets or message bodies.
    """
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
