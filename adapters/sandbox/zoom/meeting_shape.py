"""A meeting as Zoom's answers show it, with its links."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from adapters.sandbox.zoom.account import Account, stamp
from adapters.sandbox.zoom.meeting_fields import RECURRING


def as_json(zoom: Account, meeting: Any) -> dict[str, Any]:
    """Return a meeting as creating and reading it answer."""
    body = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "host_email": meeting.host_email,
        "topic": meeting.topic,
        "type": meeting.type,
        "status": "started" if meeting.is_running else "waiting",
        **({"start_time": stamp(meeting.start_time)} if meeting.start_time else {}),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda,
        "created_at": stamp(meeting.created_at),
        "start_url": f"{zoom.url}/s/{meeting.id}?zak={urlsafe_b64encode(sha256(meeting.uuid.encode()).digest()).decode()}",
        "join_url": join_url(zoom, meeting),
    }
    if meeting.settings["approval_type"] != 2:
        body["registration_url"] = f"{zoom.url}/meeting/register/{meeting.id}"
    pin = str(int(sha256(meeting.password.encode()).hexdigest()[:8], 16) % 10**6).zfill(6)
    body |= {"password": meeting.password, "h323_password": pin, "pstn_password": pin}
    body |= {"encrypted_password": embedded_passcode(meeting), "settings": meeting.settings}
    if meeting.type == RECURRING:
        body |= {"recurrence": meeting.recurrence, "occurrences": meeting.occurrences}
    if meeting.tracking_fields:
        body["tracking_fields"] = meeting.tracking_fields
    return body | {"creation_source": "open_api", "pre_schedule": False}


def join_url(zoom: Account, meeting: Any) -> str:
    return f"{zoom.url}/j/{meeting.id}?pwd={embedded_passcode(meeting)}"


def embedded_passcode(meeting: Any) -> str:
    """Return the passcode as join links carry it."""
    digest = sha256(f"{meeting.id} {meeting.password}".encode()).digest()
    return urlsafe_b64encode(digest[:15]).decode() + ".1"


def in_list(zoom: Account, meeting: Any) -> dict[str, Any]:
    whole = as_json(zoom, meeting)
    names = ("uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "created_at", "join_url")
    return {name: whole[name] for name in names if name in whole} | {"agenda": meeting.agenda[:250]}
