"""Who waits for review: the applications that have waited longest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST = 5

SQL = f"""
select jsonb_agg(to_jsonb(oldest)) from (
  select a.id, a.name, a.city, a.submitted_at, c.title as course from cta_submissions a join courses c on c.id = a.course_id
   where a.status = 'new' order by a.submitted_at, a.id desc limit {MOST}
) oldest
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application that nobody has decided on."""

    id: str
    name: str
    city: str
    course: str
    submitted_at: datetime


def read_waiting(found: Iterable[Mapping[str, Any]] | None) -> list[Waiting]:
    """Return the applications that the statement found, the one that has waited longest first."""
    return [
        Waiting(row["id"], row["name"], row["city"], row["course"], datetime.fromisoformat(row["submitted_at"]))
        for row in found or ()
    ]
