"""Deleting many leads: chosen once, when somebody has confirmed how many they are, and removed by a step, some at a time."""

from uuid import UUID

from domain import audit
from domain.automation.running import Skip, StepRun, hold
from domain.automation.steps import cancel_steps, plan_step
from domain.errors import Conflict, NotFound
from domain.language import _, ngettext
from domain.leads.filters import LeadFilter
from domain.leads.listing import FROM
from domain.leads.removing import DELETE_PEOPLE, FORGET_TAGS, void_sequences
from domain.leads.tagging import unexpected_count
from domain.notifications import notify
from domain.work import Row, Work

MANY = 2_000  # more than these would keep whoever asked waiting
AT_ONCE = 5_000

CHOOSE = f"""
insert into lead_deletions (leads, total, filter, created_by, created_at)
select coalesce(array_agg(l.id order by l.id), array[]::uuid[]), count(*), %(filter)s, %(person)s, %(now)s {FROM} {{where}}
returning id, total
"""
FIND = """
select d.id, d.total, d.seen, d.removed, d.people_kept, d.state, d.created_at, d.finished_at, d.created_by,
  h.name as made_by, s.state as step_state, s.reason as step_reason
from lead_deletions d left join people h on h.id = d.created_by left join automation_steps s on s.id = d.step_id
where d.id = %(id)s
"""
OURS = "select state, created_by from lead_deletions where id = %(id)s and step_id = %(step)s for update"
REMOVE = """
with part as (select unnest(leads[seen + 1 : seen + %(most)s]) as id from lead_deletions where id = %(id)s),
gone as (delete from imported_leads l using part where l.id = part.id returning l.person_id)
select (select count(*) from part) as seen, array_agg(person_id) as people,
  (select array_agg(s.id) from lead_sequences s join part on s.lead_id = part.id) as sequences from gone
"""
ADD_UP = """
update lead_deletions set seen = seen + %(seen)s, removed = removed + %(removed)s, people_kept = people_kept + %(kept)s
where id = %(id)s
"""
# Whom they were is forgotten with them.
END = """
update lead_deletions set state = %(state)s, finished_at = %(now)s, leads = '{}' where id = %(id)s and state = 'running'
returning removed, people_kept, filter, created_by
"""


async def plan_deletion(work: Work, wanted: LeadFilter, expected: int) -> UUID:
    """Choose the leads and plan their removal; return the deletion's id.

    Raises Conflict when there are by now more or fewer than the ``expected`` ones that a person confirmed. What comes in
    later is not meant, even where it matches.
    """
    work.require_admin()
    where, values = wanted.conditions()
    chosen = await work.row(
        CHOOSE.format(where=where), **values, filter=wanted.as_values(), person=work.identity.person_id, now=work.now
    )
    assert chosen is not None
    if chosen.total != expected:
        raise unexpected_count(chosen.total, expected)
    await _plan(work, chosen.id, "first")
    await audit.record(
        work, "leads.deletion_started", "leads", chosen.id, count=chosen.total, filter=wanted.as_values()
    )
    work.signal("leads")
    deletion_id: UUID = chosen.id
    return deletion_id


async def find_deletion(work: Work, deletion_id: UUID) -> Row:
    """Return how a deletion stands; raise NotFound."""
    row = await work.row(FIND, id=deletion_id)
    if row is None:
        raise NotFound(_("This deletion does not exist."))
    return row


async def stop_deletion(work: Work, deletion_id: UUID) -> None:
    """Leave the leads that are still there. Raises Conflict when it has ended by itself."""
    work.require_admin()
    ended = await work.row(END, id=deletion_id, state="stopped", now=work.now)
    if ended is None:
        raise Conflict(_("This deletion has ended already."))
    await cancel_steps(work, deletion_id, _("The deletion was stopped."))
    await work.run(FORGET_TAGS)
    await audit.record(work, "leads.deletion_stopped", "leads", deletion_id, count=ended.removed)
    _signal(work, deletion_id)


async def resume_deletion(work: Work, deletion_id: UUID) -> None:
    """Go on after the step was given up. Raises Conflict when there is nothing to go on with."""
    work.require_admin()
    found = await find_deletion(work, deletion_id)
    if found.state != "running" or found.step_state != "failed":
        raise Conflict(_("This deletion is under way, or has ended."))
    await _plan(work, deletion_id, work.now.isoformat())
    _signal(work, deletion_id)


async def run_deletion(run: StepRun) -> None:
    """Handle the step `delete_leads`. A second run goes on where the first was cut off."""
    deletion_id = run.step.subject_id
    assert deletion_id is not None
    more = True
    while more:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            found = await work.row(OURS, id=deletion_id, step=run.step.id)
            if found is None:
                raise Skip(_("The deletion was begun again since."))
            if found.state != "running":
                return
            more = await remove_some(work, deletion_id)


async def remove_some(work: Work, deletion_id: UUID) -> bool:
    """Remove some thousands of the leads; say whether there may be more. When there are none, the deletion is done."""
    found = await work.row(REMOVE, id=deletion_id, most=AT_ONCE)
    assert found is not None
    people = found.people or []
    await void_sequences(work, found.sequences)
    kept = len(people) - await work.run(DELETE_PEOPLE, people=people)
    await work.run(ADD_UP, id=deletion_id, seen=found.seen, removed=len(people), kept=kept)
    if not found.seen:
        await _end(work, deletion_id)
    _signal(work, deletion_id)
    return bool(found.seen)


async def _end(work: Work, deletion_id: UUID) -> None:
    await work.run(FORGET_TAGS)
    ended = await work.row(END, id=deletion_id, state="done", now=work.now)
    assert ended is not None
    await audit.record(
        work, "leads.deleted", "leads", count=ended.removed, people_kept=ended.people_kept, filter=ended.filter
    )
    if ended.created_by:
        title = ngettext("{count} lead was deleted.", "{count} leads were deleted.", ended.removed)
        await notify(work, ended.created_by, "leads", title, url=f"/admin/leads/deletions/{deletion_id}")


async def _plan(work: Work, deletion_id: UUID, which: str) -> None:
    step = await plan_step(work, "delete_leads", deletion_id, key=f"delete_leads:{deletion_id}:{which}")
    await work.run("update lead_deletions set step_id = %(step)s where id = %(id)s", step=step, id=deletion_id)


def _signal(work: Work, deletion_id: UUID) -> None:
    for topic in (f"deletion:{deletion_id}", "leads", "deliveries"):
        work.signal(topic)
