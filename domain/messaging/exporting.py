"""Exporting deliveries: exactly the rows a filter finds, as CSV that a spreadsheet shows and never runs."""

import csv
from datetime import datetime
from typing import TextIO

from domain import audit
from domain.leads.cells import guard_formula
from domain.leads.filters import HOME_ZONE
from domain.messaging.filtering import DeliveryFilter
from domain.messaging.listing import FROM
from domain.work import Row, Work

AT_ONCE = 1_000
HEADER = (
    "Channel", "Kind", "Name", "Address", "Message", "Campaign", "State", "Reported", "Reason", "Created at (IST)",
    "Sent at (IST)", "Delivered at (IST)", "Opened or read at (IST)", "Clicked at (IST)", "Call seconds", "Delivery",
)  # fmt: skip
# The message as the list shows it: its subject, or how it begins.
OPEN = """
declare deliveries_export no scroll cursor for
select d.channel, d.kind, d.to_name, d.to_address,
  coalesce(e.subject, nullif(left(w.body, 160), ''), nullif(left(c.summary, 160), ''), t.title, '') as message,
  coalesce(m.name, '') as campaign, d.state, coalesce(e.state, w.state, c.state, '') as reported,
  coalesce(nullif(d.reason, ''), w.reason, c.reason, '') as reason, d.created_at, d.sent_at,
  coalesce(e.delivered_at, w.delivered_at) as delivered_at, coalesce(e.opened_at, w.read_at) as seen_at, e.clicked_at,
  c.duration_seconds, d.id
  {from_} left join lead_campaigns m on m.id = d.campaign_id
    left join whatsapp_templates t on d.channel = 'whatsapp' and t.campaign = d.template
  {where} order by {order}
"""


async def export_deliveries(work: Work, wanted: DeliveryFilter, stream: TextIO) -> int:
    """Write the deliveries that are asked for to ``stream`` and return how many; a thousand at a time are in memory.

    ``stream`` must be opened with ``newline=""`` and the encoding ``utf-8-sig``, by which Excel knows it is UTF-8.
    """
    work.require_admin()
    where, values = wanted.conditions()
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    await work.run(OPEN.format(from_=FROM, where=where, order=wanted.order("d")), **values)
    count = 0
    while rows := await work.rows(f"fetch {AT_ONCE} from deliveries_export"):
        writer.writerows(_cells(row) for row in rows)
        count += len(rows)
    await audit.record(work, "deliveries.exported", "delivery", count=count, filter=wanted.as_values())
    return count


def _cells(row: Row) -> list[str]:
    texts = [row[index] for index in range(9)]
    moments = [_moment(row[index]) for index in range(9, 14)]
    rest = ["" if row.duration_seconds is None else str(row.duration_seconds), str(row.id)]
    return [guard_formula(cell) for cell in (*texts, *moments, *rest)]


def _moment(at: datetime | None) -> str:
    return at.astimezone(HOME_ZONE).strftime("%Y-%m-%d %H:%M") if at else ""
