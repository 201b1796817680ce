"""What students are sent about classes. It is made when it leaves, from the class as it then is: never an old time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.automation.running import Ports
from domain.language import _, ngettext
from domain.ports import Attachment
from domain.sessions.calendar import MEDIA_TYPE, Method, Party, calendar_file, join_path
from domain.sessions.when import when
from domain.work import Row, Work

SINGLE = ("class_scheduled", "class_changed", "class_cancelled")
AHEAD = "classes_ahead"
LEFT = "classes_left"
LETTERS = (*SINGLE, AHEAD, LEFT)
MOST_AHEAD = 200
MOST_NAMED = 8

COLUMNS = """
s.id, s.title, s.description, s.starts_at, s.ends_at, s.duration, s.version, s.moved_from, s.cancelled_at, s.cancel_reason,
  case when s.create_zoom_meeting then '' else s.place end as place, b.name as batch, b.timezone, c.title as course
"""
FROM = "from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id"
# The number by which calendars know what is newer, for the person of a telling `t`.
SEQUENCE = "s.version + coalesce(t.sequence_ahead, 0) as sequence"
THEIR_TELLING = "left join session_tellings t on t.session_id = s.id and t.person_id = %(person)s"
# Whoever has left the batch since a letter was planned, or was moved to another, is not told of its classes any more.
IS_THEIRS = """
exists (select from enrolments e where e.person_id = %(person)s and e.batch_id = s.batch_id and e.state <> 'withdrawn')
  as is_theirs
"""
ONE = f"""
select {COLUMNS}, {SEQUENCE}, t.version as told, (select timezone from people where id = %(person)s) as own_zone, {IS_THEIRS}
{FROM} {THEIR_TELLING} where s.id = %(id)s
"""
STILL_TO_COME = f"""
select {COLUMNS}, {SEQUENCE}, (select timezone from people where id = %(person)s) as own_zone, {IS_THEIRS}
{FROM} {THEIR_TELLING} where s.batch_id = %(batch)s and s.ends_at > %(now)s and s.cancelled_at is null
order by s.starts_at, s.id limit {MOST_AHEAD}
"""
# What a cancellation takes out of their calendar: its number is the one before the next they would hear.
LEFT_CLASSES = f"""
select {COLUMNS}, s.version + t.sequence_ahead - 1 as sequence, (select timezone from people where id = %(person)s) as own_zone,
  {IS_THEIRS}
{FROM} {THEIR_TELLING} where s.batch_id = %(batch)s and s.ends_at > %(now)s and t.sequence_ahead > 0
order by s.starts_at, s.id limit {MOST_AHEAD}
"""


class Outdated(Exception):
    """What was planned is no longer true, or has been said since; the message says why, to people."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What fills a template, and what goes along."""

    values: Mapping[str, object]
    attachments: Sequence[Attachment]


async def write_letter(work: Work, row: Row, ports: Ports, business: str) -> Letter:
    """Return the e-mail of a claimed delivery. Raises Outdated."""
    organizer = Party(ports.mail_from, business)
    if row.kind == AHEAD:
        sessions = await still_to_come(work, row.subject_id, row.person_id)
        return Letter(_values_of_all(sessions, row.to_name), [_calendar(work, sessions, ports)])
    if row.kind == LEFT:
        return await _letter_of_leaving(work, row, ports, organizer)
    session = await true_session(work, row)
    values = values_of(session, row.to_name, session.own_zone) | _move(session, row)
    return Letter(values, [_invitation(work, session, row, ports, organizer)])


async def write_welcome(work: Work, row: Row, ports: Ports) -> Letter:
    """Return what a claimed welcome says of the classes ahead, with their file: nothing where there are none."""
    batch_id = UUID(row.params["classes_of"])
    try:
        sessions = await still_to_come(work, batch_id, row.person_id)
    except Outdated:
        return Letter({}, ())
    values = _values_of_all(sessions, row.to_name)
    return Letter({name: values[name] for name in ("count", "classes", "more")}, [_calendar(work, sessions, ports)])


async def reminder_file(work: Work, row: Row, ports: Ports, business: str) -> Attachment:
    """Return the calendar file that goes with a claimed reminder of a class. Raises Outdated when the class is gone."""
    session = await work.row(ONE, id=row.subject_id, person=row.person_id)
    if session is None:
        raise Outdated(_("The class is gone."))
    return _invitation(work, session, row, ports, Party(ports.mail_from, business))


def _calendar(work: Work, sessions: Sequence[Row], ports: Ports) -> Attachment:
    name = sessions[0].course
    file = calendar_file(sessions, method="PUBLISH", base_url=ports.base_url, now=work.now, name=name)
    return Attachment("classes.ics", MEDIA_TYPE, file, "PUBLISH")


def _invitation(work: Work, session: Row, row: Row, ports: Ports, organizer: Party) -> Attachment:
    method: Method = "CANCEL" if session.cancelled_at else "REQUEST"
    attendee = Party(row.to_address, row.to_name)
    file = calendar_file(
        [session], method=method, base_url=ports.base_url, now=work.now, organizer=organizer, attendee=attendee
    )
    return Attachment("cancel.ics" if method == "CANCEL" else "invite.ics", MEDIA_TYPE, file, method)


async def _letter_of_leaving(work: Work, row: Row, ports: Ports, organizer: Party) -> Letter:
    sessions = await left_classes(work, row)
    if not sessions:
        raise Outdated(_("No class is ahead any more."))
    file = calendar_file(
        sessions,
        method="CANCEL",
        base_url=ports.base_url,
        now=work.now,
        organizer=organizer,
        attendee=Party(row.to_address, row.to_name),
    )
    return Letter(_values_of_all(sessions, row.to_name), [Attachment("cancel.ics", MEDIA_TYPE, file, "CANCEL")])


async def with_params_of_now(work: Work, row: Row) -> Row:
    """Return a claimed WhatsApp delivery with params that are true now. Raises Outdated."""
    if row.kind == LEFT:
        await left_classes(work, row)
        return row
    if row.kind == AHEAD:
        sessions = await still_to_come(work, row.subject_id, row.person_id)
        params = ahead_params(sessions, row.to_name, sessions[0].own_zone)
    else:
        session = await true_session(work, row)
        params = single_params(row.kind, session, row.to_name, session.own_zone)
    changed: Row = row._replace(params=row.params | params)
    return changed


async def true_session(work: Work, row: Row) -> Row:
    """Return the class of a claimed delivery. Raises Outdated when they have heard of a later state, or it is over."""
    session = await work.row(ONE, id=row.subject_id, person=row.person_id)
    if session is None:
        raise Outdated(_("The class is gone."))
    if not session.is_theirs:
        raise Outdated(_("They are not in this batch any more."))
    if (session.told or 0) > int(row.params.get("version", 0)):
        raise Outdated(_("The class was changed again: they are told of that instead."))
    if bool(session.cancelled_at) != (row.kind == "class_cancelled"):
        raise Outdated(_("The class was cancelled.") if session.cancelled_at else _("The class takes place after all."))
    if session.ends_at <= work.now:
        raise Outdated(_("The class is over."))
    return session


async def still_to_come(work: Work, batch_id: UUID, person_id: UUID | None) -> Sequence[Row]:
    """Return the classes of a batch that are ahead, the next first. Raises Outdated when there are none."""
    sessions = await work.rows(STILL_TO_COME, batch=batch_id, person=person_id, now=work.now)
    if not sessions:
        raise Outdated(_("No class is ahead any more."))
    if not sessions[0].is_theirs:
        raise Outdated(_("They are not in this batch any more."))
    return sessions


async def left_classes(work: Work, row: Row) -> Sequence[Row]:
    """Return the classes ahead that who has left a batch had heard of. Raises Outdated when they are back."""
    sessions = await work.rows(LEFT_CLASSES, batch=row.subject_id, person=row.person_id, now=work.now)
    if sessions and sessions[0].is_theirs:
        raise Outdated(_("They are in this batch again."))
    return sessions


def values_of(session: Row, name: str, own_zone: str) -> dict[str, Any]:
    """Return what the e-mails about one class say."""
    return {
        "first_name": first_name(name),
        "class_title": session.title,
        "course_title": session.course,
        "batch_name": session.batch,
        "when": when(session.starts_at, session.timezone, own_zone),
        "duration": ngettext("{count} minute", "{count} minutes", session.duration),
        "description": session.description,
        "place": session.place,
        "reason": session.cancel_reason,
        "join_path": join_path(session.id),
        "class_path": f"/student/sessions/{session.id}",
    }


def _move(session: Row, row: Row) -> dict[str, Any]:
    """Return whether the class is at another time than this person was told last, and which that was."""
    was: datetime | None
    if row.params.get("was"):
        was = datetime.fromisoformat(row.params["was"])
    else:  # told before what they were told was kept
        was = session.moved_from if row.params.get("what") == "moved" else None
    if was is None or was == session.starts_at:
        return {"is_moved": False, "was": ""}
    return {"is_moved": True, "was": when(was, session.timezone, session.own_zone)}


def single_params(kind: str, session: Row, name: str, own_zone: str) -> dict[str, Any]:
    """Return the params of a WhatsApp message about one class; ``begins_at`` is what quiet hours ask for."""
    params = [first_name(name), session.title, when(session.starts_at, session.timezone, own_zone)]
    buttons = [] if kind == "class_cancelled" else [f"student/sessions/{session.id}"]
    return {"params": params, "begins_at": session.starts_at.isoformat()} | ({"buttons": buttons} if buttons else {})


def ahead_params(sessions: Sequence[Row], name: str, own_zone: str) -> dict[str, Any]:
    """Return the params of the WhatsApp message about all classes ahead."""
    first = sessions[0]
    params = [first_name(name), first.course, when(first.starts_at, first.timezone, own_zone)]
    return {"params": params, "buttons": ["student/schedule"], "begins_at": first.starts_at.isoformat()}


def first_name(name: str) -> str:
    return (name.split() or [_("there")])[0]


def _values_of_all(sessions: Sequence[Row], name: str) -> dict[str, Any]:
    first = sessions[0]
    return {
        "first_name": first_name(name),
        "course": first.course,
        "batch_name": first.batch,
        "count": ngettext("{count} class", "{count} classes", len(sessions)),
        "classes": [(one.title, when(one.starts_at, one.timezone, one.own_zone)) for one in sessions[:MOST_NAMED]],
        "more": max(len(sessions) - MOST_NAMED, 0),
    }
