"""The CSV of the leads list."""

import csv
import io

from domain.leads.export import AT_ONCE, HEADER, MAX_KEYS, export_leads
from domain.leads.filters import LeadFilter
from domain.leads.phones import read_phones
from domain.work import Work
from tests.fixtures.leads import new_lead


async def exported(work: Work, wanted: LeadFilter | None = None, sort: str = "") -> list[list[str]]:
    stream = io.StringIO(newline="")
    count = await export_leads(work, wanted or LeadFilter(), sort, stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue())))
    assert len(rows) == count + 1
    return rows


async def test_exactly_the_filtered_rows_are_exported_in_the_order_of_the_list(work: Work) -> None:
    for name, tags in (("Bela", ["hot"]), ("Arun", ["hot"]), ("Chitra", [])):
        await new_lead(work, name, tags=tags)
    rows = await exported(work, LeadFilter(tag="hot"), "name")
    assert rows[0] == list(HEADER)
    assert [row[0] for row in rows[1:]] == ["Arun", "Bela"]


async def test_no_cell_is_run_by_a_spreadsheet(work: Work) -> None:
    await new_lead(work, "=1+1", attributes={"=cmd": "@sum", "note": "-2"}, notes="\tx")
    header, row = await exported(work)
    assert [cell for cell in [*header, *row] if cell and cell[0] in "=+-@\t\r"] == []
    assert row[0] == "'=1+1"


async def test_a_phone_reads_back_as_it_was(work: Work) -> None:
    person_id = await new_lead(work)
    phone = await work.value("select phone from people where id = %(id)s", id=person_id)
    cell = (await exported(work))[1][2]
    assert read_phones(cell) == ([phone], [])


async def test_further_columns_of_all_files_are_columns(work: Work) -> None:
    await new_lead(work, "A", attributes={"Occupation": "Nurse"}, age=1)
    await new_lead(work, "B", attributes={"Budget": "50k"}, age=2)
    header, first, second = await exported(work)
    assert header[len(HEADER) :] == ["Budget", "Occupation"]
    assert (first[-2:], second[-2:]) == (["", "Nurse"], ["50k", ""])


async def test_columns_beyond_the_most_are_in_the_last_one_in_words(work: Work) -> None:
    await new_lead(work, "A", attributes={f"k{number:03d}": "x" for number in range(MAX_KEYS)}, age=1)
    await new_lead(work, "B", attributes={"k000": "y", "zz": "=1", "zzz": "2"}, age=2)
    await new_lead(work, "C", attributes={"zz": "3"}, age=3)
    header, *rows = await exported(work)
    assert len(header) == len(HEADER) + MAX_KEYS + 1
    assert header[-2:] == ["zz", "Further columns"]
    assert [row[-1] for row in rows] == [f"k{MAX_KEYS - 1}: x", "zzz: 2", ""]
    assert [row[-2] for row in rows] == ["", "'=1", "3"]


async def test_more_rows_than_are_fetched_at_once_are_all_there(work: Work) -> None:
    await work.run(
        "with fresh as (insert into people (name, created_at, updated_at) select 'L' || n, %(now)s, %(now)s"
        "  from generate_series(1, %(count)s) n returning id)"
        " insert into imported_leads (person_id, created_at) select id, %(now)s from fresh",
        count=AT_ONCE + 5,
        now=work.now,
    )
    assert len({row[0] for row in (await exported(work))[1:]}) == AT_ONCE + 5
    assert await work.value("select details ->> 'count' from audit_logs where action = 'leads.exported'") == "1005"
