"""Exporting leads: exactly the rows a filter finds, as CSV that a spreadsheet shows and never runs."""

import csv
from collections.abc import Sequence
from typing import TextIO
from zoneinfo import ZoneInfo

from domain import audit
from domain.leads.cells import guard_formula
from domain.leads.filters import LeadFilter
from domain.leads.listing import FROM, SORTS
from domain.work import Row, Work

AT_ONCE = 1_000
ZONE = ZoneInfo("Asia/Kolkata")
# Named as importing knows them, so that an export can be imported again; `unguard_formula` gives back +91….
HEADER = ("Name", "Email", "Phone", "City", "Source", "Campaign", "Tags", "Notes", "Status", "Created at (IST)")

KEYS = """
select key from (select jsonb_object_keys(l.attributes) as key {from_} {where}) k group by key order by key limit 60
"""
OPEN = """
declare leads_export no scroll cursor for
select p.name, coalesce(p.email, '') as email, coalesce(p.phone, '') as phone, p.city, l.source, l.campaign,
  array_to_string(l.tags, ', ') as tags, l.notes, l.status, l.created_at, l.attributes
  {from_} {where} order by {order}
"""


async def export_leads(work: Work, wanted: LeadFilter, sort: str, stream: TextIO) -> int:
    """Write the leads to ``stream`` and return how many; a thousand at a time are held in memory.

    ``stream`` must be opened with ``newline=""`` and the encoding ``utf-8-sig``, by which Excel knows it is UTF-8.
    """
    where, values = wanted.conditions()
    keys = [row.key for row in await work.rows(KEYS.format(from_=FROM, where=where), **values)]
    writer = csv.writer(stream)
    writer.writerow([guard_formula(cell) for cell in (*HEADER, *keys)])
    await work.run(OPEN.format(from_=FROM, where=where, order=SORTS.get(sort, SORTS[""])), **values)
    count = 0
    while rows := await work.rows(f"fetch {AT_ONCE} from leads_export"):
        writer.writerows(_cells(row, keys) for row in rows)
        count += len(rows)
    await audit.record(work, "leads.exported", "lead", count=count, filter=wanted.as_values())
    return count


def _cells(row: Row, keys: Sequence[str]) -> list[str]:
    created = row.created_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    cells = [*(row[index] for index in range(9)), created, *(str(row.attributes.get(key, "")) for key in keys)]
    return [guard_formula(cell) for cell in cells]
