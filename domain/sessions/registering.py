"""Join links of the students' own: who comes in by one is known by name. Without one the common link does."""

from domain.automation.running import Failed, Later, Skip, StepRun, hold
from domain.language import _
from domain.ports import Refused
from domain.ports.meetings import Registrant
from domain.sessions.events import tell
from domain.work import Row, Work

# So many refusals in a row are about the meeting, not about a person.
HOPELESS = 3
SESSION = """
select id, title, version, cancelled_at, ends_at, zoom_meeting_id, zoom_has_registration
from sessions where id = %(id)s
"""
WITHOUT = """
select p.id, p.name, p.email from enrolments e join people p on p.id = e.person_id
where e.batch_id = (select batch_id from sessions where id = %(id)s) and e.state = 'active' and p.email is not null
  and p.id > %(after)s and not exists (select from session_registrants r
    where r.session_id = %(id)s and r.person_id = p.id and r.zoom_meeting_id = %(meeting)s)
order by p.id limit 1
"""
KEEP = """
insert into session_registrants (session_id, person_id, zoom_meeting_id, registrant_id, join_url, created_at)
values (%(id)s, %(person)s, %(meeting)s, %(registrant)s, %(join_url)s, %(now)s)
on conflict (session_id, person_id) do update set zoom_meeting_id = excluded.zoom_meeting_id,
  registrant_id = excluded.registrant_id, join_url = excluded.join_url, created_at = excluded.created_at
"""


async def register_students(run: StepRun) -> None:
    """Handle the step: ask for a link for each enrolled student who has none for the meeting. Goes on where it stopped."""
    after, refused, kept = "00000000-0000-0000-0000-000000000000", 0, 0
    while True:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            session = await _true(work, run)
            person = await work.row(WITHOUT, id=session.id, meeting=session.zoom_meeting_id, after=after)
        if person is None:
            return
        first, _space, last = person.name.partition(" ")
        answer = await run.ports.meetings.register(session.zoom_meeting_id, person.email, first, last)
        if isinstance(answer, Registrant):
            await _keep(run, session, person, answer)
            refused, kept = 0, kept + 1
        elif isinstance(answer, Refused):
            # They join by the common link.
            refused += 1
            if refused == HOPELESS:
                raise Failed(answer.reason)
        else:
            wait = getattr(answer, "retry_after", None) or run.ports.lookup_delay
            raise Later(answer.reason, wait, got_further=kept > 0)
        after = person.id


async def _true(work: Work, run: StepRun) -> Row:
    session = await work.row(SESSION, id=run.step.subject_id)
    if session is None or session.cancelled_at is not None:
        raise Skip(_("The class does not take place."))
    if session.ends_at <= work.now:
        raise Skip(_("The class is over."))
    if not session.zoom_meeting_id or not session.zoom_has_registration:
        raise Skip(_("The meeting takes no registrations: the common link leads to it."))
    return session


async def _keep(run: StepRun, session: Row, person: Row, registrant: Registrant) -> None:
    async with run.work() as work:
        await hold(work, run.step, run.lease_seconds)
        await work.run(
            KEEP,
            id=session.id,
            person=person.id,
            meeting=session.zoom_meeting_id,
            registrant=registrant.registrant_id,
            join_url=registrant.join_url,
            now=work.now,
        )
        tell(work, session.id)
