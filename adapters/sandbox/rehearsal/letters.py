"""Everything that reached one made-up person, whichever way it came, in the order in which it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.sandbox.aisensy.phone.conversations import bubble_of
from adapters.sandbox.bolna.calls import Which, find_calls
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.messages import Filter, find_messages

MOST = 200
_PHONE = """
select m.*, case when m.sender = 'USER' then 'READ' when m.failed_at <= app_now() then 'FAILED'
  when m.read_at <= app_now() then 'READ' when m.delivered_at <= app_now() then 'DELIVERED' else 'SENT' end as status
from aisensy_messages m where m.phone = %(phone)s order by m.id desc limit %(most)s
"""
_COUNT = """
select (select count(*) from messages m where lower(m.email) = %(email)s and m.released_at is not null)
  + (select count(*) from aisensy_messages m where m.phone = %(phone)s and m.sender = 'API')
  + (select count(*) from calls c where c.to_number = '+' || %(phone)s) as count
"""


@dataclass(frozen=True, slots=True)
class Walker:
    """Who is rehearsed with: an address in lower case, and a number in digits."""

    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that came. ``kind`` is email, whatsapp or call; ``what`` is what its own page would show."""

    kind: str
    at: datetime
    what: Any


async def count_letters(database: SandboxDatabase, walker: Walker) -> int:
    """Return how many messages and calls have reached them."""
    return int((await database.row(_COUNT, email=walker.email, phone=walker.phone)).count)


async def find_letters(database: SandboxDatabase, walker: Walker, product_url: str) -> Sequence[Letter]:
    """Return what has reached them, and what they wrote, the last first: at most 200 of each kind."""
    mails = await find_messages(database, Filter(to=walker.email, is_waiting=False), limit=MOST)
    bubbles = await database.rows(_PHONE, phone=walker.phone, most=MOST)
    calls = await find_calls(database, Which(search=f"%+{walker.phone}%"), limit=MOST, offset=0) if walker.phone else []
    letters = [Letter("email", mail.row.released_at or mail.row.send_at, mail) for mail in mails]
    letters += [Letter("whatsapp", row.created_at, bubble_of(row, product_url)) for row in bubbles]
    letters += [Letter("call", row.created_at, row) for row in calls]
    return sorted(letters, key=lambda letter: letter.at, reverse=True)
