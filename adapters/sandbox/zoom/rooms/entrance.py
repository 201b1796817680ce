"""The door of a room: who may join, and as whom."""

import hmac
from collections.abc import Mapping
from typing import Any

from adapters.sandbox.zoom import life
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.meeting_shape import embedded_passcode
from adapters.sandbox.zoom.registrants import register

MAX_NAME = 64


class NotAdmitted(Exception):
    """They may not join; says why in words for them."""


async def registrant_of(zoom: Account, meeting: Any, tk: str) -> Any:
    """Return who a link of one's own belongs to, or None."""
    statement = "select * from zoom_registrants where meeting_id = %(id)s and tk = %(tk)s"
    return await zoom.database.row(statement, id=meeting.id, tk=tk) if tk else None


def knows_passcode(meeting: Any, given: Mapping[str, str]) -> bool:
    """Say whether the passcode was typed, or came in the link."""
    typed, linked = given.get("passcode", "").strip(), given.get("pwd", "")
    return hmac.compare_digest(typed.encode(), meeting.password.encode()) or hmac.compare_digest(
        linked.encode(), embedded_passcode(meeting).encode()
    )


async def enter(zoom: Account, meeting: Any, given: Mapping[str, str]) -> None:
    """Let somebody join who may. Raises NotAdmitted, or Impossible before the host has started."""
    registrant = await registrant_of(zoom, meeting, given.get("tk", ""))
    if registrant is None and meeting.settings["approval_type"] != 2:
        registrant = await _registered(zoom, meeting, given)
    if registrant is not None and registrant.status != "approved":
        raise NotAdmitted("The host has not approved this registration.")
    if registrant is None and not knows_passcode(meeting, given):
        raise NotAdmitted("The passcode is wrong.")
    if meeting.settings["meeting_authentication"]:
        raise NotAdmitted("This meeting is for people who are signed in to Zoom.")
    name = _name(registrant) if registrant else given.get("name", "").strip()[:MAX_NAME]
    if not name:
        raise NotAdmitted("Please give a name.")
    if await life.running(zoom, meeting) is None and meeting.settings["join_before_host"]:
        await life.open_without_host(zoom, meeting)
    await life.join(zoom, meeting, name, registrant_id=registrant.id if registrant else "")


async def _registered(zoom: Account, meeting: Any, given: Mapping[str, str]) -> Any:
    """Register whoever comes by the common link, as the form behind it does."""
    first_name, _, last_name = given.get("name", "").strip()[:MAX_NAME].partition(" ")
    email = given.get("email", "").strip()
    if not first_name or "@" not in email[1:-1] or len(email) > 128:
        raise NotAdmitted("This meeting wants a registration: please give your name and e-mail.")
    person = {"email": email, "first_name": first_name, "last_name": last_name}
    if (registrant := await register(zoom, meeting, person)) is None:
        raise NotAdmitted("The meeting is full.")
    return registrant


def _name(registrant: Any) -> str:
    return f"{registrant.first_name} {registrant.last_name}".strip()
