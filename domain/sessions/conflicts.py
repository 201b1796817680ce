"""What else is on at the same time: for the batch, and for who holds the class. A warning, since there may be reasons."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.sessions.scheduling import LONGEST
from domain.work import Work

# Two meetings of one host overlap in Zoom only until the second one is started.
OVERLAPS = """
select distinct on (s.starts_at, s.id) s.id, s.title, s.starts_at, s.ends_at, b.timezone, b.name as batch, c.title as course,
  s.batch_id = %(batch_id)s as same_batch
from unnest(%(starts)s::timestamptz[]) as wanted (at)
join sessions s on s.starts_at < wanted.at + make_interval(mins => %(duration)s) and s.ends_at > wanted.at
  -- No class is longer than a day: without this bound every class that ever was would be looked at.
  and s.starts_at > wanted.at - interval '1 day'
join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
where s.cancelled_at is null and s.id is distinct from %(id)s::uuid
  and (s.batch_id = %(batch_id)s or (%(in_zoom)s and s.create_zoom_meeting
    and coalesce(nullif(lower(s.host), ''), lower(%(home_host)s)) = coalesce(nullif(lower(%(host)s), ''), lower(%(home_host)s))))
order by s.starts_at, s.id limit 50
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A class that is on at the same time; ``of`` says for whom."""

    session_id: UUID
    of: Literal["batch", "host"]
    title: str
    place: str
    starts_at: datetime
    timezone: str


async def find_overlaps(
    work: Work,
    *,
    batch_id: UUID,
    host: str,
    in_zoom: bool,
    starts: Sequence[datetime],
    duration: int,
    session_id: UUID | None = None,
    home_host: str = "",
) -> list[Overlap]:
    """Return what overlaps with classes of ``duration`` minutes at these moments, the session itself left out.

    ``home_host`` is the one of the settings, who holds a class that names nobody.
    """
    rows = await work.rows(
        OVERLAPS,
        batch_id=batch_id,
        host=host,
        home_host=home_host,
        in_zoom=in_zoom,
        starts=list(starts),
        duration=min(max(duration, 0), LONGEST),
        id=session_id,
    )
    return [
        Overlap(
            session_id=row.id,
            of="batch" if row.same_batch else "host",
            title=row.title,
            place=f"{row.course}, {row.batch}",
            starts_at=row.starts_at,
            timezone=row.timezone,
        )
        for row in rows
    ]


def seal_of(overlaps: Sequence[Overlap]) -> str:
    """Return what an admin confirms who has seen these: with others since, it is asked again."""
    text = ",".join(f"{one.session_id}:{one.starts_at.isoformat()}" for one in overlaps)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if overlaps else ""
