"""Zoom's registrants: one join link a person."""

from secrets import randbelow, token_urlsafe
from typing import Any

import msgspec
from litestar import Response

from adapters.sandbox.zoom import answers
from adapters.sandbox.zoom.account import Account, new_id, stamp
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.meeting_fields import RECURRING
from adapters.sandbox.zoom.meeting_shape import embedded_passcode
from adapters.sandbox.zoom.meetings import meeting_row
from adapters.sandbox.zoom.paging import paged

MOST, BATCH = 4_999, 30
_ADD = """
insert into zoom_registrants (id, meeting_id, email, first_name, last_name, details, status, tk, pin, created_at)
values (%(id)s, %(meeting_id)s, %(email)s, %(first_name)s, %(last_name)s, %(details)s, %(status)s, %(tk)s, %(pin)s,
  app_now())
on conflict (meeting_id, lower(email)) do update set first_name = excluded.first_name, last_name = excluded.last_name
returning *
"""
_FIELDS = (
    "phone",
    "org",
    "job_title",
    "address",
    "city",
    "country",
    "state",
    "zip",
    "industry",
    "comments",
    "language",
)
_STATES = {"approve": "approved", "cancel": "pending", "deny": "denied"}


async def add_registrant(call: Call) -> Response[Any]:
    """Register a person; the same e-mail gets the same link again."""
    meeting = await meeting_row(call.database, call.parts["id"])
    if refusal := _refusal(call, meeting):
        return refusal
    if faults := _faults(call.body):
        return answers.invalid(faults)
    email = call.body["email"]
    limits = call.zoom.options.limits
    if refusal := await limits.another_registration(call.database, meeting.id, email):
        return refusal
    if email.lower() == meeting.host_email:
        return answers.error(400, 3027, "Host can not register")
    row = await register(call.zoom, meeting, call.body)
    if row is None:
        return answers.error(400, 3043, "Meeting has reached maximum attendee capacity.")
    body = {
        "registrant_id": row.id,
        "id": meeting.id,
        "topic": meeting.topic,
        **({"start_time": stamp(meeting.start_time)} if meeting.start_time else {}),
        **_link(call.zoom, meeting, row),
    }
    if meeting.type == RECURRING:
        body["occurrences"] = meeting.occurrences
    return answers.as_json(body, 201)


async def list_registrants(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    if meeting.settings["approval_type"] == 2:
        return _not_enabled(meeting, 400, 300)
    status = call.query.get("status", "approved")
    statement = (
        "select * from zoom_registrants where meeting_id = %(id)s and status = %(status)s order by created_at, id"
    )
    rows = await call.database.rows(statement, id=meeting.id, status=status)
    return answers.as_json(paged(call, "registrants", [_as_json(call.zoom, meeting, row) for row in rows]))


async def get_registrant(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    row = await _row(call, meeting) if meeting else None
    if row is None:
        return answers.no_meeting(call.parts["id"]) if meeting is None else _no_registrant(call)
    return answers.as_json(_as_json(call.zoom, meeting, row))


async def delete_registrant(call: Call) -> Response[Any]:
    meeting = await meeting_row(call.database, call.parts["id"])
    row = await _row(call, meeting) if meeting else None
    if row is None:
        return answers.no_meeting(call.parts["id"]) if meeting is None else _no_registrant(call)
    await call.database.run("delete from zoom_registrants where id = %(id)s", id=row.id)
    return answers.nothing()


async def update_registrants(call: Call) -> Response[Any]:
    """Approve, cancel or deny people by id or e-mail."""
    meeting = await meeting_row(call.database, call.parts["id"])
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    named = call.body.get("registrants")
    if call.action not in _STATES or not isinstance(named, list) or len(named) > BATCH:
        return answers.invalid(["action" if call.action not in _STATES else "registrants"])
    people = [one for one in named if isinstance(one, dict)]
    await call.database.run(
        "update zoom_registrants set status = %(status)s where meeting_id = %(meeting)s"
        " and (id = any(%(ids)s) or lower(email) = any(%(emails)s))",
        status=_STATES[call.action],
        meeting=meeting.id,
        ids=[str(one.get("id")) for one in people],
        emails=[str(one["email"]).lower() for one in people if one.get("email")],
    )
    return answers.nothing()


async def add_registrants(call: Call) -> Response[Any]:
    """Register up to thirty people at once."""
    meeting = await meeting_row(call.database, call.parts["id"])
    if refusal := _refusal(call, meeting):
        return refusal
    people = call.body.get("registrants")
    if not isinstance(people, list) or not 0 < len(people) <= BATCH or any(_faults(one) for one in people):
        return answers.invalid(["registrants"])
    rows = [await register(call.zoom, meeting, person) for person in people]
    body = [{"registrant_id": row.id, "email": row.email, **_link(call.zoom, meeting, row)} for row in rows if row]
    return answers.as_json({"registrants": body}, 201)


async def register(zoom: Account, meeting: Any, person: dict[str, Any]) -> Any:
    """Add a person to a meeting's registrants, or return who is there; None when the meeting is full."""
    count = await zoom.database.row("select count(*) from zoom_registrants where meeting_id = %(id)s", id=meeting.id)
    if count[0] >= MOST:
        return None
    details = {name: str(person[name]) for name in _FIELDS if person.get(name)}
    waits = meeting.settings["approval_type"] == 1 and not person.get("auto_approve")
    return await zoom.database.row(
        _ADD,
        id=new_id(),
        meeting_id=meeting.id,
        email=person["email"],
        first_name=person["first_name"],
        last_name=str(person.get("last_name") or ""),
        details=msgspec.json.encode(details).decode().replace("\\u0000", ""),
        status="pending" if waits else "approved",
        tk=f"{token_urlsafe(24)}.DQ",
        pin=100_000 + randbelow(900_000),
    )


def join_link(zoom: Account, meeting: Any, row: Any) -> str:
    return f"{zoom.url}/w/{meeting.id}?tk={row.tk}&pwd={embedded_passcode(meeting)}"


def _refusal(call: Call, meeting: Any) -> Response[Any] | None:
    if meeting is None:
        return answers.no_meeting(call.parts["id"])
    if meeting.settings["approval_type"] == 2:
        # Seen with 404 on adding, with 400 elsewhere.
        return _not_enabled(meeting, 404, 404)
    if meeting.settings["close_registration"]:
        return answers.error(400, 3038, "Meeting is over, you can not register now. If you have any questions, "
                             "please contact the Meeting host.")  # fmt: skip
    return None


def _faults(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["registrants"]
    email, first_name, last_name = (body.get(name) for name in ("email", "first_name", "last_name"))
    faults = [] if _is_text(email, 128) and "@" in str(email)[1:-1] and " " not in str(email) else ["email"]
    faults += [] if _is_text(first_name, 64) else ["first_name"]
    return faults + ([] if not last_name or _is_text(last_name, 64) else ["last_name"])


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and "\x00" not in value


def _not_enabled(meeting: Any, status: int, code: int) -> Response[Any]:
    return answers.error(status, code, f"Registration has not been enabled for this meeting: {meeting.id}.")


def _no_registrant(call: Call) -> Response[Any]:
    return answers.error(404, 3000, f"Registrant does not exist: {call.parts['registrant']}.")


def _link(zoom: Account, meeting: Any, row: Any) -> dict[str, Any]:
    return (
        {"join_url": join_link(zoom, meeting, row), "participant_pin_code": row.pin} if row.status == "approved" else {}
    )


def _as_json(zoom: Account, meeting: Any, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "first_name": row.first_name,
        "last_name": row.last_name,
        **{name: row.details.get(name, "") for name in _FIELDS},
        "custom_questions": [],
        "status": row.status,
        "create_time": stamp(row.created_at),
        **_link(zoom, meeting, row),
    }


async def _row(call: Call, meeting: Any) -> Any:
    statement = "select * from zoom_registrants where meeting_id = %(meeting)s and id = %(id)s"
    return await call.database.row(statement, meeting=meeting.id, id=call.parts["registrant"])
