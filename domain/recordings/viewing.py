"""What was watched: the union of the seconds that played. Watching again lowers nothing, skipping counts nothing.

No more counts than can have played since it was last counted: real time, at twice the speed at most. So nobody is done
with a class of an hour in less than half an hour, whatever a browser claims.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.work import Row, Work

WATCHED_AT = 90  # percent
FASTEST = 2
SLACK = 5  # seconds: what was rounded, and the way of the claim
MOST_RANGES = 200
LONGEST_CLAIM = 6_000  # characters
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})")

# One statement: the row is locked and read anew where somebody watches in two tabs. Time is the machine's, not the
# business's: a clock that is moved has shown nobody anything. It does not wait for the disk: thousands report at once, and
# a power cut costs each the last seconds they have watched.
SINCE = f"%(claimed)s::int4multirange, {{duration}}, {{since}}, {FASTEST}, {SLACK})"
FIRST = "watched_since('{}', " + SINCE.format(duration="r.duration", since="to_timestamp(%(opened)s)")
NEXT = "watched_since(v.watched, " + SINCE.format(
    duration="excluded.duration", since="greatest(v.counted_at, to_timestamp(%(opened)s))"
)
COUNT = f"""
insert into recording_views as v (recording_id, person_id, watched, duration, position, opened_at, counted_at, seen_at,
  watched_at)
select r.id, %(me)s, new.watched, r.duration, least(%(position)s, r.duration), %(now)s, now(), %(now)s,
  case when 100 * multirange_seconds(new.watched) >= {WATCHED_AT} * r.duration then %(now)s::timestamptz end
from recordings r cross join lateral (select {FIRST} as watched) new
where r.id = %(id)s and r.duration > 0 and set_config('synchronous_commit', 'off', true) = 'off'
on conflict (recording_id, person_id) do update set duration = excluded.duration, position = excluded.position,
  counted_at = now(), seen_at = excluded.seen_at, watched = {NEXT},
  watched_at = coalesce(v.watched_at, case
    when 100 * multirange_seconds({NEXT}) >= {WATCHED_AT} * excluded.duration then excluded.seen_at end)
returning v.percent, v.seconds, v.watched_at is not null as is_watched
"""


async def count_view(work: Work, recording_id: UUID, claimed: str, position: int, opened: int) -> Row:
    """Add the claimed seconds (``12-40,50-61``) of who asks; return percent, seconds and whether it counts as watched.

    ``opened`` is when the page was opened, in seconds since 1970. Raises NotFound for what they may not see.
    """
    values = {"claimed": ranges_of(claimed), "position": position, "opened": opened}
    row = await work.row(COUNT, id=recording_id, me=work.identity.person_id, now=work.now, **values)
    if row is None:
        raise NotFound(_("We could not find that. It may have been removed."))
    return row


def ranges_of(claimed: str) -> str:
    """Return the claimed seconds as Postgres writes them. Raises InvalidInput for what is none."""
    parts = claimed.split(",") if claimed else []
    found: Sequence[re.Match[str] | None] = [_RANGE.fullmatch(part) for part in parts[: MOST_RANGES + 1]]
    if len(claimed) > LONGEST_CLAIM or len(parts) > MOST_RANGES or None in found:
        raise InvalidInput({"ranges": _("This does not look right. Please check it.")})
    spans = [(int(one[1]), int(one[2])) for one in found if one]
    return "{" + ",".join(f"[{first},{last})" for first, last in spans if first < last) + "}"
