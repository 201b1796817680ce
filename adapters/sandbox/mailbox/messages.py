"""Messages as the mailbox shows them: with their substitutions made and everything that has happened so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.mailbox.links import part, substituted, tracked_links
from adapters.sandbox.sendgrid.handlebars import filled

# The later in a message's life, the higher; what came last in rank is what it is now.
RANKS = {
    kind: rank
    for rank, kind in enumerate(
        ("processed", "deferred", "delivered", "bounce", "dropped", "open", "click", "unsubscribe", "spamreport")
    )
}
_COLUMNS = """
select m.id, m.token, m.field, m.email, m.name, m.subject as own_subject, m.from_address, m.headers, m.substitutions,
  m.template_data, m.custom_args, m.sg_message_id, m.send_at, m.released_at, l.id as mail_id, l.message_id,
  l.accepted_at, l.from_email, l.from_name, l.reply_to, l.subject as mail_subject, l.content, l.categories,
  l.template_id, l.click_tracking, l.open_tracking, m.discarded_at, b.status as batch_status,
  v.subject as template_subject, v.html as template_html, v.plain as template_plain, coalesce(e.events, '[]') as events,
  coalesce(a.attachments, '[]') as attachments
"""
_FROM = """
from messages m join mails l on l.id = m.mail_id left join batches b on b.id = l.batch_id
left join template_versions v on v.template_id = l.template_id and v.is_active
left join lateral (
  select json_agg(json_build_object('id', e.id, 'kind', e.kind, 'at', e.due_at, 'details', e.details,
      'event_id', e.sg_event_id) order by e.due_at, e.id) as events
  from events e where e.message_id = m.id and e.due_at <= app_now()) e on true
left join lateral (
  select json_agg(json_build_object('position', position, 'filename', filename, 'media_type', media_type,
      'disposition', disposition, 'content_id', content_id, 'size', length(content)) order by position) as attachments
  from attachments where mail_id = l.id) a on true
"""
_WHERE = """
(%(to)s::text is null or lower(m.email) = %(to)s) and (%(category)s::text is null or %(category)s = any(l.categories))
and (%(after)s::bigint is null or m.id > %(after)s) and (%(since)s::timestamptz is null or l.accepted_at >= %(since)s)
and (%(search)s::text is null or m.email ilike %(search)s or m.name ilike %(search)s
  or coalesce(m.subject, l.subject) ilike %(search)s)
and (%(is_waiting)s::boolean is null or (m.released_at is null) = %(is_waiting)s)
"""
# The page of ids first, so that only what is shown is put together.
_PAGE = f"""
with page as (select m.id from messages m join mails l on l.id = m.mail_id where {_WHERE}
  order by m.id desc limit %(limit)s offset %(offset)s)
{_COLUMNS} {_FROM} where m.id in (select id from page) order by m.id desc
"""
_COUNT = f"select count(*) from messages m join mails l on l.id = m.mail_id where {_WHERE}"
_ONE = f"{_COLUMNS} {_FROM} where m.id = %(id)s"
_BY_TOKEN = f"{_COLUMNS} {_FROM} where m.token = %(token)s"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages: of a person, of a category, after an id or since a moment, or found by a word.

    ``is_waiting`` asks for those that wait for their moment or were cancelled before it, or for all others.
    """

    to: str | None = None
    category: str | None = None
    after: int | None = None
    since: datetime | None = None
    search: str | None = None
    is_waiting: bool | None = None

    def values(self) -> dict[str, Any]:
        pattern = None
        if self.search:
            escaped = self.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            pattern = f"%{escaped}%"
        return {
            "to": self.to.lower() if self.to else None,
            "category": self.category or None,
            "after": self.after,
            "since": self.since,
            "search": pattern,
            "is_waiting": self.is_waiting,
        }


@dataclass(frozen=True)
class Message:
    """One recipient's copy. Attributes of the row are read through ``row``."""

    row: Any

    @property
    def id(self) -> int:
        return int(self.row.id)

    @property
    def substitutions(self) -> Mapping[str, str]:
        values: Mapping[str, str] = self.row.substitutions
        return values

    @property
    def subject(self) -> str:
        if self.row.template_subject:
            return self._templated(self.row.template_subject, html=False)
        return substituted(self.row.own_subject or self.row.mail_subject, self.substitutions)

    @cached_property
    def text(self) -> str:
        if self.row.template_subject:
            return self._templated(self.row.template_plain, html=False)
        return substituted(part(self.row.content, "text/plain"), self.substitutions)

    @cached_property
    def html(self) -> str:
        if self.row.template_subject:
            return self._templated(self.row.template_html, html=True)
        return substituted(part(self.row.content, "text/html"), self.substitutions)

    def _templated(self, text: str, *, html: bool) -> str:
        """Fill what stands in the account's template: a dynamic one with its data, a legacy one by substitutions."""
        if self.row.template_id.startswith("d-"):
            return filled(text, self.row.template_data or {}, html=html)
        return substituted(text, self.substitutions)

    @property
    def links(self) -> list[str]:
        return tracked_links(self.html)

    @property
    def sender(self) -> Mapping[str, str]:
        own = self.row.from_address or {}
        return {
            "email": own.get("email") or self.row.from_email,
            "name": own.get("name") or self.row.from_name,
        }

    @property
    def headers(self) -> dict[str, str]:
        return {name: substituted(value, self.substitutions) for name, value in self.row.headers.items()}

    @property
    def all_headers(self) -> dict[str, str]:
        """Return the header block of the mail as it arrives: what every mail has, then what the sender has added."""
        row = self.row
        replies = ", ".join(_addressed(reply.get("name") or "", reply["email"]) for reply in row.reply_to)
        shown = {
            "From": _addressed(self.sender["name"], self.sender["email"]),
            "To": _addressed(row.name, row.email),
            "Reply-To": replies,
            "Subject": self.subject,
            "Date": format_datetime(row.released_at or row.send_at),
            "Message-ID": f"<{row.message_id}@geopod-ismtpd-4>",
            "MIME-Version": "1.0",
        }
        return {name: value for name, value in shown.items() if value} | self.headers

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        events: Sequence[dict[str, Any]] = self.row.events
        return events

    @property
    def status(self) -> str:
        """What the message is now: scheduled or cancelled, or the furthest thing that has happened to it."""
        if self.row.released_at is None and (self.row.discarded_at or self.row.batch_status == "cancel"):
            return "cancelled"
        kinds = [event["kind"] for event in self.events]
        return max(kinds, key=lambda kind: RANKS.get(kind, 0)) if kinds else "scheduled"

    @property
    def is_delivered(self) -> bool:
        """Say whether it could be in a mailbox at all."""
        is_gone = any(event["kind"] in ("bounce", "dropped") for event in self.events)
        return self.row.released_at is not None and not is_gone

    def summary(self) -> dict[str, Any]:
        """Return what a test or a program wants to know, without text and HTML."""
        row = self.row
        return {
            "id": row.id,
            "to": row.email,
            "name": row.name,
            "field": row.field,
            "from": dict(self.sender),
            "reply_to": row.reply_to,
            "subject": self.subject,
            "status": self.status,
            "accepted_at": row.accepted_at,
            "message_id": row.message_id,
            "sg_message_id": row.sg_message_id,
            "categories": row.categories,
            "custom_args": row.custom_args,
            "headers": self.headers,
            "events": self.events,
            "attachments": row.attachments,
        }

    def whole(self) -> dict[str, Any]:
        """Return the summary with text, HTML as it was written, and its links."""
        return {**self.summary(), "text": self.text, "html": self.html, "links": self.links}


def _addressed(name: str, email: str) -> str:
    return f"{name} <{email}>" if name else email


async def find_messages(database: SandboxDatabase, which: Filter, *, limit: int = 20, offset: int = 0) -> list[Message]:
    """Return messages, newest first."""
    rows = await database.rows(_PAGE, **which.values(), limit=limit, offset=offset)
    return [Message(row) for row in rows]


async def count_messages(database: SandboxDatabase, which: Filter) -> int:
    return int((await database.row(_COUNT, **which.values()))[0])


async def get_message(database: SandboxDatabase, message_id: int) -> Message | None:
    row = await database.row(_ONE, id=message_id)
    return Message(row) if row else None


async def message_of(database: SandboxDatabase, token: str) -> Message | None:
    """Return the message that a link's token belongs to."""
    row = await database.row(_BY_TOKEN, token=token)
    return Message(row) if row else None
