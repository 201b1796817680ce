"""The states of a call by rank: reports come twice and late, and never move one back."""

from domain.messaging.states import State
from domain.ports.voice import CallReport

QUEUED = State("queued", 10)
RUNNING = {
    "queued": QUEUED,
    "scheduled": QUEUED,
    "initiated": State("ringing", 20),
    "ringing": State("ringing", 20),
    "in-progress": State("talking", 30),
    "call-disconnected": State("ending", 40),
}
ENDED_RANK = 50
ENDED = {
    "completed": "completed",
    "no-answer": "no_answer",
    "busy": "busy",
    "stopped": "stopped",
    "canceled": "stopped",
    "cancelled": "stopped",
}
# Those that may still move on.
OPEN_STATES = ("sending", "unknown", "queued", "ringing", "talking", "ending")


def state_of(report: CallReport) -> State:
    """Return our state for where a call stands; an unknown status of a running call counts as talking."""
    if not report.has_ended:
        return RUNNING.get(report.status, RUNNING["in-progress"])
    if report.is_voicemail:
        return State("voicemail", ENDED_RANK)
    return State(ENDED.get(report.status, "failed"), ENDED_RANK)
