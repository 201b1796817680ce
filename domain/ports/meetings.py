"""Live meetings, who was there, and what was recorded."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from domain.ports.outcomes import CannotTell, Missing, Refused, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """A meeting to make or change. ``duration`` in minutes, ``starts_at`` in UTC, ``timezone`` an IANA name for display."""

    topic: str
    starts_at: datetime
    duration: int
    timezone: str
    agenda: str = ""
    host: str = ""
    recording: Literal["none", "local", "cloud"] = "cloud"
    registration: bool = True


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as the provider has it. ``start_url`` is the host's secret: never stored with students, never logged."""

    zoom_meeting_id: str
    join_url: str
    passcode: str
    start_url: str = field(repr=False)
    topic: str = ""
    starts_at: datetime | None = None
    duration: int = 0
    status: str = "waiting"
    uuid: str = ""
    has_registration: bool = False
    recording: str = "none"
    host_email: str = ""  # of the account's own host where none was asked for


@dataclass(frozen=True, slots=True)
class Registrant:
    registrant_id: str
    join_url: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """One stay in a meeting; somebody who came back has several. ``duration`` in seconds."""

    name: str
    email: str
    registrant_id: str
    joined_at: datetime
    left_at: datetime | None
    duration: int


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """``kind`` is the provider's file type (MP4, M4A, CHAT, TRANSCRIPT …), ``size`` in bytes."""

    id: str
    kind: str
    recording_type: str
    status: str
    size: int
    download_url: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class MeetingRecording:
    """What one held meeting left. ``uuid`` tells several of one meeting number apart."""

    zoom_meeting_id: str
    uuid: str
    topic: str
    starts_at: datetime | None
    duration: int
    files: Sequence[RecordingFile]
    passcode: str = ""
    # Opens the files for a day where the account's own token does not.
    download_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who came or went. ``connection`` names the one stay, so that a leaving finds its joining; never the person."""

    name: str
    email: str
    registrant_id: str
    connection: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MeetingEvent:
    """Something the provider reports about a meeting. ``happened_at`` is the moment inside: events come in any order.

    ``event_id`` is the same however often the event is sent. Unknown kinds are kept.
    """

    event_id: str
    kind: str
    zoom_meeting_id: str
    uuid: str
    happened_at: datetime
    topic: str = ""
    attendee: Attendee | None = None
    recording: MeetingRecording | None = None


class DownloadFailed(Exception):
    """The file did not come, or not whole. ``is_final`` says that asking again will not help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


Failure = Refused | Unavailable | Unknown


class MeetingProvider(Protocol):
    async def create(self, plan: MeetingPlan) -> Meeting | Failure:
        """Make a meeting. What comes back is what is in effect: compare registration and recording with the plan."""
        ...

    async def get(self, meeting_id: str) -> Meeting | Missing | CannotTell: ...
    async def find(self, plan: MeetingPlan) -> Meeting | Missing | CannotTell:
        """Look for a meeting of this host, topic and start: whether a creation that was never answered arrived."""
        ...

    async def update(self, meeting_id: str, plan: MeetingPlan) -> Meeting | Missing | Failure: ...
    async def delete(self, meeting_id: str) -> Failure | None:
        """Delete a meeting; one that is gone already is fine."""
        ...

    async def end(self, meeting_id: str) -> Failure | None:
        """Ask that the meeting end. Only its ``meeting.ended`` event says that it has."""
        ...

    async def register(self, meeting_id: str, email: str, first_name: str, last_name: str) -> Registrant | Failure:
        """Return a join link of this person's own; asking again for the same e-mail gives the same one."""
        ...

    async def unregister(self, meeting_id: str, registrant_id: str, email: str) -> Failure | None:
        """Let a person's own join link end; one of a meeting or person that is gone already is fine."""
        ...

    async def participants(self, meeting_uuid: str) -> Sequence[Participant] | Missing | CannotTell:
        """Return every stay in a held meeting. Just after its end some may be lacking still."""
        ...

    async def recordings(
        self, since: datetime, until: datetime, host: str = ""
    ) -> Sequence[MeetingRecording] | CannotTell: ...
    async def recording(self, meeting: str) -> MeetingRecording | Missing | CannotTell:
        """Return what a held meeting (by uuid) or the latest of a number left.

        Missing within a day of the end means not yet: there may be nothing, or it is being processed.
        """
        ...

    def download(self, url: str, start: int = 0, token: str = "") -> AsyncIterator[bytes]:
        """Yield the bytes of a recording's file from ``start`` on; ``token`` is the recording's or event's own.

        Raises DownloadFailed.
        """
        ...
