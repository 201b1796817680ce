"""Messages as they are kept: written by us or by the customer, with the moments of their statuses still to come."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from secrets import token_bytes, token_hex
from typing import Any

import msgspec

from adapters.sandbox.aisensy.outcomes import Step
from adapters.sandbox.database import SandboxDatabase

_ADD = """
insert into aisensy_messages (message_id, wamid, submitted_id, phone, sender, message_type, content, campaign, category,
  context_wamid, code, created_at, sent_at, delivered_at, read_at, failed_at)
values (%(message_id)s, %(wamid)s, %(submitted_id)s, %(phone)s, %(sender)s, %(message_type)s, %(content)s, %(campaign)s,
  %(category)s, %(context)s, %(code)s, app_now(), app_now() + %(sent)s::interval, app_now() + %(delivered)s::interval,
  app_now() + %(read)s::interval, app_now() + %(failed)s::interval) returning *
"""
_STATUS = """
select m.*, c.name as contact_name, c.id as contact_id, app_now() as now,
  case when m.sender = 'USER' then 'DELIVERED' when m.failed_at <= app_now() then 'FAILED' when m.read_at <= app_now()
    then 'READ' when m.delivered_at <= app_now() then 'DELIVERED' when m.sent_at <= app_now() then 'SENT' else 'PENDING' end
    as status
from aisensy_messages m join aisensy_contacts c on c.phone = m.phone
"""
_BURST = """
select count(*) from aisensy_messages
where phone = %(phone)s and sender = 'API' and created_at > app_now() - interval '6 seconds'
"""
# Meta lets 45 messages go to one person at once, and then one in six seconds.
MOST_AT_ONCE = 45


def new_wamid(phone: str) -> str:
    """Return an id as WhatsApp makes them, which holds the number."""
    return "wamid." + b64encode(b"\x1d\x06" + phone.encode() + b"\x15\x02\x00\x11\x18\x12" + token_bytes(9)).decode()


async def add_message(
    database: SandboxDatabase,
    phone: str,
    content: Mapping[str, Any],
    *,
    sender: str = "API",
    message_type: str = "TEXT",
    submitted_id: str = "",
    campaign: str = "",
    category: str = "",
    context: str = "",
    code: int | None = None,
    steps: Sequence[Step] = (),
    message_id: str = "",
) -> Any:
    """Keep a message and return its row; ``steps`` give the moments of its statuses."""
    after = {step.status.lower(): timedelta(seconds=step.after) for step in steps}
    moments = {name: after.get(name) for name in ("sent", "delivered", "read", "failed")}
    return await database.row(
        _ADD,
        message_id=message_id or token_hex(12),
        wamid=new_wamid(phone),
        submitted_id=submitted_id,
        phone=phone,
        sender=sender,
        message_type=message_type,
        content=msgspec.json.encode(content).decode(),
        campaign=campaign,
        category=category,
        context=context,
        code=code,
        **moments,
    )


async def messages_of(database: SandboxDatabase, phone: str, *, after: int = 0, limit: int = 100) -> Sequence[Any]:
    """Return the last messages with a number, oldest first, each with its ``status`` by now."""
    where = "where m.phone = %(phone)s and m.id > %(after)s order by m.id desc limit %(limit)s"
    rows = await database.rows(f"{_STATUS} {where}", phone=phone, after=after, limit=limit)
    return rows[::-1]


async def find_message(database: SandboxDatabase, **by: str) -> Any:
    """Return the message with this ``message_id`` or ``wamid``, or None."""
    name = next(iter(by))
    assert name in ("message_id", "wamid")
    return await database.row(f"{_STATUS} where m.{name} = %({name})s", **by)


async def is_burst(database: SandboxDatabase, phone: str) -> bool:
    """Say whether this person got as many messages as WhatsApp lets through within six seconds."""
    return int((await database.row(_BURST, phone=phone))[0]) >= MOST_AT_ONCE
