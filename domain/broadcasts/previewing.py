"""What the first recipient would get, and what a broadcast costs about; and a try-out to oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain import audit
from domain.broadcasts.audience import Judged
from domain.broadcasts.broadcast import Broadcast, find_broadcast
from domain.broadcasts.content import Content, content_of, filled_for_one
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_call, plan_email, plan_whatsapp
from domain.messaging.quiet_hours import HOURS
from domain.messaging.variables import fill
from domain.ports import MessageRenderer, RenderedEmail
from domain.work import Row, Work

MINUTES_A_CALL = Decimal("1.5")  # what the agents' calls last on average, from 30 to 180 seconds
PRICES = f"""
select (select value::numeric from business_settings where key = 'call_paise_a_minute') as call_paise,
  (select value #>> '{{}}' from business_settings where key = 'business_name') as business_name,
  (select value -> %(channel)s from business_settings where key = 'quiet_hours') as quiet,
  (select after_quiet_hours(%(at)s, 'Asia/Kolkata', q.since, q.until)
     from (select) one left join ({HOURS}) q on true) as leaves_at
"""
ME = "select id, name, email, phone, city from people where id = %(id)s"


@dataclass(frozen=True, slots=True)
class Preview:
    """The message as one person would get it. ``cost_paise`` is for all; None where nothing is paid for each message."""

    email: RenderedEmail | None = None
    whatsapp: str = ""
    template: Row | None = None
    script: str = ""
    cost_paise: int | None = None
    quiet: tuple[str, str] | None = None
    leaves_at: Any = None


async def preview(
    work: Work, renderer: MessageRenderer, broadcast: Broadcast, judged: Judged, base_url: str
) -> Preview | None:
    """Return what the first recipient would get; None while nothing is written or nobody gets it."""
    if not broadcast.has_message or judged.first is None:
        return None
    facts = await work.row(PRICES, channel=broadcast.channel, at=broadcast.send_at or work.now)
    assert facts is not None
    content = await content_of(work, broadcast)
    values: Mapping[str, str] = judged.first.values
    shared = {"quiet": tuple(facts.quiet) if facts.quiet else None, "leaves_at": facts.leaves_at}
    match broadcast.channel:
        case "email":
            email = _email(renderer, broadcast, values, facts.business_name or "Gurudesk", base_url)
            return Preview(email=email, **shared)
        case "call":
            cost = int(judged.count * MINUTES_A_CALL * facts.call_paise)
            return Preview(script=fill(broadcast.message.body, values), cost_paise=cost, **shared)
        case "whatsapp":
            return _whatsapp(content, values, judged.count, shared)


@dataclass(frozen=True, slots=True)
class Trial:
    """A broadcast's message on its way to whoever asked for it."""

    to: str
    delivery_id: UUID


async def try_out(work: Work, broadcast_id: UUID) -> Trial:
    """Send a broadcast's message to whoever asks, with their own values. Raises InvalidInput."""
    broadcast = await find_broadcast(work, broadcast_id)
    me = await work.row(ME, id=work.identity.person_id)
    if me is None or not broadcast.has_message:
        raise InvalidInput({"": _("Write the message first.")})
    to = me.email if broadcast.channel == "email" else me.phone
    if not to:
        raise InvalidInput({"": _("Your own account has no address for this. Add it to your profile first.")})
    delivery_id = await _plan_try_out(work, await content_of(work, broadcast), me, to)
    assert delivery_id is not None  # its key is new
    await audit.record(work, "broadcast.tried_out", "broadcast", broadcast_id, broadcast.name)
    return Trial(str(to), delivery_id)


async def _plan_try_out(work: Work, content: Content, me: Row, to: str) -> UUID | None:
    values = {"name": me.name, "first_name": (me.name.split() or [_("there")])[0], "city": me.city}
    values |= {"course": _("Your course"), "batch": _("Your batch")}
    planned = {"kind": "test", "to": to, "name": me.name, "key": f"try_out:{uuid4()}", "person_id": me.id}
    match content.broadcast.channel:
        case "email":
            params = filled_for_one(content.broadcast.message, values) | {"unsubscribe_url": ""}
            return await plan_email(work, template="broadcast", params=params, **planned)
        case "whatsapp":
            filled, media, links = content.filled(values), content.media, content.links(values)
            return await plan_whatsapp(
                work, template=content.template_name, params=filled, media=media, buttons=links, **planned
            )
        case "call":
            return await plan_call(work, user_data=content.params(values), **planned)


def _email(
    renderer: MessageRenderer, broadcast: Broadcast, values: Mapping[str, str], business_name: str, base_url: str
) -> RenderedEmail:
    unsubscribe = f"{base_url}/unsubscribe" if broadcast.is_marketing else ""
    common = {"business_name": business_name, "base_url": base_url, "unsubscribe_url": unsubscribe}
    return renderer.email("broadcast", common | filled_for_one(broadcast.message, values))


def _whatsapp(content: Content, values: Mapping[str, str], count: int, shared: Mapping[str, Any]) -> Preview | None:
    template = content.template
    if template is None:
        return None
    text = template.body
    for place, filled in enumerate(content.filled(values), 1):
        text = text.replace(f"{{{{{place}}}}}", filled)
    return Preview(whatsapp=text, template=template, cost_paise=int(count * template.price_paise), **shared)
