"""Free text on WhatsApp, which it takes for 24 hours after a person last wrote to us."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_text
from domain.work import Work

WINDOW = timedelta(hours=24)
LONGEST_TEXT = 4_096

LAST_INBOUND = """
select max(occurred_at) from crm_messages
 where channel = 'whatsapp' and direction = 'in' and from_address = %(phone)s
"""
ADD = """
insert into crm_messages (person_id, channel, direction, delivery_id, to_address, body, is_read, occurred_at, created_at)
values (%(person_id)s, 'whatsapp', 'out', %(delivery_id)s, %(to)s, %(body)s, true, %(now)s, %(now)s)
"""


async def window_closes_at(work: Work, phone: str) -> datetime | None:
    """Return until when free text reaches a number: 24 hours after it last wrote; None when that is over, or never was."""
    last: datetime | None = await work.value(LAST_INBOUND, phone=phone)
    closes = last + WINDOW if last else None
    return closes if closes and closes > work.now else None


async def plan_whatsapp_text(
    work: Work,
    *,
    to: str,
    text: str,
    key: str,
    name: str = "",
    person_id: UUID | None = None,
    kind: str = "reply",
) -> UUID | None:
    """Write free text to be sent after the commit; return its delivery's id, or None when ``key`` was planned before.

    Raises InvalidInput for a text that is empty or too long, and Conflict when the number has not written for 24 hours.
    """
    said = text.strip()
    if not said:
        raise InvalidInput({"text": _("Write something first.")})
    if len(said) > LONGEST_TEXT:
        raise InvalidInput({"text": _("WhatsApp takes at most 4,096 characters; this has {count}.", count=len(said))})
    if await window_closes_at(work, to) is None:
        raise Conflict(
            _(
                "They have not written for 24 hours, and then WhatsApp takes no free text. Send one of the templates"
                " instead; once they answer, you can write freely again."
            )
        )
    delivery_id = await plan_text(work, kind=kind, to=to, text=said, key=key, name=name, person_id=person_id)
    if delivery_id:
        await work.run(ADD, person_id=person_id, delivery_id=delivery_id, to=to, body=said, now=work.now)
        work.signal(f"whatsapp:{to}")
    return delivery_id
