"""Which deliveries a list shows: the filter as it stands in an address, and as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.leads.filters import HOME_ZONE, needle

COUNTED = 10_000  # beyond, the list says "10,000+"
CHANNELS = ("email", "whatsapp", "call")
OUTBOX_STATES = ("pending", "sending", "retry", "sent", "failed", "unknown", "cancelled")
# channel -> what can be asked for that the provider reports -> SQL. The states stand literally, for the indexes of the logs.
_TROUBLE = "e.state in ('bounced', 'dropped', 'blocked', 'spam', 'unsubscribed') and e.state = '{}'"
REPORTED: dict[str, dict[str, str]] = {
    "email": {
        **{state: f"e.state = '{state}'" for state in ("delivered", "opened", "clicked")},
        **{state: _TROUBLE.format(state) for state in ("bounced", "dropped", "blocked", "spam", "unsubscribed")},
    },
    "whatsapp": {
        "delivered": "w.state = 'delivered'",
        "read": "w.state = 'read'",
        "undelivered": "w.state = 'failed' and d.state = 'sent'",
    },
    "call": {
        "completed": "c.state = 'completed'",
        "voicemail": "c.state = 'voicemail'",
        "no_answer": "c.state = 'no_answer'",
        "busy": "c.state = 'busy'",
        "stopped": "c.state = 'stopped'",
        "call_failed": "c.state = 'failed' and d.state = 'sent'",
    },
}
# How a list is ordered, each as one of the indexes of the deliveries has it.
SORTS = {
    "": "{r}.created_at desc, {r}.id",
    "at": "{r}.created_at, {r}.id desc",
    "-at": "{r}.created_at desc, {r}.id",
    "to": "{r}.to_address, {r}.sent_at desc, {r}.id",
    "-to": "{r}.to_address desc, {r}.sent_at, {r}.id",
}


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are meant, and their order. Empty parts ask for nothing; days are India's, both ends counted in."""

    channel: str = ""
    q: str = ""
    state: str = ""
    kind: str = ""
    campaign: UUID | None = None
    broadcast: UUID | None = None
    since: date | None = None
    until: date | None = None
    sort: str = ""

    def as_values(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}

    @property
    def is_open(self) -> bool:
        """Whether nothing but a channel is asked for."""
        return not set(self.as_values()) - {"channel", "sort"}

    def order(self, row: str) -> str:
        """Return what follows `order by`, of the rows that are called so."""
        return SORTS[self.sort].format(r=row)

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """Return SQL that begins with `where`, and its values."""
        parts: list[str] = []
        if self.q:
            parts.append(
                "(d.person_id in (select search_people(%(needle)s, %(most)s))"
                " or d.to_address in (lower(%(needle)s), %(phone)s))"
            )
        parts += ["d.channel = %(channel)s"] if self.channel else []
        parts += [self._state()] if self.state else []
        parts += ["d.kind = %(kind)s"] if self.kind else []
        parts += ["d.campaign_id = %(campaign)s"] if self.campaign else []
        parts += ["d.broadcast_id = %(broadcast)s"] if self.broadcast else []
        parts += ["d.created_at >= %(begin)s"] if self.since else []
        parts += ["d.created_at < %(end)s"] if self.until else []
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        found = needle(self.q)
        values |= {"needle": found, "phone": f"+{found.lstrip('+')}", "most": COUNTED}
        values |= {"begin": _begin(self.since), "end": _begin(self.until, 1)}
        return ("where " + " and ".join(parts) if parts else ""), values

    def _state(self) -> str:
        channels = [self.channel] if self.channel else CHANNELS
        meant = [REPORTED[channel][self.state] for channel in channels if self.state in REPORTED[channel]]
        return f"({' or '.join(meant)})" if meant else "d.state = %(state)s"


def states_of(channel: str) -> tuple[str, ...]:
    """Return the states that a channel's list can be filtered by; without one, those of all."""
    reported = [name for at in ([channel] if channel else CHANNELS) for name in REPORTED.get(at, ())]
    return tuple(dict.fromkeys((*OUTBOX_STATES, *reported)))


def read_delivery_filter(values: Mapping[str, Any]) -> DeliveryFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip() for name in DeliveryFilter.__slots__}
    channel = texts["channel"] if texts["channel"] in CHANNELS else ""
    return DeliveryFilter(
        channel=channel,
        q=texts["q"][:100],
        state=texts["state"] if texts["state"] in states_of(channel) else "",
        kind=texts["kind"][:60],
        campaign=_read(UUID, texts["campaign"]),
        broadcast=_read(UUID, texts["broadcast"]),
        since=_read(date.fromisoformat, texts["since"]),
        until=_read(_last_day, texts["until"]),
        sort=texts["sort"] if texts["sort"] in SORTS else "",
    )


def _begin(day: date | None, later: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=later), time(), HOME_ZONE) if day else None


def _last_day(text: str) -> date:
    if (day := date.fromisoformat(text)) == date.max:
        raise ValueError("no day comes after it")
    return day


def _read(read: Any, text: str) -> Any:
    try:
        return read(text) if text else None
    except ValueError:
        return None
