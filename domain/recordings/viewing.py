"""What was watched: the union of the seconds that played. Watching again lowers nothing, skipping counts nothing.

No more counts than can have played since the page was opened: real time, at twice the speed at most, and each moment of it
is used once. So nobody is done with a class of an hour in less than half an hour, whatever a browser claims, and how often.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.recordings.watched import IS_SHOWN
from domain.work import Row, Work

WATCHED_AT = 90  # percent
FASTEST = 2
SLACK = 5  # seconds, once a page: what was rounded, and the way of the claim
MOST_RANGES = 200
LONGEST_CLAIM = 6_000  # characters
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})")

# One statement: the row is locked and read anew where somebody watches in two tabs. Time is the machine's, not the
# business's: a clock that is moved has shown nobody anything. It does not wait for the disk: thousands report at once, and
# a power cut costs each the last seconds they have watched.
# `counted_at` is the moment up to which time is used up: what is granted moves it on by as long as that takes to play.
SINCE = f"to_timestamp(c.opened) - make_interval(secs => {SLACK / FASTEST})"
USED = f"make_interval(secs => {{seconds}} / {FASTEST}.0)"
IS_WATCHED = f"100 * multirange_seconds({{watched}}) >= {WATCHED_AT} * {{duration}}"
# The system writes what many report, so row security does not keep out who may not watch (any more): this does. What counts
# as signed in is what `enter` lets in.
IS_SIGNED_IN = """exists (select from sign_ins i join profiles p on p.person_id = i.person_id and p.is_active
  where i.token_hash = c.sign_in and i.person_id = c.person_id and i.revoked_at is null
    and (p.active_since is null or i.created_at >= p.active_since)
    and i.last_seen_at > now() - interval '12 hours' and i.created_at > now() - interval '30 days')"""
COUNT = f"""
insert into recording_views as v (recording_id, person_id, watched, duration, position, opened_at, counted_at, seen_at,
  watched_at)
select r.id, c.person_id, new.watched, r.duration, least(c.position, r.duration), to_timestamp(c.opened),
  {SINCE} + {USED.format(seconds="multirange_seconds(new.watched)")}, %(now)s,
  case when {IS_WATCHED.format(watched="new.watched", duration="r.duration")} then %(now)s::timestamptz end
from unnest(%(recordings)s::uuid[], %(people)s::uuid[], %(claimed)s::text[], %(positions)s::int[], %(opened)s::bigint[],
    %(sign_ins)s::bytea[]) as c (recording_id, person_id, claimed, position, opened, sign_in)
  join recordings r on r.id = c.recording_id and r.duration > 0
  join sessions s on s.id = r.session_id and {IS_SHOWN}
  join enrolments e on e.batch_id = s.batch_id and e.person_id = c.person_id and e.state <> 'withdrawn'
  cross join lateral (
    select watched_since('{{}}', c.claimed::int4multirange, r.duration, {SINCE}, {FASTEST}, 0) as watched) new
where set_config('synchronous_commit', 'off', true) = 'off' and (c.sign_in is null or {IS_SIGNED_IN})
on conflict (recording_id, person_id) do update set duration = excluded.duration, position = excluded.position,
  seen_at = excluded.seen_at, (watched, counted_at, watched_at) = (
    select n.watched, n.since + {USED.format(seconds="(multirange_seconds(n.watched) - v.seconds)")}, coalesce(v.watched_at,
      case when {IS_WATCHED.format(watched="n.watched", duration="excluded.duration")} then excluded.seen_at end)
    from (select o.since, watched_since(v.watched, excluded.watched, excluded.duration, o.since, {FASTEST}, 0) as watched
      from (select greatest(v.counted_at, excluded.opened_at - make_interval(secs => {SLACK / FASTEST})) as since) o offset 0) n)
returning v.recording_id, v.person_id, v.percent, v.seconds, v.watched_at is not null as is_watched
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a page says has played: ranges as Postgres writes them, seconds. ``opened`` in seconds since 1970.

    ``sign_in`` is the hash of the sign-in it comes with; None where the transaction is already that of who asks.
    """

    recording_id: UUID
    person_id: UUID
    claimed: str
    position: int
    opened: int
    sign_in: bytes | None = None

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.recording_id, self.person_id


async def count_views(work: Work, claims: Sequence[Claim]) -> Mapping[tuple[UUID, UUID], Row]:
    """Add what many have watched, one claim a person and recording; return percent, seconds and whether it is watched.

    What somebody may not see is left out, and so is who has signed out.
    Always in the same order: two processes never wait for each other in a circle.
    """
    ordered = sorted(claims, key=lambda claim: claim.key)
    rows = await work.rows(
        COUNT,
        now=work.now,
        recordings=[claim.recording_id for claim in ordered],
        people=[claim.person_id for claim in ordered],
        claimed=[claim.claimed for claim in ordered],
        positions=[claim.position for claim in ordered],
        opened=[claim.opened for claim in ordered],
        sign_ins=[claim.sign_in for claim in ordered],
    )
    return {(row.recording_id, row.person_id): row for row in rows}


async def count_view(work: Work, recording_id: UUID, claimed: str, position: int, opened: int) -> Row:
    """Add the claimed seconds (``12-40,50-61``) of who asks. Raises NotFound for what they may not see."""
    assert work.identity.person_id is not None
    claim = Claim(recording_id, work.identity.person_id, ranges_of(claimed), position, opened)
    found = await count_views(work, [claim])
    if claim.key not in found:
        raise NotFound(_("We could not find that. It may have been removed."))
    return found[claim.key]


def ranges_of(claimed: str) -> str:
    """Return the claimed seconds as Postgres writes them. Raises InvalidInput for what is none."""
    parts = claimed.split(",") if claimed else []
    found: Sequence[re.Match[str] | None] = [_RANGE.fullmatch(part) for part in parts[: MOST_RANGES + 1]]
    if len(claimed) > LONGEST_CLAIM or len(parts) > MOST_RANGES or None in found:
        raise InvalidInput({"ranges": _("This does not look right. Please check it.")})
    spans = [(int(one[1]), int(one[2])) for one in found if one]
    return "{" + ",".join(f"[{first},{last})" for first, last in spans if first < last) + "}"
