"""What people have written to us: the list, one message, and who has read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from domain.audit import record
from domain.errors import NotFound
from domain.language import _
from domain.leads.filters import needle
from domain.messaging.quotes import split_quote
from domain.work import Row, Work

PER_PAGE = 20
COUNTED = 10_000  # beyond, the list says "10,000+"
CHANNELS = ("email", "whatsapp")
SHOWS = ("unread", "automatic")
OF_PERSON = 20

LIST = """
select (select count(*) from (select from crm_messages m {where} limit %(counted)s) c) as total,
  (select count(*) from (select from crm_messages where direction = 'in' and not is_read limit %(counted)s) u) as unread, r.*
from (select) one left join (
  select m.id, m.channel, m.person_id, m.from_address, m.checks ->> 'name' as sender_name, m.subject,
    left(m.body, 600) as beginning, m.media is not null as has_files, m.is_read, m.is_automatic, m.occurred_at, h.name
  from crm_messages m left join people h on h.id = m.person_id
  {where} order by m.occurred_at desc, m.id limit %(limit)s offset %(offset)s
) r on true order by r.occurred_at desc, r.id
"""
MESSAGE = """
select m.*, h.name, h.email, h.phone, l.id as lead_id, r.name as reader, d.kind as answered_kind, g.subject as answered_subject,
  exists (select from profiles p where p.person_id = m.person_id and p.role = 'student') as is_student
from crm_messages m left join people h on h.id = m.person_id left join imported_leads l on l.person_id = m.person_id
left join people r on r.id = m.read_by left join deliveries d on d.id = m.delivery_id
left join email_logs g on g.delivery_id = m.delivery_id
where m.id = %(id)s
"""
OF = """
select id, channel, direction, subject, left(body, 200) as beginning, media is not null as has_files, is_read, is_automatic,
  occurred_at from crm_messages where person_id = %(person_id)s order by occurred_at desc, id limit %(most)s
"""
# Opening reads what is unread, so the first to look is who has read it.
OPEN = """
update crm_messages set is_read = true, read_by = %(reader)s, read_at = %(now)s
where id = %(id)s and direction = 'in' and not is_read
"""
CHANGE = """
update crm_messages set is_read = %(is_read)s, read_by = case when %(is_read)s then %(reader)s::uuid end,
  read_at = case when %(is_read)s then %(now)s::timestamptz end
where id = %(id)s and direction = 'in' and is_read <> %(is_read)s returning from_address
"""
READ_ALL = """
update crm_messages set is_read = true, read_by = %(reader)s, read_at = %(now)s where direction = 'in' and not is_read
"""


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are meant. Empty parts ask for nothing."""

    q: str = ""
    show: str = ""
    channel: str = ""

    def as_values(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: getattr(self, part.name) for part in fields(self) if getattr(self, part.name)}

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """Return SQL that begins with `where`, and its values."""
        parts = ["m.direction = 'in'"]
        parts += ["not m.is_read"] if self.show == "unread" else []
        parts += ["m.is_automatic"] if self.show == "automatic" else []
        parts += ["m.channel = %(channel)s"] if self.channel else []
        if self.q:
            parts.append(
                "(m.person_id in (select search_people(%(needle)s, %(counted)s)) or m.from_address = lower(%(needle)s))"
            )
        return "where " + " and ".join(parts), {"channel": self.channel, "needle": needle(self.q)}


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of the list. ``total`` and ``unread`` are exact unless they reach ``COUNTED``."""

    rows: Sequence[Row]
    total: int
    unread: int
    page: int

    @property
    def beginnings(self) -> dict[UUID, str]:
        """Return how each message begins, by its id, without what it quotes."""
        return {row.id: split_quote(row.beginning)[0][:200] for row in self.rows}

    @property
    def is_more(self) -> bool:
        return self.total >= COUNTED

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def read_message_filter(values: Mapping[str, Any]) -> MessageFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip() for name in MessageFilter.__slots__}
    return MessageFilter(
        q=texts["q"][:100],
        show=texts["show"] if texts["show"] in SHOWS else "",
        channel=texts["channel"] if texts["channel"] in CHANNELS else "",
    )


async def list_messages(work: Work, wanted: MessageFilter, page: int = 1) -> MessagePage:
    """Return one page of what people wrote, newest first, in one round trip."""
    where, values = wanted.conditions()
    values |= {"counted": COUNTED, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    rows = await work.rows(LIST.format(where=where), **values)
    found = [row for row in rows if row.id is not None]
    return MessagePage(found, rows[0].total, rows[0].unread, page)


async def open_message(work: Work, message_id: UUID) -> Row:
    """Return a message and mark it as read by who asks. Raises NotFound."""
    if await work.run(OPEN, id=message_id, reader=work.identity.person_id, now=work.now):
        work.signal("messages")
    return await find_message(work, message_id)


async def find_message(work: Work, message_id: UUID) -> Row:
    """Return a message with its person, or raise NotFound."""
    row = await work.row(MESSAGE, id=message_id)
    if row is None:
        raise NotFound(_("This message does not exist, or its person has been deleted."))
    return row


async def messages_of(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return the last messages from and to a person, newest first."""
    return await work.rows(OF, person_id=person_id, most=OF_PERSON)


async def mark_message(work: Work, message_id: UUID, *, is_read: bool) -> None:
    """Mark one message as read or as unread. Again changes nothing. Raises NotFound."""
    values = {"id": message_id, "is_read": is_read, "reader": work.identity.person_id, "now": work.now}
    row = await work.row(CHANGE, **values)
    if row is None:
        await find_message(work, message_id)
        return
    await record(work, f"message.{'read' if is_read else 'unread'}", "message", message_id, row.from_address)
    work.signal("messages")


async def mark_all_messages(work: Work) -> int:
    """Mark everything as read; return how many were unread."""
    marked = await work.run(READ_ALL, reader=work.identity.person_id, now=work.now)
    if marked:
        await record(work, "message.all_read", "message", count=marked)
        work.signal("messages")
    return marked


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file of a message: with us, under ``stored_name``, or with the provider, at ``url``; or left out when it came."""

    name: str
    media_type: str
    size: int | None
    stored_name: str = ""
    url: str = ""
    is_left_out: bool = False


def files_of(message: Row) -> list[MessageFile]:
    """Return the files of a message, whatever its channel keeps of them."""
    media = message.media
    kept = media.get("files", [media]) if isinstance(media, dict) else media
    entries = kept if isinstance(kept, list) else []
    return [
        MessageFile(
            name=str(one.get("name") or _kind(one)),
            media_type=str(one.get("type") or one.get("media_type") or ""),
            size=one["size"] if isinstance(one.get("size"), int) else None,
            stored_name=str(one.get("file") or ""),
            url=url if (url := str(one.get("media_url") or "")).startswith("https://") else "",
            is_left_out=bool(one.get("left_out")),
        )
        for one in entries
        if isinstance(one, dict)
    ]


def _kind(file: Mapping[str, Any]) -> str:
    names = {"image": _("Picture"), "video": _("Video"), "audio": _("Voice message"), "sticker": _("Sticker")}
    names |= {"location": _("Place"), "contact": _("Contact")}
    return names.get(str(file.get("kind", "")).lower(), _("File"))
