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

# The further columns that most leads have are columns; what does not fit is in the last one, in words.
MAX_KEYS, REST = 200, "Further columns"
KEYS = f"""
select key from (select jsonb_object_keys(l.attributes) as key {{from_}} {{where}}) k
 group by key order by count(*) desc, key limit {MAX_KEYS + 1}
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
    found = [row.key for row in await work.rows(KEYS.format(from_=FROM, where=where), **values)]
    keys, is_more = sorted(found[:MAX_KEYS]), len(found) > MAX_KEYS
    writer = csv.writer(stream)
    writer.writerow([guard_formula(cell) for cell in (*HEADER, *keys, *([REST] if is_more else []))])
    await work.run(OPEN.format(from_=FROM, where=where, order=SORTS.get(sort, SORTS[""])), **values)
    count = 0
    while rows := await work.rows(f"fetch {AT_ONCE} from leads_export"):
        writer.writerows(_cells(row, keys, is_more) for row in rows)
        count += len(rows)
    await audit.record(work, "leads.exported", "lead", count=count, filter=wanted.as_values())
    return count


def _cells(row: Row, keys: Sequence[str], is_more: bool) -> list[str]:
    created = row.created_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    cells = [*(row[index] for index in range(9)), created, *(str(row.attributes.get(key, "")) for key in keys)]
    if is_more:
        own = frozenset(keys)
        cells.append("; ".join(f"{key}: {value}" for key, value in row.attributes.items() if key not in own))
    return [guard_formula(cell) for cell in cells]
