"""Conversations as the phones list and show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from adapters.sandbox.aisensy.contacts import find_contact
from adapters.sandbox.aisensy.messages import messages_of
from adapters.sandbox.aisensy.reasons import REASONS
from adapters.sandbox.aisensy.session_messages import WINDOW
from adapters.sandbox.database import SandboxDatabase

_WHERE = "where %(search)s::text is null or c.phone like %(search)s or c.name ilike %(search)s"
_LIST = f"""
select c.phone, c.name, c.wants_no_marketing, last.content, last.sender, last.message_type, last.created_at
from aisensy_contacts c left join lateral (
  select content, sender, message_type, created_at from aisensy_messages m where m.phone = c.phone order by id desc limit 1
) last on true {_WHERE}
order by last.created_at desc nulls last, c.phone limit %(limit)s offset %(offset)s
"""
MOST_SHOWN = 100
_COUNT = f"select count(*) from aisensy_contacts c {_WHERE}"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message. Its file can be shown where it lies with our own product."""

    row: Any
    can_show_media: bool

    @property
    def is_customers(self) -> bool:
        return bool(self.row.sender == "USER")

    @property
    def reason(self) -> str:
        return REASONS.get(self.row.code, "")


@dataclass(frozen=True, slots=True)
class Conversation:
    contact: Any
    bubbles: list[Bubble]

    @property
    def is_typing(self) -> bool:
        until = self.contact.typing_until
        newest = self.bubbles[-1] if self.bubbles else None
        return until is not None and until > self.contact.now and (newest is None or newest.is_customers)

    @property
    def state(self) -> str:
        """Return what changes when anything to be seen does."""
        seen = [(bubble.row.id, bubble.row.status, bubble.row.read_at is not None) for bubble in self.bubbles]
        return sha256(repr((seen, self.is_typing)).encode()).hexdigest()[:16]

    @property
    def open_until(self) -> Any:
        """When the 24-hour window closes; None while it is closed."""
        wrote_at = self.contact.last_wrote_at
        return wrote_at + WINDOW if wrote_at and wrote_at + WINDOW > self.contact.now else None


async def find_conversations(
    database: SandboxDatabase, search: str | None, *, limit: int, offset: int
) -> Sequence[Any]:
    return await database.rows(_LIST, search=_pattern(search), limit=limit, offset=offset)


async def count_conversations(database: SandboxDatabase, search: str | None) -> int:
    return int((await database.row(_COUNT, search=_pattern(search)))[0])


async def find_conversation(database: SandboxDatabase, phone: str, product_url: str) -> Conversation | None:
    contact = await find_contact(database, phone)
    if contact is None:
        return None
    rows = await messages_of(database, phone, limit=MOST_SHOWN)
    return Conversation(contact, [bubble_of(row, product_url) for row in rows])


def bubble_of(row: Any, product_url: str) -> Bubble:
    return Bubble(row, _is_ours(row, product_url))


def _is_ours(row: Any, product_url: str) -> bool:
    url = str((row.content.get("media") or {}).get("url", ""))
    return url.startswith(f"{product_url}/")


def _pattern(search: str | None) -> str | None:
    if not search or not search.strip():
        return None
    escaped = search.strip().lstrip("+").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
