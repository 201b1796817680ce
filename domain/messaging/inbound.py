"""E-mails that people write to us: each kept once, with its files, beside whoever wrote it, and told to the admins."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.automation.running import OpenWork
from domain.language import _
from domain.messaging.quotes import without_secrets
from domain.messaging.reply_address import read_reply_address
from domain.notifications import notify_admins
from domain.ports import FileStore, InboundEmail, InboundFile
from domain.work import Row, Work

CHUNK = 256 * 1024
# Bytes of files that are kept within 24 hours: of one address, and in all. Beyond, the text is kept and the files are named.
MOST_OF_ONE = 50_000_000
MOST_IN_ALL = 200_000_000

KNOWN = "select id from crm_messages where channel = 'email' and provider_message_id = %(message_id)s"
KEPT_LATELY = """
select coalesce(sum(size), 0)::bigint as in_all, coalesce(sum(size) filter (where from_address = %(sender)s), 0)::bigint as of_one
from (
  select m.from_address, (f ->> 'size')::bigint as size from crm_messages m, jsonb_array_elements(m.media -> 'files') f
   where m.channel = 'email' and m.direction = 'in' and m.occurred_at > %(now)s - interval '24 hours' and f ? 'file') kept
"""
# A reply address names the e-mail answered. Where there is none, the id it was sent under does, if only one person got it
# or if it is the one who writes now. Who writes is known by their address, else by the e-mail they answer.
ORIGIN = """
with answered as (
  select coalesce(
    (select d.id from deliveries d where d.id = %(delivery_id)s),
    (select l.delivery_id from email_logs l where l.message_id = any(%(answers)s) and (l.to_email = %(sender)s or not exists (
       select from email_logs o where o.message_id = l.message_id and o.delivery_id <> l.delivery_id))
     order by l.to_email = %(sender)s desc, l.created_at desc limit 1)) as delivery_id
), writer as (
  select a.delivery_id, coalesce((select h.id from people h where h.email = %(sender)s),
    (select d.person_id from deliveries d where d.id = a.delivery_id)) as person_id
  from answered a
)
select w.delivery_id, w.person_id, h.name, (select d.kind from deliveries d where d.id = w.delivery_id) as answered_kind
from writer w left join people h on h.id = w.person_id
"""
STORE = """
insert into crm_messages (id, person_id, channel, direction, delivery_id, provider_message_id, from_address, to_address,
  subject, body, media, is_read, is_automatic, checks, occurred_at, created_at)
values (%(id)s, %(person_id)s, 'email', 'in', %(delivery_id)s, %(message_id)s, %(sender)s, %(recipient)s,
  %(subject)s, %(body)s, %(media)s, %(is_automatic)s, %(is_automatic)s, %(checks)s, %(now)s, %(now)s)
on conflict (channel, provider_message_id) do nothing returning id
"""
# Undoing an import spares whom it brought once they have written to us.
TOUCH = "update imported_leads set touched_at = %(now)s where person_id = %(person_id)s and touched_at is null"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file under a name of ours, with the one its sender gave it to be shown; without one of ours it was left out."""

    stored_name: str
    file: InboundFile

    def as_media(self) -> dict[str, Any]:
        sent = self.file
        told = {"name": sent.filename, "type": sent.media_type, "size": len(sent.content)}
        return told | ({"file": self.stored_name} if self.stored_name else {"left_out": True})


async def receive_email(open_work: OpenWork, files: FileStore, mail: InboundEmail, *, secret: bytes) -> UUID | None:
    """Keep an e-mail with its files and tell the admins; return its id, or None when it was here already."""
    async with open_work() as work:
        if await work.value(KNOWN, message_id=mail.message_id):
            return None
        left = await _bytes_left(work, mail.sender) if mail.files else 0
    message_id = uuid4()
    named = _named(message_id, mail.files, left)
    kept = [one for one in named if one.stored_name]
    stored: UUID | None = None
    try:
        for one in kept:
            await files.put(one.stored_name, _chunks(one.file.content), limit=len(one.file.content))
        async with open_work() as work:
            found = await _store(work, message_id, mail, named, secret)
        stored = found  # only now: a commit that fails keeps no file either
    finally:
        if stored is None:  # a copy was quicker, or it was not stored at all and comes again
            for one in kept:
                await files.delete(one.stored_name)
    return stored


async def _bytes_left(work: Work, sender: str) -> int:
    """Return how many bytes of files may still be kept of this address."""
    lately = await work.row(KEPT_LATELY, sender=sender, now=work.now)
    assert lately is not None
    return int(min(MOST_OF_ONE - lately.of_one, MOST_IN_ALL - lately.in_all))


def _named(message_id: UUID, files: Sequence[InboundFile], left: int) -> list[KeptFile]:
    """Give names to the files as long as they fit; a smaller one may fit after one that did not."""
    named = []
    for number, file in enumerate(files):
        fits = len(file.content) <= left
        left -= len(file.content) if fits else 0
        named.append(KeptFile(f"messages/{message_id}/{number}" if fits else "", file))
    return named


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


async def _store(
    work: Work, message_id: UUID, mail: InboundEmail, files: Sequence[KeptFile], secret: bytes
) -> UUID | None:
    answered = (read_reply_address(secret, address) for address in mail.recipients)
    origin = await work.row(
        ORIGIN,
        delivery_id=next((found for found in answered if found), None),
        # Before the @ stands the id that the provider answered with when we sent it.
        answers=[answer.partition("@")[0] for answer in mail.answers],
        sender=mail.sender,
    )
    assert origin is not None
    stored: UUID | None = await work.value(
        STORE,
        id=message_id,
        person_id=origin.person_id,
        delivery_id=origin.delivery_id,
        message_id=mail.message_id,
        sender=mail.sender,
        recipient=", ".join(mail.recipients)[:500],
        subject=mail.subject,
        body=without_secrets(mail.text, origin.answered_kind),
        media={"files": [one.as_media() for one in files]} if files else None,
        is_automatic=mail.is_automatic,
        checks=_checks(mail),
        now=work.now,
    )
    if stored:
        await _tell(work, stored, mail, origin)
    return stored


def _checks(mail: InboundEmail) -> dict[str, Any]:
    sent_at = mail.sent_at.isoformat() if mail.sent_at else None
    found = {"name": mail.sender_name, "verified": mail.is_verified, "spam_score": mail.spam_score, "sent_at": sent_at}
    return {name: value for name, value in found.items() if value not in (None, "")}


async def _tell(work: Work, message_id: UUID, mail: InboundEmail, origin: Row) -> None:
    work.signal("messages")
    if mail.is_automatic:
        return
    if origin.person_id:
        await work.run(TOUCH, person_id=origin.person_id, now=work.now)
    name = origin.name or mail.sender_name or mail.sender
    title = _("{name} answered an e-mail", name=name) if origin.delivery_id else _("{name} wrote an e-mail", name=name)
    await notify_admins(work, "message", title, mail.subject, f"/admin/messages/{message_id}")
