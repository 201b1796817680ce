"""Calendars to subscribe to: an address of the student's own, which nobody can make up and its owner can end."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.sessions.letters import COLUMNS, FROM, SEQUENCE
from domain.work import Row, Work

MAC_BYTES = 16
# More than any calendar asks, and less than somebody who tries to be a nuisance.
READS_AN_HOUR = 60
MOST = 1_000

MINE = "select key, created_at, read_at from calendar_feeds where person_id = %(me)s"
OPEN = """
insert into calendar_feeds (person_id, created_at) values (%(me)s, %(now)s)
on conflict (person_id) do update set key = gen_random_uuid(), created_at = excluded.created_at, read_at = null
returning key, created_at, read_at
"""
CLOSE = "delete from calendar_feeds where person_id = %(me)s"
KEY = """
select f.key from calendar_feeds f join profiles p on p.person_id = f.person_id and p.is_active where f.person_id = %(id)s
"""
READ = "update calendar_feeds set read_at = %(now)s where person_id = %(id)s"
SESSIONS = f"""
select {COLUMNS}, {SEQUENCE} {FROM} left join session_tellings t on t.session_id = s.id and t.person_id = %(id)s
where s.batch_id in (select e.batch_id from enrolments e where e.person_id = %(id)s and e.state <> 'withdrawn')
order by s.starts_at desc, s.id limit {MOST}
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose calendar it is, and their classes, called off ones included."""

    person_id: UUID
    sessions: Sequence[Row]


def feed_token(secret: bytes, person_id: UUID, key: UUID) -> str:
    """Return what stands in the address of a person's calendar."""
    return base64.urlsafe_b64encode(person_id.bytes + _mac(secret, person_id, key)).decode().rstrip("=")


def feed_path(secret: bytes, person_id: UUID, key: UUID) -> str:
    """Return the path of a person's calendar."""
    return f"/calendar/{feed_token(secret, person_id, key)}.ics"


async def my_feed(work: Work) -> Row | None:
    """Return the calendar address of who asks, if they have one."""
    return await work.row(MINE, me=work.identity.person_id)


async def open_feed(work: Work) -> Row:
    """Give who asks an address; an earlier one ends."""
    row = await work.row(OPEN, me=work.identity.person_id, now=work.now)
    assert row is not None
    return row


async def close_feed(work: Work) -> None:
    """End the address of who asks."""
    await work.run(CLOSE, me=work.identity.person_id)


async def check_feed(work: Work, secret: bytes, token: str) -> UUID:
    """Return whose calendar a genuine token opens now. Acts as the system. Raises NotFound."""
    person_id = _named_in(token)
    key = await work.value(KEY, id=person_id) if person_id else None
    raw = _raw(token)
    if person_id is None or key is None or not hmac.compare_digest(raw[16:], _mac(secret, person_id, key)):
        raise NotFound(_("There is no calendar at this address. Take the present one from your schedule."))
    return person_id


async def read_feed(work: Work, person_id: UUID) -> Feed:
    """Return somebody's calendar. Acts as the system, for that person alone: ask ``check_feed`` first."""
    await work.run(READ, id=person_id, now=work.now)
    return Feed(person_id, await work.rows(SESSIONS, id=person_id))


def _named_in(token: str) -> UUID | None:
    raw = _raw(token)
    return UUID(bytes=raw[:16]) if raw else None


def _raw(token: str) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
    return raw if len(raw) == 16 + MAC_BYTES else b""


def _mac(secret: bytes, person_id: UUID, key: UUID) -> bytes:
    return hmac.new(secret, b"calendar " + person_id.bytes + key.bytes, hashlib.sha256).digest()[:MAC_BYTES]
