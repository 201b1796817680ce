"""Voice calls by an agent that speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.ports.outcomes import CannotTell, Missing, Refused, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make now. ``user_data`` fills the agent's prompt; ``to_number`` is E.164."""

    delivery_id: UUID
    to_number: str
    user_data: Mapping[str, str]
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The provider took the call. ``estimated_duration`` is in seconds; there is a recording only once it has ended."""

    call_id: str
    agent_id: str
    status: str
    to_number: str
    estimated_duration: int
    recording_url: str | None = None
    success: bool = True


@dataclass(frozen=True, slots=True)
class CallReport:
    """Where a call stands. Durations in seconds, ``cost_cents`` in US cents, ``status`` in the provider's word.

    ``reason`` says in our words why an ended call reached nobody.
    """

    call_id: str
    status: str
    to_number: str
    has_ended: bool
    delivery_id: UUID | None = None
    duration: float | None = None
    recording_url: str | None = None
    transcript: str = ""
    summary: str = ""
    extracted: Mapping[str, Any] | None = None
    cost_cents: float | None = None
    reason: str = ""
    is_voicemail: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def has_talked(self) -> bool:
        """Say whether a person was talked to: a completed call may have met silence, or a machine."""
        return self.status == "completed" and bool(self.duration) and not self.is_voicemail


@dataclass(frozen=True, slots=True)
class Recording:
    """The sound of a call."""

    media_type: str
    content: bytes = field(repr=False)


CallOutcome = CallStarted | Refused | Unavailable | Unknown


class VoiceCaller(Protocol):
    async def call(self, call: Call) -> CallOutcome: ...
    async def stop(self, call_id: str) -> Refused | Unavailable | Unknown | None:
        """Stop a call that has not begun; None when it is stopped."""
        ...

    async def get(self, call_id: str) -> CallReport | Missing | CannotTell: ...
    async def find(self, delivery_id: UUID, since: datetime, agent_id: str = "") -> CallReport | Missing | CannotTell:
        """Look a call up by our delivery: whether a request that was never answered arrived.

        ``agent_id`` is the one the call named, if it named any.
        """
        ...

    async def recent(self, since: datetime, agent_id: str = "") -> Sequence[CallReport] | CannotTell:
        """Return the calls since then, in as much as the provider's list tells: get() tells the rest."""
        ...

    async def recording(self, call_id: str) -> Recording | Missing | CannotTell:
        """Fetch the recording of an ended call; Missing where there is none, or none yet."""
        ...
