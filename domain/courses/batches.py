"""Batches: the cohorts of a course, with their dates, their places, and whether one can apply for them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.audit import record
from domain.courses.zones import Keep, change_zone
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.sessions.automations import move_with_batch, wake_recordings
from domain.sessions.local_times import HOME_ZONE, check_zone
from domain.work import Row, Work

BATCH = """
select b.id, b.course_id, b.name, b.starts_on, b.ends_on, b.capacity, b.timezone, b.is_open, b.archived_at,
  b.recordings_visible, b.price_paise, b.instalments, c.title as course,
  (select count(*) from sessions s where s.batch_id = b.id and s.cancelled_at is null and s.starts_at > %(now)s) as ahead
from batches b join courses c on c.id = b.course_id where b.id = %(id)s and b.course_id = %(course_id)s
"""
ADD = """
insert into batches (course_id, name, starts_on, ends_on, capacity, timezone, recordings_visible, price_paise, instalments,
  created_at)
select id, %(name)s, %(starts_on)s::date, %(ends_on)s::date, %(capacity)s::int, %(timezone)s, %(recordings_visible)s,
  %(price_paise)s::bigint, %(instalments)s::smallint, %(now)s
from courses where id = %(course_id)s and archived_at is null
on conflict (course_id, name) do nothing returning id
"""
UPDATE = """
update batches set name = %(name)s, starts_on = %(starts_on)s, ends_on = %(ends_on)s, capacity = %(capacity)s,
  recordings_visible = %(recordings_visible)s, price_paise = %(price_paise)s, instalments = %(instalments)s
where id = %(id)s and course_id = %(course_id)s
  and not exists (select from batches where course_id = %(course_id)s and name = %(name)s and id <> %(id)s)
"""
HOLD = "select id from batches where id = %(id)s for update"
OPEN = """
update batches set is_open = %(is_open)s
where id = %(id)s and course_id = %(course_id)s and is_open <> %(is_open)s and (not %(is_open)s or archived_at is null)
returning name
"""


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What is typed about a batch. No capacity means no limit; no dates, that they are not fixed.

    ``timezone`` is an IANA name: its clocks are those by which the batch meets.
    ``recordings_visible`` shows recordings to students unless an admin hides them. A price in paise or a number of instalments
    of its own goes before the course's.
    """

    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    capacity: int | None = None
    timezone: str = HOME_ZONE
    recordings_visible: bool = True
    price_paise: int | None = None
    instalments: int | None = None


async def show_batch(work: Work, course_id: UUID, batch_id: UUID) -> Row:
    """Return a batch of this course."""
    work.require_admin()
    batch = await work.row(BATCH, id=batch_id, course_id=course_id, now=work.now)
    if batch is None:
        raise NotFound(_("This batch does not exist any more."))
    return batch


async def create_batch(work: Work, course_id: UUID, facts: BatchFacts) -> UUID:
    """Add a batch, open for applications; return its id. Raises InvalidInput."""
    work.require_admin()
    _check(facts)
    batch_id: UUID | None = await work.value(ADD, course_id=course_id, now=work.now, **_values(facts))
    if batch_id is None:
        raise _taken()
    await record(work, "batch.created", "batch", batch_id, facts.name, course_id=str(course_id))
    work.signal("courses")
    return batch_id


async def update_batch(
    work: Work, course_id: UUID, batch_id: UUID, facts: BatchFacts, *, keep: Keep = "", tell: bool = False
) -> None:
    """Change a batch; ``keep`` and ``tell`` are for another zone while classes are ahead. Raises InvalidInput and NotFound."""
    await work.rows(HOLD, id=batch_id)
    before = await show_batch(work, course_id, batch_id)
    _check(facts)
    values = _values(facts)
    if not await work.run(UPDATE, id=batch_id, course_id=course_id, **values):
        raise _taken()
    if facts.timezone != before.timezone:
        await change_zone(work, batch_id, before.timezone, facts.timezone, keep=keep, tell=tell)
    changed = sorted(name for name, value in values.items() if name != "timezone" and getattr(before, name) != value)
    if "ends_on" in changed:
        await move_with_batch(work, batch_id)
    if "recordings_visible" in changed and facts.recordings_visible:
        await wake_recordings(work, batch_id=batch_id)
    if changed:
        await record(work, "batch.updated", "batch", batch_id, facts.name, changed=changed)
        work.signal("courses")


async def open_batch(work: Work, course_id: UUID, batch_id: UUID, is_open: bool) -> None:
    """Open a batch for applications, or close it. Raises Conflict when it is so already."""
    work.require_admin()
    name = await work.value(OPEN, id=batch_id, course_id=course_id, is_open=is_open)
    if name is None:
        raise Conflict(_("Somebody has done this a moment ago, or the batch is gone."))
    await record(work, "batch.opened" if is_open else "batch.closed", "batch", batch_id, name)
    work.signal("courses")


def _check(facts: BatchFacts) -> None:
    check_zone(facts.timezone)
    if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
        raise InvalidInput({"ends_on": _("The end is before the start.")})
    if facts.capacity is not None and not 1 <= facts.capacity <= 100_000:
        raise InvalidInput({"capacity": _("A number of places from 1 to 1,00,000, or nothing for no limit.")})


def _values(facts: BatchFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in BatchFacts.__slots__}


def _taken() -> InvalidInput:
    return InvalidInput({"name": _("This course has a batch of that name already.")})
