"""What becomes of a message: which events happen to it, and when.

Some local parts always fare the same (``bounce@``, also ``bounce+anything@``); of the others a share fails, the same
addresses for the same seed.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any

MAGIC = ("bounce", "block", "drop", "defer", "spam", "open", "click")
FAILING = ("bounce", "bounce", "bounce", "block", "defer")

BOUNCED = {
    "type": "bounce",
    "status": "5.1.1",
    "reason": "550 5.1.1 The email account that you tried to reach does not exist",
    "bounce_classification": "Invalid Address",
    "ip": "198.51.100.7",
    "tls": 1,
}
BLOCKED = {
    "type": "blocked",
    "status": "5.7.1",
    "reason": "550 5.7.1 Message rejected due to the reputation of the sending address",
    "bounce_classification": "Reputation",
    "ip": "198.51.100.7",
    "tls": 1,
}
DEFERRED = {"response": "421 4.7.0 Try again later", "attempt": "1"}
ENGAGED = {"ip": "203.0.113.9", "useragent": "Mozilla/5.0 (sandbox)"}
# Which list of suppressions makes a later message drop, and what the event then says.
DROP_REASONS = {
    # SendGrid takes an e-mail for a template it does not have, and loses it afterwards.
    "unknown_template": "Invalid SMTPAPI header",
    "bounces": "Bounced Address",
    "spam_reports": "Spam Reporting Address",
    "invalid_emails": "Invalid",
    "unsubscribes": "Unsubscribed Address",
    "group_unsubscribes": "Unsubscribed Address",
}


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event that will happen to a message at ``due_at`` on the business clock."""

    message_id: int
    kind: str
    due_at: datetime
    sg_event_id: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Chance:
    """How a provider's side is set: with delays or not, how many fail, and which. Rate and seed may change as it runs."""

    delays: bool
    failure_rate: float
    seed: int

    def share(self, *of: object) -> float:
        """Return a number from 0 to 1, always the same for the same things."""
        digest = sha256(repr((self.seed, *of)).encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def token(self, *of: object) -> str:
        """Return 64 hexadecimal digits, always the same for the same things: what hangs on an id is the same in every run."""
        return sha256(repr((self.seed, "token", *of)).encode()).hexdigest()

    def fate(self, email: str) -> str:
        """Return what always happens to mail for this address, or nothing special."""
        local = email.partition("@")[0].partition("+")[0].lower()
        if local in MAGIC:
            return local
        if self.share("fails", email) >= self.failure_rate:
            return ""
        return FAILING[int(self.share("how", email) * len(FAILING))]


def plan(
    message_id: int, fate: str, at: datetime, chance: Chance, suppressed: Collection[str], links: Collection[str] = ()
) -> list[PlannedEvent]:
    """Return every event that will happen to one message of this fate released at ``at``."""
    return [
        PlannedEvent(message_id, kind, at + wait, event_id(kind, message_id), details)
        for kind, wait, details in _course(message_id, fate, chance, suppressed, links)
    ]


def event_id(kind: str, message_id: int) -> str:
    """Return an opaque id: readable once decoded for what a server did, random for what a person did."""
    if kind in ("open", "click", "spamreport", "unsubscribe", "group_unsubscribe"):
        return urlsafe_b64encode(token_bytes(16)).decode().rstrip("=")
    plain = f"{kind}-0-9001-{message_id}-".encode() + token_bytes(6)
    return urlsafe_b64encode(plain).decode().rstrip("=")


def _course(
    message_id: int, fate: str, chance: Chance, suppressed: Collection[str], links: Collection[str]
) -> Iterator[tuple[str, timedelta, dict[str, Any]]]:
    def after(seconds: float) -> timedelta:
        return timedelta(seconds=seconds if chance.delays else 0)

    if suppressed or fate == "drop":
        reason = next((DROP_REASONS[kind] for kind in DROP_REASONS if kind in suppressed), "Bounced Address")
        yield "dropped", after(0), {"reason": reason, "status": "5.0.0"}
        return
    arrival = 0.5 + 1.5 * chance.share("arrival", message_id)
    yield "processed", after(0), {}
    if fate == "defer":
        yield "deferred", after(1), DEFERRED
        arrival += 10
    if fate in ("bounce", "block"):
        yield "bounce", after(arrival), BOUNCED if fate == "bounce" else BLOCKED
        return
    yield "delivered", after(arrival), {"response": "250 2.0.0 OK", "ip": "198.51.100.7", "tls": 1}
    yield from _engagement(fate, after(arrival + 2), links)


def _engagement(fate: str, wait: timedelta, links: Collection[str]) -> Iterator[tuple[str, timedelta, dict[str, Any]]]:
    if fate == "spam":
        yield "spamreport", wait, {}
    if fate in ("open", "click"):
        yield "open", wait, {**ENGAGED, "sg_machine_open": False, "sg_content_type": "html"}
    if fate == "click" and links:
        url = next(iter(links))
        yield "click", wait, {**ENGAGED, "url": url, "url_offset": {"index": 0, "type": "html"}}
