"""Lead sequences: who is being written to about a course until they apply, when that begins, and what ends it.

What is begun or stopped in numbers is written down at once and counts at once; planning or cancelling its steps follows, some
thousands at a time, in the step `settle_sequences`. What stops for one person takes its steps with it in the same transaction.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from domain import audit
from domain.automation.planning import plan_rules, void_rules
from domain.automation.rules.lead_sequence import KEYS
from domain.automation.running import StepRun, hold
from domain.automation.steps import plan_step
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.leads.filters import FIRST_OR_LAST, LeadFilter
from domain.leads.listing import FROM
from domain.leads.reach import reachable_sql, ways_of_sequences
from domain.leads.sequence_moments import all_are_off, sequence_moments
from domain.notifications import notify_admins
from domain.work import Row, Work

AT_ONCE = 5_000
COURSES = """
select id, title, (select value::int from business_settings where key = 'automatic_messages_an_hour') as an_hour
from courses where is_published and archived_at is null order by created_at, id
"""
# Who can be written to about a course and has neither applied for it nor is in it. One who was stopped may begin again by hand.
# With "offset 0" each is looked up by its index: joined instead, just after an import, they would be compared with one another.
_MAY_BEGIN = f"""
{reachable_sql("p.email", "p.phone", "p.consent_whatsapp")}
and not exists (select from cta_submissions a where a.course_id = %(course_id)s and a.person_id = p.id offset 0)
and not exists (select from cta_submissions a where a.course_id = %(course_id)s and a.phone = p.phone offset 0)
and not exists (select from enrolments e join batches b on b.id = e.batch_id
  where e.person_id = p.id and b.course_id = %(course_id)s offset 0)
and not exists (select from lead_sequences q where q.lead_id = l.id and q.course_id = %(course_id)s{{which}} offset 0)
"""
MAY_BEGIN = _MAY_BEGIN.format(which="")
MAY_BEGIN_AGAIN = _MAY_BEGIN.format(which=" and q.stopped_at is null")
COUNT = f"select count(*) {FROM} {{where}} {MAY_BEGIN_AGAIN}"
COUNT_RUNNING = f"""
select count(*) from lead_sequences q where q.stopped_at is null and (%(course_id)s::uuid is null or q.course_id = %(course_id)s)
  and q.lead_id in (select l.id {FROM} {{where}})
"""
BEGIN = f"""
insert into lead_sequences as s (lead_id, person_id, course_id, import_id, started_at, started_by, is_unsettled)
select l.id, p.id, %(course_id)s, null, %(now)s, %(me)s, true {FROM} {{where}} {MAY_BEGIN_AGAIN}
on conflict (lead_id, course_id) do update set version = s.version + 1, started_at = excluded.started_at,
  started_by = excluded.started_by, stopped_at = null, stop_reason = '', is_unsettled = true where s.stopped_at is not null
"""
BEGIN_ONE = f"""
insert into lead_sequences as s (lead_id, person_id, course_id, started_at, started_by)
select l.id, p.id, %(course_id)s, %(now)s, %(me)s {FROM} where l.id = %(lead)s and {MAY_BEGIN_AGAIN}
on conflict (lead_id, course_id) do update set version = s.version + 1, started_at = excluded.started_at,
  started_by = excluded.started_by, stopped_at = null, stop_reason = '' where s.stopped_at is not null
returning id
"""
STOP = f"""
update lead_sequences q set stopped_at = %(now)s, stop_reason = %(reason)s, is_unsettled = true
where q.stopped_at is null and (%(course_id)s::uuid is null or q.course_id = %(course_id)s)
  and q.lead_id in (select l.id {FROM} {{where}})
"""
STOP_OF_IMPORT = """
update lead_sequences set stopped_at = %(now)s, stop_reason = %(reason)s, is_unsettled = true
where id in (select id from lead_sequences where import_id = %(import_id)s and stopped_at is null limit %(most)s for update)
"""
# Locked, so that an import that is being undone begins none meanwhile.
CHOSEN = """
select i.options ->> 'sequence_course' as course_id, i.created_by, i.file_name, c.title, c.archived_at,
  coalesce(c.is_published and c.archived_at is null, false) as is_open, i.options ? 'sequence_not_begun' as is_known
from lead_imports i left join courses c on c.id::text = i.options ->> 'sequence_course'
where i.id = %(id)s and i.step_id = %(step)s and i.state = 'done' and i.options ? 'sequence_course' for share of i
"""
# Why the sequence that was chosen for an import has not begun, for its page; forgotten when somebody begins it by hand.
NOT_BEGUN = """
update lead_imports set options = options || jsonb_build_object('sequence_not_begun', %(reason)s::text) where id = %(id)s
"""
BEGUN_BY_HAND = """
update lead_imports set options = options - 'sequence_not_begun' where id = %(id)s and options ? 'sequence_not_begun'
"""
# Those that this import brought or came upon, unless another has come upon them since: it has its own say.
BEGIN_OF_IMPORT = f"""
insert into lead_sequences (lead_id, person_id, course_id, import_id, started_at, started_by)
select l.id, p.id, %(course_id)s, %(import_id)s, %(now)s, %(me)s {FROM}
where ({FIRST_OR_LAST}) and l.last_import_id = %(import_id)s and {MAY_BEGIN} limit %(most)s
on conflict (lead_id, course_id) do nothing returning id
"""
UNSETTLED = """
update lead_sequences set is_unsettled = false
where id in (select id from lead_sequences where is_unsettled limit %(most)s for update skip locked)
returning id, stopped_at, stop_reason
"""
STOP_SOME = """
update lead_sequences s set stopped_at = %(now)s, stop_reason = %(reason)s where s.stopped_at is null and {which} returning s.id
"""


async def list_sequence_courses(work: Work) -> Sequence[Row]:
    """Return the courses that leads can be written to about."""
    return await work.rows(COURSES)


async def count_startable(work: Work, wanted: LeadFilter, course_id: UUID) -> int:
    """Return for how many of these leads the sequence would begin now."""
    where, values = wanted.conditions()
    values |= {"course_id": course_id, "now": work.now} | await ways_of_sequences(work)
    count: int = await work.value(COUNT.format(where=_and(where)), **values)
    return count


async def count_running(work: Work, wanted: LeadFilter, course_id: UUID | None = None) -> int:
    """Return how many sequences of these leads would be stopped now."""
    where, values = wanted.conditions()
    count: int = await work.value(COUNT_RUNNING.format(where=where), **values, course_id=course_id)
    return count


async def start_sequences(work: Work, wanted: LeadFilter, course_id: UUID | None, expected: int) -> int:
    """Begin the sequence about a course for these leads; return for how many.

    Left out are those who have applied, are in the course, are reached by no way of the rules as they are set, or are being
    written to already. Raises Conflict when it would be another number than the ``expected`` one that a person confirmed,
    InvalidInput without a course.
    """
    work.require_admin()
    if not await sequence_moments(work):
        raise Conflict(all_are_off())
    course = await _open_course(work, course_id)
    _check(await count_startable(work, wanted, course.id), expected)
    where, values = wanted.conditions()
    values |= {"course_id": course_id, "me": work.identity.person_id, "now": work.now}
    values |= await ways_of_sequences(work)
    begun = await work.run(BEGIN.format(where=_and(where)), **values)
    _check(begun, expected)
    if wanted.import_id:
        await work.run(BEGUN_BY_HAND, id=wanted.import_id)
    await audit.record(
        work, "sequences.started", "course", course_id, course.title, count=begun, filter=wanted.as_values()
    )
    await _settle_later(work)
    return begun


async def begin_sequence(work: Work, lead_id: UUID, course_id: UUID | None) -> UUID:
    """Begin the sequence about a course for one lead, and plan it; return its id.

    Raises InvalidInput without a course that is open, Conflict where it cannot begin: see `start_sequences`.
    """
    work.require_admin()
    course = await _open_course(work, course_id)
    values = {"lead": lead_id, "course_id": course.id, "me": work.identity.person_id, "now": work.now}
    values |= await ways_of_sequences(work)
    sequence_id: UUID | None = await work.value(BEGIN_ONE, **values)
    if sequence_id is None:
        raise Conflict(_("This lead cannot be written to about the course, or is already."))
    await plan_rules(work, KEYS, "subject_id", [sequence_id])
    work.signal("leads")
    return sequence_id


async def stop_sequences(work: Work, wanted: LeadFilter, expected: int, course_id: UUID | None = None) -> int:
    """Write no more to these leads; return how many sequences that ends. Raises Conflict as `start_sequences` does."""
    work.require_admin()
    _check(await count_running(work, wanted, course_id), expected)
    where, values = wanted.conditions()
    values |= {"course_id": course_id, "reason": _("Stopped by {name}.", name=work.identity.name), "now": work.now}
    stopped = await work.run(STOP.format(where=where), **values)
    _check(stopped, expected)
    await audit.record(work, "sequences.stopped", "leads", count=stopped, filter=wanted.as_values())
    await _settle_later(work)
    return stopped


async def begin_some_of_import(work: Work, import_id: UUID, step_id: UUID) -> int:
    """Begin the sequence that an import's form asked for, for some thousands of its leads, and plan it; return for how many.

    None are left when it returns 0, and none are begun for an import that was undone meanwhile. About a course that takes
    no applications any more, or with all of its automations off, nobody is written to: the import's page and the admins are
    told so.
    """
    chosen = await work.row(CHOSEN, id=import_id, step=step_id)
    if chosen is None:
        return 0
    is_on = bool(await sequence_moments(work))
    if not (chosen.is_open and is_on):
        if not chosen.is_known:
            await _tell_not_begun(work, import_id, chosen)
        return 0
    values = {"import_id": import_id, "course_id": UUID(chosen.course_id), "me": chosen.created_by, "now": work.now}
    values |= await ways_of_sequences(work)
    begun = [row.id for row in await work.rows(BEGIN_OF_IMPORT, **values, most=AT_ONCE)]
    await plan_rules(work, KEYS, "subject_id", begun)
    if begun:
        work.signal(f"import:{import_id}")
        work.signal("leads")
    return len(begun)


async def _tell_not_begun(work: Work, import_id: UUID, chosen: Row) -> None:
    if chosen.title is None:
        reason = _("Its course was deleted before the import ended.")
    elif chosen.archived_at is not None:
        reason = _("“{course}” was archived before the import ended.", course=chosen.title)
    elif chosen.is_open:
        reason = _("All automations of the lead sequence were off when the import ended.")
    else:
        reason = _("“{course}” was hidden before the import ended, and takes no applications.", course=chosen.title)
    await work.run(NOT_BEGUN, id=import_id, reason=reason)
    title = _("Nobody from {file} is written to", file=chosen.file_name)
    await notify_admins(work, "import", title, reason, f"/admin/imports/{import_id}")
    work.signal(f"import:{import_id}")


async def stop_some_of_import(work: Work, import_id: UUID, reason: str) -> int:
    """Stop some thousands of an import's sequences, with their steps; return how many there were."""
    stopped = await work.run(STOP_OF_IMPORT, import_id=import_id, reason=reason, now=work.now, most=AT_ONCE)
    if stopped:
        await settle_some(work)
    return stopped


async def stop_sequences_of(
    work: Work,
    reason: str,
    *,
    people: Sequence[UUID] = (),
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    course_id: UUID | None = None,
) -> int:
    """Stop at once the sequences of these people, telephones or addresses, with all that is planned; return how many.

    ``course_id`` narrows it to those about one course. ``reason`` is read by people.
    """
    values = {"people": list(people), "phones": list(phones), "emails": [one.lower() for one in emails]}
    which = """s.person_id = any(%(people)s::uuid[] || array(select id from people where phone = any(%(phones)s))
      || array(select id from people where email = any(%(emails)s)))
      and (%(course_id)s::uuid is null or s.course_id = %(course_id)s)"""
    sql = STOP_SOME.format(which=which)
    stopped = [row.id for row in await work.rows(sql, **values, course_id=course_id, reason=reason, now=work.now)]
    if stopped:
        await void_rules(work, stopped, reason, rules=KEYS)
        work.signal("leads")
    return len(stopped)


async def settle_some(work: Work) -> int:
    """Plan the steps of some thousands of sequences that have begun, and cancel those of such as were stopped."""
    rows = await work.rows(UNSETTLED, most=AT_ONCE)
    if running := [row.id for row in rows if row.stopped_at is None]:
        await plan_rules(work, KEYS, "subject_id", running)
    for reason in {row.stop_reason for row in rows if row.stopped_at is not None}:
        await void_rules(work, [row.id for row in rows if row.stop_reason == reason], reason, rules=KEYS)
    if rows:
        work.signal("leads")
    return len(rows)


async def settle_sequences(run: StepRun) -> None:
    """Handle the step: settle what has begun or was stopped in numbers. A second run goes on where the first was cut off."""
    more = 1
    while more:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            more = await settle_some(work)


async def _open_course(work: Work, course_id: UUID | None) -> Row:
    if not await sequence_moments(work):
        raise Conflict(all_are_off())
    course = next((one for one in await list_sequence_courses(work) if one.id == course_id), None)
    if course is None:
        raise InvalidInput({"course": _("Please choose a course that is open for applications.")})
    return course


async def _settle_later(work: Work) -> None:
    await plan_step(work, "settle_sequences", None, key=f"settle_sequences:{uuid4()}")
    work.signal("leads")


def _and(where: str) -> str:
    return f"{where} and" if where else "where"


def _check(count: int, expected: int) -> None:
    """Raise Conflict when a person confirmed another number: before anything is written, or in time to take it back."""
    if count != expected:
        raise Conflict(
            ngettext("By now it would be {count} lead.", "By now it would be {count} leads.", count)
            + " "
            + _("Nothing was changed; please look again.")
        )
