"""Live meetings, who was there, and what was recorded."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
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
    start_url: str
    topic: str = ""
    starts_at: datetime | None = None
    duration: int = 0
    status: str = "waiting"
    uuid: str = ""
    has_registration: bool = False
    recording: str = "none"


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


Failure = Refused | Unavailable | Unknown


class MeetingProvider(Protocol):
    async def create(self, plan: MeetingPlan) -> Meeting | Failure: ...
    async def get(self, meeting_id: str) -> Meeting | Missing | CannotTell: ...
    async def find(self, plan: MeetingPlan) -> Meeting | Missing | CannotTell:
        """Look for a meeting of this host, topic and start: whether a creation that was never answered arrived."""
        ...

    async def update(self, meeting_id: str, plan: MeetingPlan) -> Meeting | Missing | Failure: ...
    async def delete(self, meeting_id: str) -> Failure | None: ...
    async def end(self, meeting_id: str) -> Failure | None: ...
    async def register(self, meeting_id: str, email: str, first_name: str, last_name: str) -> Registrant | Failure: ...
    async def participants(self, meeting_uuid: str) -> Sequence[Participant] | Missing | CannotTell: ...
    async def recordings(
        self, since: datetime, until: datetime, host: str = ""
    ) -> Sequence[MeetingRecording] | CannotTell: ...
    async def recording(self, meeting: str) -> MeetingRecording | Missing | CannotTell: ...
    def download(self, url: str, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the bytes of a recording's file from ``start`` on."""
        ...
