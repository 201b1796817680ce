"""The list of deliveries: every e-mail, WhatsApp message and call."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.messaging.filtering import COUNTED, DeliveryFilter, read_delivery_filter
from domain.work import Row, Work

__all__ = ["PER_PAGE", "DeliveryFilter", "DeliveryPage", "list_deliveries", "read_delivery_filter"]

PER_PAGE = 20

FROM = """from deliveries d left join email_logs e on e.delivery_id = d.id
  left join whatsapp_logs w on w.delivery_id = d.id left join call_logs c on c.delivery_id = d.id"""
LIST = """
select (select count(*) from (select {from_} {where} limit %(counted)s) c) as total, r.*,
  (select jsonb_agg(jsonb_build_array(id, name)) from (
     select id, name from lead_campaigns order by created_at desc limit 30) c) as campaigns
from (select) one left join (
  select d.id, d.channel, d.kind, d.to_address, d.to_name, d.state, d.reason, d.created_at, d.sent_at, d.person_id, d.campaign_id,
    coalesce(e.state, w.state, c.state) as log_state, coalesce(w.reason, c.reason, '') as log_reason,
    coalesce(e.subject, nullif(left(w.body, 160), ''), nullif(left(c.summary, 160), ''), t.title) as subject,
    c.duration_seconds, m.name as campaign
  {from_} left join lead_campaigns m on m.id = d.campaign_id
    left join whatsapp_templates t on d.channel = 'whatsapp' and t.campaign = d.template
  {where} order by {order} limit %(limit)s offset %(offset)s
) r on true order by {again}
"""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page of the list. ``total`` is exact unless ``is_more``: then there are more than that."""

    rows: Sequence[Row]
    total: int
    is_more: bool
    page: int
    campaigns: Sequence[tuple[str, str]]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def list_deliveries(work: Work, wanted: DeliveryFilter, page: int = 1, per_page: int = PER_PAGE) -> DeliveryPage:
    """Return one page of the deliveries that are asked for, in one round trip; the newest first unless sorted."""
    where, values = wanted.conditions()
    values |= {"counted": COUNTED + 1, "limit": per_page, "offset": (page - 1) * per_page}
    statement = LIST.format(from_=FROM, where=where, order=wanted.order("d"), again=wanted.order("r"))
    rows = await work.rows(statement, **values)
    is_more = rows[0].total > COUNTED
    found = [row for row in rows if row.id is not None]
    return DeliveryPage(found, COUNTED if is_more else rows[0].total, is_more, page, rows[0].campaigns or ())
