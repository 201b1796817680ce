"""What came of one delivery, by whichever channel: where it stands, and what its provider said of it."""

from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

RESULT = """
select d.id, d.channel, d.state, d.reason, d.to_address, d.template, d.due_at, d.created_at, d.sent_at,
  g.message_id as email_id, w.campaign, w.state as whatsapp_state, w.submitted_at,
  coalesce(w.submitted_id, w.message_id) as whatsapp_id,
  c.call_id, c.agent_id, c.state as call_state, c.status as call_status, c.has_recording, c.ended_at
from deliveries d left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id
where d.id = %(id)s
"""
SETTLED = ("sent", "failed", "cancelled")


async def find_result(work: Work, delivery_id: UUID) -> Row:
    """Return what came of a delivery, or raise NotFound."""
    row = await work.row(RESULT, id=delivery_id)
    if row is None:
        raise NotFound(_("There is no such delivery."))
    return row


def is_settled(row: Row) -> bool:
    """Say whether nothing more will be tried."""
    return row.state in SETTLED
