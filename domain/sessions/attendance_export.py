"""Attendance to take along: everybody of one class as the list is filtered, or all classes of one student."""

import csv
from datetime import datetime
from typing import Any, TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import audit
from domain.leads.cells import guard_formula
from domain.sessions.attending import RULES, state_names
from domain.sessions.roster import ROSTER, WANTED, attendance_of, show_roster
from domain.work import Row, Work

CLASS_HEADER = ("Name", "Email", "Phone", "Attendance", "Marked by hand", "Came in at", "Minutes", "Class", "Starts at")
PERSON_HEADER = ("Class", "Course", "Batch", "Starts at", "Attendance", "Marked by hand", "Came in at", "Minutes")
PEOPLE = f"""
with {RULES}, roster as ({ROSTER}) select * from roster where {WANTED} order by lower(name), person_id
"""


async def export_roster(work: Work, session_id: UUID, stream: TextIO, *, q: str = "", state: str = "") -> int:
    """Write whom the list of a class shows as CSV to ``stream``, opened with ``newline=""`` and ``utf-8-sig``; return how many.

    Raises NotFound.
    """
    session, names = (await show_roster(work, session_id)).session, state_names()
    wanted = {"q": q.strip(), "state": state if state in names else ""}
    people = await work.rows(PEOPLE, id=session_id, now=work.now, **wanted)
    writer = csv.writer(stream)
    writer.writerow(CLASS_HEADER)
    starts = _moment(session.starts_at, session.timezone)
    for one in people:
        who = (one.name, one.email or "", one.phone or "")
        _write(writer, (*who, names[one.state], *_how(one, session.timezone), session.title, starts))
    await audit.record(work, "attendance.exported", "session", session_id, session.title, count=len(people))
    return len(people)


async def export_attendance_of(work: Work, person_id: UUID, name: str, stream: TextIO) -> int:
    """Write all classes of a student as CSV to ``stream``, opened the same way, the last first; return how many."""
    work.require_admin()
    names = state_names()
    writer = csv.writer(stream)
    writer.writerow(PERSON_HEADER)
    classes, _counts = await attendance_of(work, person_id, most=None)
    for one in classes:
        what = (one.title, one.course, one.batch, _moment(one.starts_at, one.timezone))
        _write(writer, (*what, names[one.state], *_how(one, one.timezone)))
    await audit.record(work, "attendance.exported", "student", person_id, name, count=len(classes))
    return len(classes)


def _how(one: Row, zone: str) -> tuple[str, str, str]:
    by = (one.marked_by or "") if one.marked else ""
    return by, _moment(one.joined_at, zone) if one.joined_at else "", str(round((one.seconds or 0) / 60))


def _moment(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def _write(writer: Any, cells: tuple[str, ...]) -> None:
    writer.writerow([guard_formula(cell) for cell in cells])
