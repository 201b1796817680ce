"""What came of one delivery, by whichever channel: where it stands, and what its provider said of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

RESULT = """
select d.id, d.channel, d.kind, d.person_id, d.campaign_id, d.to_address, d.to_name, d.template, d.state, d.reason, d.attempt,
  d.due_at, d.created_at, d.sent_at, coalesce(g.state, w.state, c.state) as log_state, g.opens, g.clicks, g.clicked_at,
  coalesce(g.subject, nullif(left(w.body, 160), ''), nullif(left(c.summary, 160), '')) as subject,
  coalesce(g.delivered_at, w.delivered_at) as delivered_at, coalesce(g.opened_at, w.read_at) as opened_at,
  coalesce(w.history, c.history) as history, g.message_id as email_id, w.campaign, w.state as whatsapp_state, w.submitted_at,
  coalesce(w.submitted_id, w.message_id) as whatsapp_id,
  c.call_id, c.agent_id, c.state as call_state, c.status as call_status, c.has_recording, c.ended_at
from deliveries d left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id
where d.id = %(id)s
"""
EVENTS = """
select kind as event, occurred_at as at from webhook_events where delivery_id = %(id)s order by occurred_at, id limit 200
"""
SETTLED = ("sent", "failed", "cancelled")


async def find_result(work: Work, delivery_id: UUID) -> Row:
    """Return what came of a delivery, or raise NotFound."""
    row = await work.row(RESULT, id=delivery_id)
    if row is None:
        raise NotFound(_("There is no such delivery."))
    return row


async def list_reports(work: Work, result: Row) -> Sequence[tuple[str, datetime]]:
    """Return what the provider has reported of a delivery, in its words and in order."""
    if result.channel == "email":
        return [(row.event, row.at) for row in await work.rows(EVENTS, id=result.id)]
    return [(entry["event"], datetime.fromisoformat(entry["at"])) for entry in result.history or ()]


def is_settled(row: Row) -> bool:
    """Say whether nothing more will be tried."""
    return row.state in SETTLED
