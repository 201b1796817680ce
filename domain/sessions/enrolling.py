"""Coming into a batch that has classes already: one message with all that are ahead, and a way into each."""

from uuid import UUID

from domain.automation.rule_states import find_rule
from domain.automation.steps import plan_step
from domain.messaging.outbox import plan_email, plan_whatsapp
from domain.messaging.quiet_hours import leaves_at
from domain.sessions.automations import plan_for_person
from domain.sessions.letters import AHEAD, COLUMNS, FROM, MOST_AHEAD, ahead_params, first_name
from domain.sessions.telling import CHANNELS
from domain.work import Row, Work

SESSIONS = f"""
select {COLUMNS}, s.zoom_meeting_id, s.zoom_has_registration
{FROM} where s.batch_id = %(batch)s and s.ends_at > %(now)s and s.cancelled_at is null
order by s.starts_at, s.id limit {MOST_AHEAD}
"""
PERSON = f"""
select p.id, p.name, p.email, p.phone, p.timezone as own_zone, e.id as enrolment_id, e.enrolled_at, {CHANNELS}
from people p join enrolments e on e.person_id = p.id and e.batch_id = %(batch)s and e.state = 'active'
where p.id = %(person)s
"""
NOTE = """
insert into session_tellings (session_id, person_id, version, starts_at, told_at)
select s.id, %(person)s, s.version, s.starts_at, %(now)s from sessions s where s.id = any(%(sessions)s)
on conflict (session_id, person_id) do update set version = excluded.version, told_at = excluded.told_at,
  starts_at = excluded.starts_at, moved_from = null
"""


async def welcome_to_classes(
    work: Work, person_id: UUID, batch_id: UUID, *, tell: bool = True, with_welcome: bool = False
) -> int:
    """Tell somebody who has just been enrolled in a batch of the classes still to come; return how many there are.

    What rules do around classes and assignments is planned for them, too.
    Call it in the transaction that makes or moves the enrolment, after it. Once an enrolment: a second call for the same
    one plans nothing. Without ``tell`` they are not written to; ``with_welcome`` says that a welcome goes to them now, whose
    e-mail carries the classes.
    """
    await plan_for_person(work, person_id, batch_id)
    person = await work.row(PERSON, person=person_id, batch=batch_id, now=work.now)
    sessions = await work.rows(SESSIONS, batch=batch_id, now=work.now)
    if person is None or not sessions:
        return 0
    if tell:
        await _write(work, person, batch_id, sessions[0], with_welcome)
        await work.run(NOTE, person=person_id, sessions=[one.id for one in sessions], now=work.now)
    for session in sessions:
        if session.zoom_has_registration and session.zoom_meeting_id:
            # However many come in at once, one step makes the links of all of them.
            key = f"register_students:{session.id}:{session.zoom_meeting_id}:{work.now.isoformat()}"
            await plan_step(work, "register_students", session.id, key=key, version=session.version)
    work.signal("sessions", person_id)
    return len(sessions)


async def _write(work: Work, person: Row, batch_id: UUID, first: Row, with_welcome: bool) -> None:
    key = f"{AHEAD}:{person.enrolment_id}:{batch_id}:{person.enrolled_at.isoformat()}"
    if person.by_email and not with_welcome:
        await plan_email(
            work,
            kind=AHEAD,
            to=person.email,
            name=person.name,
            key=f"{key}:email",
            params={"first_name": first_name(person.name), "course": first.course},
            person_id=person.id,
            subject_id=batch_id,
        )
    if with_welcome and person.by_email and (await find_rule(work, "approval_whatsapp")).is_on:
        return  # one word on WhatsApp at once is enough: the welcome
    if person.by_phone and (person.consent_whatsapp or not person.by_email):
        params = ahead_params([first], person.name, person.own_zone)
        await plan_whatsapp(
            work,
            kind=AHEAD,
            to=person.phone,
            name=person.name,
            template=AHEAD,
            key=f"{key}:whatsapp",
            params=params["params"],
            buttons=params["buttons"],
            begins_at=first.starts_at,
            person_id=person.id,
            subject_id=batch_id,
            due_at=leaves_at(person.after_quiet, first.starts_at, work.now),
        )
