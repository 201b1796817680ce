"""Live classes in Zoom: making, changing and ending meetings, join links, attendance and recordings."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import httpx

from adapters.zoom.answers import HOUSE_WAIT, MISSING_SCOPE, NO_MEETING, body_of, code_of, failure_of
from adapters.zoom.api import SHORT_WAIT, Failure, ZoomApi, segment
from adapters.zoom.downloads import downloaded
from adapters.zoom.recordings import recording_left, recordings_between
from adapters.zoom.shapes import meeting_body, meeting_of, participant_of, text
from domain.language import _
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.meetings import Meeting, MeetingPlan, MeetingRecording, Participant, Registrant

log = logging.getLogger(__name__)

MAX_NAME, MAX_EMAIL = 64, 128
# Zoom knows starts to the second; a meeting of the same topic this near is the one.
SAME_START = timedelta(seconds=60)


class ZoomMeetingProvider:
    """A MeetingProvider. Never raises for what Zoom answers, but in ``download``."""

    def __init__(self, api: ZoomApi, host: str) -> None:
        self._api = api
        self._host = host

    async def create(self, plan: MeetingPlan) -> Meeting | Failure:
        answer = await self._api.ask(
            "POST", f"/users/{segment(plan.host or self._host)}/meetings", json=meeting_body(plan)
        )
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.status_code not in (200, 201):
            return failure_of(answer)
        return await self._read_back(body_of(answer), plan)

    async def get(self, meeting_id: str) -> Meeting | Missing | CannotTell:
        answer = await self._api.ask("GET", f"/meetings/{segment(meeting_id)}")
        found = _found(answer)
        return meeting_of(body_of(found)) if isinstance(found, httpx.Response) else found

    async def find(self, plan: MeetingPlan) -> Meeting | Missing | CannotTell:
        listed = await self._api.listed(
            f"/users/{segment(plan.host or self._host)}/meetings", "meetings", {"type": "scheduled"}
        )
        if not isinstance(listed, list):
            return _cannot_tell(listed)
        for meeting in map(meeting_of, listed):
            if meeting.topic == meeting_body(plan)["topic"] and _same_start(meeting, plan):
                # The list knows neither the passcode nor the start link.
                return await self.get(meeting.zoom_meeting_id)
        return Missing()

    async def update(self, meeting_id: str, plan: MeetingPlan) -> Meeting | Missing | Failure:
        answer = await self._api.ask("PATCH", f"/meetings/{segment(meeting_id)}", json=meeting_body(plan))
        if not isinstance(answer, httpx.Response):
            return answer
        if code_of(answer) == NO_MEETING:
            return Missing()
        if not answer.is_success:
            return failure_of(answer)
        changed = await self.get(meeting_id)
        if isinstance(changed, CannotTell):
            return Unknown(_("The meeting was changed, but could not be read back: {reason}", reason=changed.reason))
        return _noted(changed, plan) if isinstance(changed, Meeting) else changed

    async def delete(self, meeting_id: str) -> Failure | None:
        answer = await self._api.ask("DELETE", f"/meetings/{segment(meeting_id)}")
        if isinstance(answer, httpx.Response) and code_of(answer) == NO_MEETING:
            return None
        return _done(answer)

    async def end(self, meeting_id: str) -> Failure | None:
        return _done(await self._api.ask("PUT", f"/meetings/{segment(meeting_id)}/status", json={"action": "end"}))

    async def register(self, meeting_id: str, email: str, first_name: str, last_name: str) -> Registrant | Failure:
        path = f"/meetings/{segment(meeting_id)}/registrants"
        if not email or len(email) > MAX_EMAIL:
            return Refused(_("Zoom takes e-mail addresses of up to 128 characters."))
        # Zoom wants a first name; the registered name is what others in the class see.
        person = {"email": email, "first_name": first_name[:MAX_NAME] or email.partition("@")[0][:MAX_NAME]}
        answer = await self._api.ask(
            "POST", path, json=person | ({"last_name": last_name[:MAX_NAME]} if last_name else {})
        )
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.status_code in (200, 201):
            registrant = _registrant(body_of(answer), email)
            # Who was cancelled before, and comes back, is known to Zoom and waits until they are let in again.
            return registrant or await self._let_in(path, email)
        failure = failure_of(answer)
        is_daily = isinstance(failure, Unavailable) and (failure.retry_after or 0) > SHORT_WAIT
        if answer.status_code == 429 and is_daily and (known := await self._registered(path, email)):
            # Three times a day and person; who asked before has a link already.
            return known
        return failure

    async def unregister(self, meeting_id: str, registrant_id: str, email: str) -> Failure | None:
        path = f"/meetings/{segment(meeting_id)}/registrants/status"
        answer = await self._api.ask("PUT", path, json=_about("cancel", registrant_id, email))
        if isinstance(answer, httpx.Response) and code_of(answer) == NO_MEETING:
            return None
        return _done(answer)

    async def participants(self, meeting_uuid: str) -> Sequence[Participant] | Missing | CannotTell:
        listed = await self._api.listed(f"/past_meetings/{segment(meeting_uuid)}/participants", "participants")
        if isinstance(listed, httpx.Response) and code_of(listed) == MISSING_SCOPE:
            # Some apps may read the report and not this; it tells the same.
            fields = {"include_fields": "registrant_id"}
            listed = await self._api.listed(
                f"/report/meetings/{segment(meeting_uuid)}/participants", "participants", fields
            )
        if isinstance(listed, list):
            return [stay for row in listed if (stay := participant_of(row))]
        if isinstance(listed, httpx.Response) and code_of(listed) == NO_MEETING:
            return Missing()
        return _cannot_tell(listed)

    async def recordings(
        self, since: datetime, until: datetime, host: str = ""
    ) -> Sequence[MeetingRecording] | CannotTell:
        return await recordings_between(self._api, host or self._host, since, until)

    async def recording(self, meeting: str) -> MeetingRecording | Missing | CannotTell:
        return await recording_left(self._api, meeting)

    def download(self, url: str, start: int = 0, token: str = "") -> AsyncIterator[bytes]:
        return downloaded(self._api, url, start, token)

    async def _read_back(self, body: dict[str, object], plan: MeetingPlan) -> Meeting | Failure:
        """Return the meeting as it is in effect: Zoom leaves out silently what the host's plan does not have."""
        created = meeting_of(body)
        if not created.zoom_meeting_id:
            return Unknown(_("Zoom's answer could not be read."))
        if not isinstance(body.get("settings"), dict):
            again = await self.get(created.zoom_meeting_id)
            created = again if isinstance(again, Meeting) else created
        return _noted(created, plan)

    async def _let_in(self, path: str, email: str) -> Registrant | Failure:
        failure = _done(await self._api.ask("PUT", f"{path}/status", json=_about("approve", "", email)))
        if failure is not None:
            return failure
        reason = _("The registration waits for approval in Zoom. Set the meeting to approve by itself.")
        return await self._registered(path, email) or Unavailable(reason, retry_after=HOUSE_WAIT)

    async def _registered(self, path: str, email: str) -> Registrant | None:
        listed = await self._api.listed(path, "registrants", {"status": "approved"})
        rows = listed if isinstance(listed, list) else []
        for row in rows:
            if text(row, "email").casefold() == email.casefold() and text(row, "join_url"):
                return Registrant(text(row, "id"), text(row, "join_url"), email)
        return None


def _registrant(body: dict[str, object], email: str) -> Registrant | None:
    registrant = Registrant(text(body, "registrant_id"), text(body, "join_url"), email)
    return registrant if registrant.join_url else None


def _about(action: str, registrant_id: str, email: str) -> dict[str, object]:
    """Return what is asked about one registrant, by id where it is known."""
    who = {"id": registrant_id, "email": email}
    return {"action": action, "registrants": [{name: value for name, value in who.items() if value}]}


def _noted(meeting: Meeting, plan: MeetingPlan) -> Meeting:
    if (meeting.has_registration, meeting.recording) != (plan.registration, plan.recording):
        log.warning(
            "Zoom gave meeting %s registration %s and recording %s, other than asked: is the host licensed?",
            meeting.zoom_meeting_id,
            meeting.has_registration,
            meeting.recording,
        )
    return meeting


def _same_start(meeting: Meeting, plan: MeetingPlan) -> bool:
    return meeting.starts_at is not None and abs(meeting.starts_at - plan.starts_at) < SAME_START


def _done(answer: httpx.Response | Unavailable | Unknown) -> Failure | None:
    if not isinstance(answer, httpx.Response):
        return answer
    return None if answer.is_success else failure_of(answer)


def _found(answer: httpx.Response | Unavailable | Unknown) -> httpx.Response | Missing | CannotTell:
    if isinstance(answer, httpx.Response) and answer.status_code == 200 and body_of(answer):
        return answer
    if isinstance(answer, httpx.Response) and code_of(answer) == NO_MEETING:
        return Missing()
    return _cannot_tell(answer)


def _cannot_tell(answer: httpx.Response | Failure) -> CannotTell:
    failure = failure_of(answer) if isinstance(answer, httpx.Response) else answer
    return CannotTell(failure.reason)
