"""Leaving a batch: one message that takes its classes ahead out of somebody's calendar, and their ways into them end."""

from uuid import UUID

from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.automation.steps import plan_step
from domain.language import _
from domain.messaging.outbox import plan_email, plan_whatsapp
from domain.ports import Refused
from domain.sessions.letters import FROM, LEFT, MOST_AHEAD, first_name
from domain.sessions.telling import CHANNELS
from domain.work import Row, Work

NOBODY = UUID(int=0)
# What they have heard of and is still to come. What was called off they have been told of as that.
HEARD = f"""
select s.id, b.name as batch, c.title as course
{FROM} join session_tellings t on t.session_id = s.id and t.person_id = %(person)s
where s.batch_id = %(batch)s and s.ends_at > %(now)s and s.cancelled_at is null
order by s.starts_at, s.id limit {MOST_AHEAD}
"""
# One for the cancellation (`LEFT_CLASSES` of the letter), and one for what they hear next if they come back.
RISE = """
update session_tellings set sequence_ahead = sequence_ahead + 2 where person_id = %(person)s and session_id = any(%(sessions)s)
"""
PERSON = f"""
select p.id, p.name, p.email, p.phone, {CHANNELS} from people p join profiles f on f.person_id = p.id and f.is_active
where p.id = %(person)s
"""
REACHED = f"""
select (select count(*) from ({HEARD}) heard) as classes, coalesce(bool_or(one.by_email), false) as by_email,
  coalesce(bool_or(one.by_phone and (one.consent_whatsapp or not one.by_email)), false) as on_whatsapp
from ({PERSON}) one
"""
LINK = """
select r.session_id, r.zoom_meeting_id, r.registrant_id, p.email
from session_registrants r join sessions s on s.id = r.session_id join people p on p.id = r.person_id
where r.person_id = %(person)s and s.batch_id = %(batch)s and s.ends_at > %(now)s and r.session_id > %(after)s
  and not exists (select from enrolments e
    where e.person_id = r.person_id and e.batch_id = s.batch_id and e.state <> 'withdrawn')
order by r.session_id limit 1
"""
FORGET = """
delete from session_registrants where session_id = %(session)s and person_id = %(person)s and registrant_id = %(registrant)s
"""


async def reach_of_leaving(work: Work, person_id: UUID, batch_id: UUID) -> Row:
    """Return how many classes ahead somebody has heard of in a batch, and by_email and on_whatsapp: how they would hear."""
    row = await work.row(REACHED, person=person_id, batch=batch_id, now=work.now)
    assert row is not None
    return row


async def leave_classes(work: Work, person_id: UUID, batch_id: UUID, *, tell: bool) -> int:
    """End somebody's ways into the classes ahead of a batch, and with ``tell`` write to them once of all they have heard of.

    Call it in the transaction that ends or moves the enrolment. Returns how many classes leave their calendar.
    """
    key = f"{person_id}:{batch_id}:{work.now.isoformat()}"
    await plan_step(work, "end_registrations", batch_id, key=f"end_registrations:{key}", person_id=person_id)
    sessions = await work.rows(HEARD, person=person_id, batch=batch_id, now=work.now) if tell else []
    person = await work.row(PERSON, person=person_id, now=work.now)
    if not sessions or person is None:
        return 0
    await work.run(RISE, person=person_id, sessions=[one.id for one in sessions])
    batch, course = sessions[0].batch, sessions[0].course
    about = {"kind": LEFT, "name": person.name, "person_id": person_id, "subject_id": batch_id}
    if person.by_email:
        params = {"first_name": first_name(person.name), "batch_name": batch, "course": course}
        await plan_email(work, to=person.email, key=f"{LEFT}:{key}:email", params=params, **about)
    if person.by_phone and (person.consent_whatsapp or not person.by_email):
        values = [first_name(person.name), batch, course]
        to, key = person.phone, f"{LEFT}:{key}:whatsapp"
        await plan_whatsapp(work, to=to, template=LEFT, key=key, params=values, due_at=person.after_quiet, **about)
    return len(sessions)


async def end_registrations(run: StepRun) -> None:
    """Handle the step: let the join links of somebody's own end at the provider. Goes on where it stopped.

    Who is back in the batch meanwhile keeps theirs.
    """
    after, refusal = NOBODY, ""
    while True:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            values = {"person": run.step.person_id, "batch": run.step.subject_id, "after": after, "now": work.now}
            link = await work.row(LINK, **values)
        if link is None:
            break
        after = link.session_id
        answer = await run.ports.meetings.unregister(link.zoom_meeting_id, link.registrant_id, link.email or "")
        if isinstance(answer, Refused):
            refusal = answer.reason
        elif answer is not None:
            raise Later(answer.reason, getattr(answer, "retry_after", None) or run.ports.lookup_delay)
        else:
            async with run.work() as work:
                await hold(work, run.step, run.lease_seconds)
                person, registrant = run.step.person_id, link.registrant_id
                await work.run(FORGET, session=link.session_id, person=person, registrant=registrant)
    if refusal:
        raise Failed(refusal)
    if after == NOBODY:
        raise Skip(_("They have no links of their own there."))
