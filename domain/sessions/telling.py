"""Telling students of a class: once a person, version and channel, in chunks that survive a killed worker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.automation.running import Later, Skip, StepRun, hold
from domain.language import _
from domain.messaging.quiet_hours import leaves_at
from domain.sessions.events import tell
from domain.sessions.letters import FROM, single_params
from domain.sessions.series_letters import end_series, write_series
from domain.work import Row, Signal, Work

CHUNK = 1_000
# The first word of a class waits this long for its meeting. The links in it are ours, and lead there once it is made.
PATIENCE = timedelta(minutes=3)
LOOK_AGAIN = 5.0  # seconds

SESSION = f"""
select s.id, s.batch_id, s.title, s.starts_at, s.ends_at, s.version, s.cancelled_at, s.zoom_state, s.create_zoom_meeting,
  s.updated_at, b.timezone, (select created_at from automation_steps where id = %(step)s) as planned_at,
  exists (select from automation_steps a where a.subject_id = s.id and a.kind = 'tell_session'
    and a.subject_version > %(version)s) as is_overtaken
{FROM} where s.id = %(id)s for update of s
"""
# By what somebody is written to. What they need to know does not ask whether they want advertising; a dead address does. The
# ways they chose come first (`preferences` of their profile; unless they chose, e-mail, and WhatsApp if they agreed to it),
# and where none of them reaches them, the other does: nobody misses a class for a choice.
CHOSEN = "(select f.preferences -> 'class_news' from profiles f where f.person_id = p.id)"
CAN_EMAIL = """
(p.email is not null and not exists (select from email_suppressions x
    where x.email = p.email and x.reason in ('bounced', 'spam', 'invalid')))
"""
CAN_PHONE = """
(p.phone is not null and not exists (select from phone_suppressions x
    where x.phone = p.phone and x.channel in ('whatsapp', 'all') and x.reason in ('opted_out', 'invalid')
      and (x.expires_at is null or x.expires_at > %(now)s)))
"""
# Who chose WhatsApp for it has agreed to that; who chose otherwise has not, whatever they agreed to elsewhere.
AGREED = f"coalesce({CHOSEN} ? 'whatsapp', p.consent_whatsapp)"
# Of three columns one reads: by e-mail if `by_email`, on WhatsApp if `by_phone and (consent_whatsapp or not by_email)`.
REACHED_BY = f"""
{CAN_EMAIL} and (coalesce({CHOSEN} ? 'email', true) or not {CAN_PHONE}) as by_email, {CAN_PHONE} as by_phone,
  {AGREED} as consent_whatsapp
"""
CHANNELS = f"""
{REACHED_BY}, after_quiet_hours(%(now)s, p.timezone,
    (select (value -> 'whatsapp' ->> 0)::time from business_settings where key = 'quiet_hours'),
    (select (value -> 'whatsapp' ->> 1)::time from business_settings where key = 'quiet_hours')) as after_quiet
"""
# Whom a class concerns. One that is called off vanishes from the schedule of everybody in the batch, told of it before or
# not; who has completed it since hears of that only if they were told that it takes place.
WHOM = """
from enrolments e join people p on p.id = e.person_id join profiles f on f.person_id = p.id and f.is_active
left join session_tellings t on t.session_id = %(id)s and t.person_id = p.id
where e.batch_id = %(batch)s and (e.state = 'active' or (%(is_cancelled)s and e.state = 'completed' and t.version is not null))
"""
PEOPLE = f"""
select p.id, p.name, p.email, p.phone, p.timezone as own_zone, t.version as told, t.starts_at as told_start, {CHANNELS}
{WHOM} and e.person_id > %(after)s
order by e.person_id limit %(most)s
"""
NOBODY = UUID(int=0)
DROP_WAITING = """
with dropped as (
  update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
   where subject_id = %(id)s and kind like 'class\\_%%' and state in ('pending', 'retry')
     and (params ->> 'version')::int < %(version)s
  returning person_id, params
), unheard as (
  -- Who has heard an earlier start, and of this change nothing: that one is what they know.
  update session_tellings t set starts_at = (d.params ->> 'was')::timestamptz from dropped d
   where t.session_id = %(id)s and t.person_id = d.person_id and d.params ? 'was'
     and not exists (select from deliveries x where x.subject_id = %(id)s and x.kind like 'class\\_%%'
       and x.person_id = d.person_id and x.params ->> 'version' = d.params ->> 'version'
       and x.state in ('sending', 'sent', 'unknown'))
     and exists (select from deliveries x where x.subject_id = %(id)s and x.kind like 'class\\_%%'
       and x.person_id = d.person_id and x.state in ('sending', 'sent', 'unknown'))
)
-- Of whom nothing has left yet, they have not heard of it.
delete from session_tellings t using dropped d where t.session_id = %(id)s and t.person_id = d.person_id
  and not exists (select from deliveries x where x.subject_id = %(id)s and x.kind like 'class\\_%%'
    and x.person_id = d.person_id and x.state in ('sending', 'sent', 'unknown'))
"""
WRITE = """
insert into deliveries (channel, kind, person_id, subject_id, to_address, to_name, template, params, idempotency_key, due_at,
  created_at)
select r.channel, r.kind, r.person_id, %(id)s, lower(r.address), r.name, r.kind, r.params,
  'class:' || %(id)s::uuid || ':' || %(version)s::int || ':' || r.person_id || ':' || r.channel, r.due_at, %(now)s
from unnest(%(rows)s::jsonb[]) as one, jsonb_to_record(one) as r (channel text, kind text, person_id uuid, address text,
  name text, params jsonb, due_at timestamptz)
on conflict (idempotency_key) do nothing
"""
NOTE = """
insert into session_tellings (session_id, person_id, version, starts_at, told_at)
select %(id)s, person_id, %(version)s, %(starts_at)s, %(now)s from unnest(%(people)s::uuid[]) person_id
on conflict (session_id, person_id) do update set version = greatest(session_tellings.version, excluded.version),
  told_at = excluded.told_at,
  moved_from = case when session_tellings.starts_at <> excluded.starts_at then session_tellings.starts_at
    else session_tellings.moved_from end,
  starts_at = excluded.starts_at
"""
TOLD = """
update sessions set told_version = greatest(told_version, %(version)s), told_at = %(now)s where id = %(id)s
"""


async def tell_session(run: StepRun) -> None:
    """Handle the step: write to the students of the batch how the class stands. A second run goes on where it stopped."""
    after = NOBODY
    is_left = True
    payload = run.step.payload
    series_id = UUID(payload["series_id"]) if payload.get("series_id") else None
    while is_left:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            session = await _true(work, run)
            people = await _write(work, session, str(payload.get("what", "changed")), after, series_id)
            is_left = len(people) == CHUNK
            after = people[-1].id if people else after
            if not is_left:
                await work.run(TOLD, id=session.id, version=session.version, now=work.now)
                if series_id:
                    await end_series(work, series_id)
                tell(work, session.id)
            work.signal("deliveries")
            work.nudge()


async def _true(work: Work, run: StepRun) -> Row:
    """Return the class, locked: nobody changes it while a chunk is written. Raises Skip and Later."""
    step = run.step
    session = await work.row(SESSION, id=step.subject_id, step=step.id, version=step.subject_version)
    if session is None:
        raise Skip(_("The class is gone."))
    if session.version > step.subject_version and (session.is_overtaken or session.cancelled_at):
        raise Skip(_("The class was changed again: students are told of that instead."))
    if session.ends_at <= work.now:
        raise Skip(_("The class is over."))
    is_cancelled = session.cancelled_at is not None
    if is_cancelled != (step.payload.get("what") == "cancelled"):
        raise Skip(_("The class was cancelled.") if is_cancelled else _("The class takes place after all."))
    is_coming = session.zoom_state == "creating" and work.now < session.planned_at + PATIENCE
    if is_coming and session.starts_at > work.now + PATIENCE:
        raise Later(_("The meeting is being made."), LOOK_AGAIN)
    return session


async def _write(work: Work, session: Row, what: str, after: UUID, series_id: UUID | None) -> Sequence[Row]:
    """Write to the next people, and return all who were looked at."""
    about = {"id": session.id, "version": session.version, "now": work.now}
    if after == NOBODY:
        reason = _("The class was changed again: they are told of that instead.")
        await work.run(DROP_WAITING, reason=reason, **about)
    whom = {"batch": session.batch_id, "is_cancelled": what == "cancelled"}
    people = await work.rows(PEOPLE, after=after, most=CHUNK, **whom, **about)
    news = [one for one in people if (one.told or 0) < session.version]
    if series_id:
        await write_series(work, session.id, series_id, news)
    else:
        rows = [row for one in news for row in deliveries_of(one, session, _kind(one, what), what, work.now)]
        await work.run(WRITE, rows=rows, **about)
        await work.run(NOTE, people=[one.id for one in news], starts_at=session.starts_at, **about)
    work.signals += [Signal("sessions", one.id) for one in news]
    return people


def _kind(person: Row, what: str) -> str:
    """Return which letter it is: who never heard of the class is told of it, not of its change."""
    if what == "cancelled":
        return "class_cancelled"
    return "class_changed" if person.told else "class_scheduled"


def deliveries_of(person: Row, session: Row, kind: str, what: str, now: datetime) -> list[dict[str, Any]]:
    """Return the deliveries by which a person is told, as rows.

    E-mail goes wherever there is a working address, since the calendar comes with it, unless they chose WhatsApp alone.
    WhatsApp goes to who agreed to it, and to who cannot be reached otherwise; it keeps their quiet hours, unless the class
    begins before they end.
    """
    version = {"version": str(session.version), "what": what}
    if person.told_start:
        version["was"] = person.told_start.isoformat()
    base = {"kind": kind, "person_id": str(person.id), "name": person.name}
    rows: list[dict[str, Any]] = []
    if person.by_email:
        rows.append({**base, "channel": "email", "address": person.email, "params": version, "due_at": now.isoformat()})
    if person.by_phone and (person.consent_whatsapp or not person.by_email):
        params = version | single_params(kind, session, person.name, person.own_zone)
        at = leaves_at(person.after_quiet, session.starts_at, now)
        rows.append(
            {**base, "channel": "whatsapp", "address": person.phone, "params": params, "due_at": at.isoformat()}
        )
    return rows
