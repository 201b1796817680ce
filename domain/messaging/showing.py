"""One delivery with everything that has happened to it, and how it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.broadcasts.broadcast import find_broadcast
from domain.broadcasts.content import filled_for_one
from domain.errors import NotFound
from domain.language import _
from domain.messaging.composing import LINK_HOURS, PAYMENT_LETTERS
from domain.messaging.states import BY_EVENT
from domain.messaging.templates.reading import read_common
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.trying import tried_text
from domain.messaging.templates.values import values_of
from domain.messaging.whatsapp.filling import filled
from domain.ports import MessageRenderer, RenderedEmail
from domain.work import Row, Work

HIDDEN = "••••••••"

DELIVERY = """
select d.*, coalesce(e.state, w.state, c.state) as log_state, coalesce(e.reason, w.reason, c.reason) as log_reason,
  e.subject, e.from_email, e.opens, e.clicks, e.opened_at, e.clicked_at,
  coalesce(e.message_id, w.message_id) as message_id, coalesce(e.delivered_at, w.delivered_at) as delivered_at,
  w.submitted_id, w.read_at, w.failed_at, w.code, w.price_paise, w.history as whatsapp_history,
  coalesce(nullif(w.body, ''), d.params ->> 'text') as body,
  t.title, t.body as template_body, t.footer, t.buttons, t.category,
  c.call_id, c.agent_id, c.user_data, c.status, c.duration_seconds, c.has_recording, c.transcript, c.summary, c.extracted,
  c.cost_cents, c.started_at, c.ended_at, c.history as call_history,
  m.name as campaign, l.id as lead_id, coalesce(s.reason, p.reason) as suppressed, f.role, f.role is not null as has_account
  from deliveries d left join email_logs e on e.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id left join lead_campaigns m on m.id = d.campaign_id
  left join whatsapp_templates t on d.channel = 'whatsapp' and t.campaign = d.template
  left join imported_leads l on l.person_id = d.person_id left join profiles f on f.person_id = d.person_id
  left join email_suppressions s on d.channel = 'email' and s.email = d.to_address
  left join lateral (select reason from phone_suppressions p where d.channel <> 'email' and p.phone = d.to_address
     and p.channel in (d.channel, 'all') and (p.expires_at is null or p.expires_at > %(now)s) limit 1) p on true
 where d.id = %(id)s
"""
EVENTS = """
select kind, occurred_at, payload from webhook_events where delivery_id = %(id)s order by occurred_at, id limit 200
"""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing the provider reported, in its word."""

    kind: str
    at: datetime
    reason: str = ""
    url: str = ""


async def find_delivery(work: Work, delivery_id: UUID) -> Row:
    """Return a delivery with what the provider reports of it, or raise NotFound."""
    row = await work.row(DELIVERY, id=delivery_id, now=work.now)
    if row is None:
        raise NotFound(_("This message does not exist, or its lead has been deleted."))
    return row


async def list_events(work: Work, delivery: Row) -> Sequence[Happened]:
    """Return what the provider has reported of a delivery, in the order in which it happened."""
    if delivery.channel == "email":
        # SendGrid tells whole seconds: what happened within one is put as it must have happened.
        rows = sorted(await work.rows(EVENTS, id=delivery.id), key=lambda row: (row.occurred_at, _rank(row.kind)))
        return [
            Happened(row.kind, row.occurred_at, row.payload.get("reason", ""), row.payload.get("url", ""))
            for row in rows
        ]
    history: list[dict[str, Any]] = delivery.whatsapp_history or delivery.call_history or []
    return [Happened(entry["event"], datetime.fromisoformat(entry["at"]), entry.get("reason", "")) for entry in history]


def _rank(event: str) -> int:
    return BY_EVENT[event].rank if event in BY_EVENT else 0


def shown_text(delivery: Row) -> str:
    """Return how a WhatsApp message reads; before it has left, as its template stands now."""
    if delivery.body:
        return str(delivery.body)
    return filled(delivery.template_body or "", [str(one) for one in delivery.params.get("params", ())])


async def render_email(work: Work, delivery: Row, renderer: MessageRenderer, base_url: str) -> RenderedEmail:
    """Render an e-mail as its recipient reads it, as its template stands now, with every secret hidden.

    Raises NotFound where it cannot be shown.
    """
    business, text = await read_common(work, delivery.template)
    text = text or tried_text(delivery.template, delivery.params)
    values = {
        "business_name": business,
        "base_url": base_url,
        **delivery.params,
        "recipient_name": delivery.to_name,
        **_hidden(delivery, base_url),
        **await _broadcast_values(work, delivery),
    }
    try:
        if text:
            return render_text(renderer, text, values_of(text.key, values, base_url))
        return renderer.email(delivery.template, values)
    except Exception as error:
        raise NotFound(_("This e-mail cannot be shown any more: its template has changed.")) from error


async def _broadcast_values(work: Work, delivery: Row) -> dict[str, str]:
    """Return what a broadcast said to this one person: its text stands with the broadcast."""
    if delivery.broadcast_id is None:
        return {}
    message = (await find_broadcast(work, delivery.broadcast_id)).message
    return filled_for_one(message, delivery.params)


def _hidden(delivery: Row, base_url: str) -> dict[str, str]:
    """Return what stands where the secrets of an e-mail stood: they exist nowhere but in what was sent."""
    unsubscribe = f"{base_url}/unsubscribe/{HIDDEN}" if delivery.marketing else ""
    hidden = {"temporary_password": HIDDEN, "unsubscribe_url": unsubscribe}
    if delivery.kind in LINK_HOURS:
        hours = str(delivery.params.get("hours", LINK_HOURS[delivery.kind]))
        hidden |= {"link": f"{base_url}/{HIDDEN}", "hours": hours}
    if delivery.kind in PAYMENT_LETTERS:
        hidden |= {"link": f"{base_url}/{HIDDEN}", "receipt_link": f"{base_url}/{HIDDEN}"}
    if path := delivery.params.get("apply_path"):
        hidden["apply_url"] = f"{base_url}{path}?t={HIDDEN}"
    return hidden
