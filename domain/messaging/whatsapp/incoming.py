"""What people write on WhatsApp: kept once each, told to admins, and taken at its word where it says stop."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from domain.errors import Conflict
from domain.language import _
from domain.messaging.inbound import TOUCH
from domain.messaging.whatsapp.suppressing import is_phone, resume_phone, suppress_phone
from domain.messaging.whatsapp.texting import plan_whatsapp_text
from domain.work import Row, Work

ADD = """
insert into crm_messages (person_id, channel, direction, delivery_id, provider_message_id, from_address, body, media,
  occurred_at, created_at)
select (select id from people where phone = %(sender)s), 'whatsapp', 'in',
  (select delivery_id from whatsapp_logs where message_id = nullif(%(reply_to)s, '') limit 1),
  %(message_id)s, %(sender)s, %(body)s, %(media)s, %(at)s, %(now)s
on conflict (channel, provider_message_id) do nothing
returning id, person_id, (select name from people where id = person_id) as name
"""
# One unread notification a conversation: who writes ten lines rings the bell once.
NOTIFY = """
insert into notifications (person_id, kind, title, body, url, created_at)
select p.person_id, 'whatsapp_message', %(title)s, %(body)s, %(url)s, %(now)s from profiles p
 where p.role in ('admin', 'super_admin') and p.is_active and not exists (
   select from notifications n where n.person_id = p.person_id and n.read_at is null
     and n.kind = 'whatsapp_message' and n.url = %(url)s)
"""
LONGEST = 8_000
# Said alone, in any case and with any punctuation; the buttons of the templates say them, too.
STOP_WORDS = frozenset(
    {
        "stop",
        "stop all",
        "stop messages",
        "stop message",
        "unsubscribe",
        "opt out",
        "optout",
        "no more messages",
        "remove me",
        "do not message",
        "dont message me",
        "band karo",
        "बंद करो",
        "बंद करें",
    }
)
START_WORDS = frozenset({"start", "subscribe", "opt in", "optin", "unstop", "start messages"})


async def take_messages(work: Work, events: Sequence[Row]) -> None:
    """Keep the messages among these events that are new, in the order in which they were written."""
    for event in sorted(events, key=lambda event: event.occurred_at):
        await _take(work, event)


async def _take(work: Work, event: Row) -> None:
    told: dict[str, Any] = event.payload
    sender, body = told.get("sender", ""), str(told.get("text", ""))[:LONGEST]
    if not is_phone(sender):
        return
    media = {name: told[name] for name in ("kind", "media_url", "media_type") if told.get(name)}
    row = await work.row(
        ADD,
        sender=sender,
        reply_to=told.get("reply_to", ""),
        message_id=told["message_id"],
        body=body,
        media=media if told.get("kind", "text") != "text" else None,
        at=event.occurred_at,
        now=work.now,
    )
    if row is None:
        return
    if row.person_id:
        await work.run(TOUCH, person_id=row.person_id, now=work.now)
    name = row.name or told.get("name") or sender
    title = _("{name} wrote on WhatsApp", name=name)
    shown = body[:200] or _("They sent a file.")
    await work.run(NOTIFY, title=title, body=shown, url=f"/admin/whatsapp/{sender}", now=work.now)
    work.signal("notifications")
    work.signal("messages")
    work.signal(f"whatsapp:{sender}")
    await _obey(work, sender, body, str(row.id), row.person_id, name)


async def _obey(work: Work, sender: str, body: str, key: str, person_id: UUID | None, name: str) -> None:
    said = plain(body)
    # Confirmed once: who says it again is answered nothing, or two machines would talk for ever.
    if said in STOP_WORDS and await suppress_phone(work, sender, "whatsapp", "opted_out", detail=body[:100]):
        text = _("You will get no more offers from us on WhatsApp. Write START if you change your mind.")
    elif said in START_WORDS and await resume_phone(work, sender, "whatsapp"):
        text = _("Welcome back: you get our news on WhatsApp again. Write STOP to end that.")
    else:
        return
    # Told a day late, their word holds all the same; only no free text reaches them any more.
    with suppress(Conflict):
        await plan_whatsapp_text(
            work, to=sender, text=text, key=f"opt:{key}", name=name, person_id=person_id, kind="opt_confirmation"
        )


def plain(text: str) -> str:
    """Return what was said in lower case, without punctuation and with single spaces."""
    # The vowel signs of Hindi are no word characters to Python; its full stop is none of them.
    return " ".join(re.sub("[^\\w\\s\u0900-\u0963\u0966-\u097f]", "", text.casefold().replace("-", " ")).split())
