"""Classes as calendar files (RFC 5545): invitations, cancellations, and the calendar a student subscribes to.

A class keeps one UID, and SEQUENCE rises with its version, so that calendars replace what they have. Times are in UTC, which
every program shows in its owner's zone without needing to know ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from domain.language import _
from domain.work import Row

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
PRODUCT = "-//Gurudesk//Classes//EN"
MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody named in an invitation."""

    email: str
    name: str


def calendar_file(
    sessions: Sequence[Row],
    *,
    method: Method,
    base_url: str,
    now: datetime,
    organizer: Party | None = None,
    attendee: Party | None = None,
    name: str = "",
) -> bytes:
    """Return the file. Each session has id, title, description, starts_at, ends_at, sequence, cancelled_at, place, course
    and batch. With CANCEL none of them takes place for who gets it, whatever becomes of it for others. Mail programs want
    an invitation to have one session and to name who invites whom.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval;value=duration", "PT1H")
        calendar.add("x-published-ttl", "PT1H")
    for session in sessions:
        is_off = method == "CANCEL" or session.cancelled_at is not None
        calendar.add_component(_event(session, base_url, now, organizer, attendee, is_off=is_off))
    file: bytes = calendar.to_ical()
    return file


def uid_of(session_id: UUID, base_url: str) -> str:
    """Return what names a class in every calendar, for good."""
    return f"class-{session_id}@{urlsplit(base_url).hostname or 'gurudesk'}"


def join_path(session_id: UUID) -> str:
    """Return the path of the way in, for the student who is signed in."""
    return f"/student/sessions/{session_id}/join"


def google_link(session: Row, base_url: str) -> str:
    """Return the address at which Google Calendar offers to add the class."""
    span = "/".join(
        moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for moment in (session.starts_at, session.ends_at)
    )
    values = {
        "action": "TEMPLATE",
        "text": session.title,
        "dates": span,
        "details": _details(session, base_url),
        "location": _location(session, base_url),
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(values)}"


def _event(
    session: Row, base_url: str, now: datetime, organizer: Party | None, attendee: Party | None, *, is_off: bool
) -> Event:
    event = Event()
    event.add("uid", uid_of(session.id, base_url))
    event.add("sequence", session.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", session.title)
    event.add("description", _details(session, base_url, is_off=is_off))
    event.add("location", _location(session, base_url))
    event.add("url", f"{base_url}/student/sessions/{session.id}")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    if organizer:
        event.add("organizer", _address(organizer), encode=False)
    if attendee:
        address = _address(attendee)
        address.params["CUTYPE"] = vText("INDIVIDUAL")
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("FALSE")
        event.add("attendee", address, encode=False)
    return event


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    if party.name:
        # Quotes cannot be written in a parameter.
        address.params["CN"] = vText(party.name.replace('"', "'"))
    return address


def _details(session: Row, base_url: str, *, is_off: bool = False) -> str:
    lines = [", ".join(part for part in (session.course, session.batch) if part)]
    if session.description:
        lines += ["", session.description]
    if not is_off and not session.cancelled_at:
        lines += ["", _("Join the class: {link}", link=f"{base_url}{join_path(session.id)}")]
    return "\n".join(lines)


def _location(session: Row, base_url: str) -> str:
    return session.place if session.place else f"{base_url}{join_path(session.id)}"
