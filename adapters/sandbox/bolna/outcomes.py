"""What becomes of a call: its statuses, when each comes, and in which disorder they are told.

The last four digits of some numbers decide; of the others a share fails, the same numbers for the same seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.sendgrid.outcomes import Chance

TERMINAL = ("completed", "no-answer", "busy", "failed", "canceled", "stopped", "error", "balance-low")
WAITING = ("scheduled", "queued")
ANSWERED = ("queued", "initiated", "ringing", "in-progress", "call-disconnected", "completed")


@dataclass(frozen=True, slots=True)
class Fate:
    """How calls to a number fare. ``status`` is an HTTP answer; ``course`` are the statuses; ``quirk`` is of the telling.

    ``hangup`` is who ended it, why, and the carrier's code.
    """

    name: str
    course: tuple[str, ...] = ANSWERED
    hangup: tuple[str, str, int] = ("Callee", "Call recipient hungup", 4000)
    error: str | None = None
    quirk: str = ""
    status: int | None = None
    is_silent: bool = False


FATES = {
    fate.name: fate
    for fate in (
        Fate("answered"),
        Fate("no-answer", ("queued", "initiated", "ringing", "no-answer"), ("Carrier", "Call unanswered", 3000)),
        Fate("busy", ("queued", "initiated", "busy"), ("Carrier", "Call recipient was busy", 3010)),
        Fate("failed", ("queued", "initiated", "failed"), ("Carrier", "Call recipient number invalid", 3020)),
        Fate("voicemail", ANSWERED, ("API Request", "End of inputs from Bolna", 4000)),
        Fate("balance-low", ("queued", "balance-low"), ("Unknown", "", 0), "Insufficient wallet balance"),
        Fate("speechless", ANSWERED, ("Callee", "inactivity_timeout", 4000)),
        Fate("unfinished", ANSWERED[:-1]),
        Fate("stuck", ("queued",)),
        Fate("error", ("queued", "initiated", "error"), ("Error", "", 5010), "The telephony provider did not answer"),
        Fate("canceled", ("queued", "initiated", "ringing", "canceled"), ("Caller", "Call canceled", 4000)),
        Fate("swapped", quirk="swapped"),
        Fate("doubled", quirk="doubled"),
        Fate("untold", quirk="untold"),
        Fate("with-tool", quirk="tool"),
        Fate("401", status=401),
        Fate("403", status=403),
        Fate("429", status=429),
        Fate("500", status=500),
        Fate("503", status=503),
        Fate("504", status=504),
        Fate("silent", is_silent=True),
    )
}
# The last four digits of the number called.
MAGIC = {
    "0001": "no-answer",
    "0002": "busy",
    "0003": "failed",
    "0004": "voicemail",
    "0005": "balance-low",
    "0006": "speechless",
    "0007": "unfinished",
    "0008": "stuck",
    "0009": "error",
    "0010": "canceled",
    "0011": "swapped",
    "0012": "doubled",
    "0013": "untold",
    "0014": "with-tool",
    "0401": "401",
    "0403": "403",
    "0429": "429",
    "0500": "500",
    "0503": "503",
    "0504": "504",
    "0408": "silent",
}
FAILING = ("no-answer", "no-answer", "no-answer", "busy", "voicemail", "failed")
VOICEMAIL_SECONDS = 14.0


def fate_of(to_number: str, chance: Chance) -> Fate:
    """Return how calls to this number always fare."""
    if name := MAGIC.get(to_number[-4:]):
        return FATES[name]
    if chance.share("call fails", to_number) < chance.failure_rate:
        return FATES[FAILING[int(chance.share("call how", to_number) * len(FAILING))]]
    return FATES["answered"]


def talk_of(fate: Fate, call_id: str, chance: Chance) -> float:
    """Return the seconds that will be talked: 30 to 180 where somebody answers."""
    if "in-progress" not in fate.course or fate.name == "speechless":
        return 0.0
    if fate.name == "voicemail":
        return VOICEMAIL_SECONDS
    return round(30 + 150 * chance.share("talk", call_id), 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A status, the moment it comes, and how many attempts were made before."""

    status: str
    at: datetime
    attempt: int = 0


def steps_of(
    fate: Fate,
    call_id: str,
    begins_at: datetime,
    talk: float,
    chance: Chance,
    retry: Mapping[str, Any] | None = None,
) -> Iterator[Step]:
    """Yield the statuses of a call that leaves the queue at ``begins_at``, further attempts included."""
    at = begins_at
    for attempt in range(1 + _retries(fate, retry)):
        yield from _attempt(fate, call_id, at, talk, chance, attempt, is_last=attempt == _retries(fate, retry))
        if attempt < _retries(fate, retry):
            assert retry is not None
            at += timedelta(seconds=_lasting(fate, call_id, talk, chance)[-1])
            yield Step("scheduled", at, attempt + 1)
            at += timedelta(minutes=_wait(retry, attempt) if chance.delays else 0)
            yield Step("queued", at, attempt + 1)


def _attempt(
    fate: Fate, call_id: str, begins_at: datetime, talk: float, chance: Chance, attempt: int, *, is_last: bool
) -> Iterator[Step]:
    statuses = fate.course[1:] if is_last else fate.course[1:-1]
    for status, after in zip(statuses, _lasting(fate, call_id, talk, chance), strict=False):
        yield Step(status, begins_at + timedelta(seconds=after), attempt)


def _lasting(fate: Fate, call_id: str, talk: float, chance: Chance) -> list[float]:
    """Return the seconds from leaving the queue to each status after it."""
    ranges = {"initiated": (1.0, 2.0), "ringing": (1.0, 3.0), "in-progress": (4.0, 12.0), "completed": (3.0, 8.0)}
    after, moments = 0.0, []
    for status in fate.course[1:]:
        low, high = ranges.get(status, (1.0, 3.0))
        wait = low + (high - low) * chance.share(status, call_id)
        if status == "call-disconnected":
            wait = talk or 10.0
        if status == "no-answer":
            wait = 30.0
        after += wait if chance.delays else 0
        moments.append(after)
    return moments


def _retries(fate: Fate, retry: Mapping[str, Any] | None) -> int:
    if not retry or not retry.get("enabled"):
        return 0
    if fate.name == "voicemail":
        return int(retry["max_retries"]) if retry.get("retry_on_voicemail") else 0
    return int(retry["max_retries"]) if fate.course[-1] in retry["retry_on_statuses"] else 0


def _wait(retry: Mapping[str, Any], attempt: int) -> int:
    waits: Sequence[int] = retry["retry_intervals_minutes"]
    return waits[min(attempt, len(waits) - 1)]


def told(steps: Sequence[tuple[int, Step]], fate: Fate) -> list[tuple[int, Step, timedelta]]:
    """Return which statuses are told of, in which order, and how late, each with its number."""
    if fate.quirk == "untold":
        return []
    lines = [(number, step, timedelta()) for number, step in steps]
    if fate.quirk == "doubled":
        return [*lines, lines[-1]]
    if fate.quirk == "swapped":
        number, step, _ = lines[-2]
        late = lines[-1][1].at - step.at + timedelta(seconds=1)
        return [*lines[:-2], lines[-1], (number, step, late)]
    return lines
