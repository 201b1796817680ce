"""Voice calls by an agent that speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """Where a call stands. Durations in seconds, ``cost_cents`` in US cents, ``status`` in the provider's word."""

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
    created_at: datetime | None = None
    updated_at: datetime | None = None


CallOutcome = CallStarted | Refused | Unavailable | Unknown


class VoiceCaller(Protocol):
    async def call(self, call: Call) -> CallOutcome: ...
    async def stop(self, call_id: str) -> Refused | Unavailable | Unknown | None:
        """Stop a call that has not begun; None when it is stopped."""
        ...

    async def get(self, call_id: str) -> CallReport | Missing | CannotTell: ...
    async def find(self, delivery_id: UUID, since: datetime) -> CallReport | Missing | CannotTell:
        """Look a call up by our delivery: whether a request that was never answered arrived."""
        ...

    async def recent(self, since: datetime) -> Sequence[CallReport] | CannotTell: ...
