"""Numbers that get no more marketing: their owners said so, WhatsApp does not reach them, or keeps marketing from them."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from domain import audit
from domain.language import _
from domain.messaging.progress import tell
from domain.work import Row, Work

Reason = Literal["opted_out", "invalid", "withheld"]

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# WhatsApp withholds marketing for a day, or longer; then it is tried anew.
WITHHELD = timedelta(days=1)
BY_FAULT: dict[str, Reason] = {"recipient": "invalid", "opt_out": "opted_out", "withheld": "withheld"}

# A word of the person's own outweighs what we found out; what lapses gives way to what does not.
SUPPRESS = """
insert into phone_suppressions (phone, channel, reason, detail, delivery_id, expires_at, created_at)
values (%(phone)s, %(channel)s, %(reason)s, %(detail)s, %(delivery_id)s, %(expires_at)s, %(now)s)
on conflict (phone, channel) do update set reason = excluded.reason, detail = excluded.detail,
  delivery_id = excluded.delivery_id, expires_at = excluded.expires_at, created_at = excluded.created_at
 where phone_suppressions.reason <> 'opted_out'
   and (phone_suppressions.expires_at is not null or excluded.reason = 'opted_out')
"""
# A claimed message is looked at again when it is made, so only what waits is cancelled here.
CANCEL_WAITING = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where channel = any(%(channels)s) and to_address = %(phone)s and marketing and state in ('pending', 'retry')
returning id, campaign_id, broadcast_id
"""
RESUME = """
delete from phone_suppressions where phone = %(phone)s and channel = %(channel)s and reason = 'opted_out'
"""
CONSENT = "update people set consent_whatsapp = %(consents)s, updated_at = %(now)s where phone = %(phone)s"


async def suppress_phone(
    work: Work,
    phone: str,
    channel: Literal["whatsapp", "call", "all"],
    reason: Reason,
    *,
    detail: str = "",
    delivery_id: UUID | None = None,
) -> bool:
    """Send no more marketing to a number, and cancel what waits; return whether that is new."""
    changed = await work.run(
        SUPPRESS,
        phone=phone,
        channel=channel,
        reason=reason,
        detail=detail[:500],
        delivery_id=delivery_id,
        expires_at=work.now + WITHHELD if reason == "withheld" else None,
        now=work.now,
    )
    if not changed:
        return False
    if reason == "opted_out" and channel != "call":
        await work.run(CONSENT, phone=phone, consents=False, now=work.now)
    await audit.record(work, "number.suppressed", "phone", delivery_id, phone, reason=reason, channel=channel)
    channels = ["whatsapp", "call"] if channel == "all" else [channel]
    waiting = await work.rows(CANCEL_WAITING, phone=phone, channels=channels, reason=why(reason))
    tell(work, waiting)
    return True


async def resume_phone(work: Work, phone: str, channel: Literal["whatsapp", "call", "all"]) -> bool:
    """Take an opt-out back because its owner said so; return whether there was one."""
    if not await work.run(RESUME, phone=phone, channel=channel):
        return False
    if channel != "call":
        await work.run(CONSENT, phone=phone, consents=True, now=work.now)
    await audit.record(work, "number.resumed", "phone", None, phone, channel=channel)
    return True


async def suppress_by_fault(work: Work, failed: Sequence[Row], deliveries: Mapping[int, UUID]) -> None:
    """Remember the numbers that failed messages of ours tell something about."""
    for event in failed:
        reason, phone = BY_FAULT.get(event.payload.get("fault", "")), event.payload.get("destination", "")
        if reason and event.id in deliveries and is_phone(phone):
            detail = event.payload.get("reason", "")
            await suppress_phone(work, phone, "whatsapp", reason, detail=detail, delivery_id=deliveries[event.id])


def is_phone(text: str) -> bool:
    """Say whether this is a number as we keep them: E.164 with its plus."""
    return _PHONE.fullmatch(text) is not None


def why(reason: str) -> str:
    """Return why marketing to a suppressed number is not sent, for people."""
    return {
        "opted_out": _("They have opted out."),
        "withheld": _("WhatsApp keeps marketing from them for the time being."),
    }.get(reason, _("An earlier message did not reach this number."))
