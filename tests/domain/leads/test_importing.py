"""Importing a lead file: what is stored, what is refused, and what happens when it is interrupted or undone."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.imports import _import
from adapters.postgres.database import Database
from domain.leads.filters import LeadFilter
from domain.leads.importing import ImportRun
from domain.leads.imports import LeadImport, add_import
from domain.leads.listing import count_leads, list_leads
from domain.work import SYSTEM, Work
from tests.fixtures.cast import ASHA, BEN, DEVIKA

MESSY = """Full Name;E-mail;Mobile
Ravi Kumar;Ravi@Example.test;98765 00001
Meera;not an address;9.19877E+11
Sunil;sunil@example.test;9.19877E+11
ravi k;RAVI@example.test;9876500002
Asha;asha@example.test;

;;
Phone Only;;+91 98765 00003
"""


async def no_guard(_work: Work) -> None:
    pass


async def imported(database: Database, path: Path, **options: object) -> LeadImport:
    async with database.work(SYSTEM) as work:
        lead_import = await add_import(work, path, path.name, f"imports/{uuid4()}")
        lead_import.state, lead_import.options = "running", options
    await ImportRun(lead_import.id, path, lambda: database.work(SYSTEM), no_guard).store()
    async with database.work(SYSTEM) as work:
        return await work.get(LeadImport, lead_import.id)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(MESSY, encoding="utf-8-sig")
    return path


async def test_tags_that_find_no_room_beside_those_of_the_file_are_said(database, cast, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("Email,Tags\na@x.test,own 1; own 2\nb@x.test,t1\n")
    done = await imported(database, path, tags=[f"t{number}" for number in range(19)])
    assert (done.created_count, done.warning_count) == (2, 1)
    async with database.work(SYSTEM) as work:
        reasons = await work.rows("select row_number, reason from lead_import_rows where kind = 'warning'")
    said = "Only 20 tags were kept of 21, those of the whole file first."
    assert [(row.row_number, row.reason) for row in reasons] == [(2, said)]


async def test_every_import_finds_its_leads_however_many_came_after_it(database, cast, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("Email\na@x.test\nb@x.test\n")
    imports = [await imported(database, path) for _time in range(4)]
    path.write_text("Email\nb@x.test\n")
    imports.append(await imported(database, path))
    async with database.work(SYSTEM) as work:
        found = [(await list_leads(work, LeadFilter(import_id=one.id))).total for one in imports]
        counted = [await count_leads(work, LeadFilter(import_id=one.id)) for one in imports]
        past = await work.value("select count(*) from lead_past_imports")
    assert found == counted == [2, 2, 2, 2, 1]
    assert past == 2 * 2 + 1


async def test_a_messy_file_becomes_leads_and_says_what_it_left_out(database, cast, messy):
    done = await imported(database, messy)
    assert (done.state, done.error) == ("done", "")
    counts = (done.rows_done, done.created_count, done.updated_count, done.duplicate_count, done.rejected_count)
    assert counts == (6, 3, 1, 1, 1)
    async with database.work(SYSTEM) as work:
        remarks = await work.rows("select row_number, kind, reason from lead_import_rows order by row_number, kind")
        phones = await work.rows("select phone from people where name = 'Ravi Kumar'")
    assert [(row.row_number, row.kind) for row in remarks] == [(3, "rejected"), (4, "warning"), (5, "duplicate")]
    assert "Excel" in remarks[1].reason
    assert phones[0].phone == "+919876500001"


async def person(database, email):
    async with database.work(SYSTEM) as work:
        columns = "name, email, phone, city, consent_email, consent_whatsapp"
        return tuple(await work.row(f"select {columns} from people where email = %(email)s", email=email))


async def test_a_known_person_keeps_what_is_known_unless_asked(database, cast, tmp_path):
    path = tmp_path / "again.csv"
    path.write_text("name,email,phone\nEsha,esha@example.test,9876500008\n")
    await imported(database, path)
    path.write_text("name,email,phone,city,consent\nSomeone Else,esha@example.test,9876500009,Pune,yes\n")
    await imported(database, path)
    known = ("Esha", "esha@example.test", "+919876500008", "Pune", False, False)
    assert await person(database, "esha@example.test") == known
    await imported(database, path, overwrite=["name", "phone"])
    known = ("Someone Else", "esha@example.test", "+919876500009", "Pune", False, False)
    assert await person(database, "esha@example.test") == known


@pytest.mark.parametrize("actor", [ASHA, BEN, DEVIKA])
async def test_no_import_changes_how_somebody_signs_in(database, cast, tmp_path, actor):
    path = tmp_path / "takeover.csv"
    everything = ["name", "email", "phone", "city"]
    async with database.work(SYSTEM) as work:
        await work.run("update people set phone = null where id = %(id)s", id=actor.id)
    before = await person(database, actor.email)
    path.write_text(f"name,email,phone,consent\nSomeone Else,{actor.email},9876500009,yes\n")
    done = await imported(database, path, overwrite=everything)
    assert (done.updated_count, done.warning_count) == (1, 1)
    assert await person(database, actor.email) == before
    async with database.work(SYSTEM) as work:
        assert "has an account" in await work.value("select reason from lead_import_rows")


async def test_a_clear_no_is_kept_as_it_was_written(database, cast, tmp_path):
    path = tmp_path / "no.csv"
    path.write_text("email,consent\nesha@example.test,No\n")
    await imported(database, path)
    async with database.work(SYSTEM) as work:
        assert await work.value("select attributes from imported_leads") == {"consent": "No"}


async def test_a_dry_run_stores_no_lead_and_counts_what_the_import_then_does(services, cast, messy):
    would = await _import(services, messy, dry_run=True)
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from imported_leads") == 0
        assert await work.value("select count(*) from lead_imports") == 0
    assert await _import(services, messy, dry_run=False) == would
    again = await _import(services, messy, dry_run=False)
    assert (again["new"], again["updated"]) == (0, 4)


async def test_an_interrupted_import_goes_on_where_it_was_without_a_double_row(database, cast, tmp_path):
    path = tmp_path / "many.csv"
    lines = [f"P {n},p{n % 9000}@example.test" for n in range(10_000)]
    path.write_text("name,email\n" + "\n".join(lines))
    async with database.work(SYSTEM) as work:
        lead_import = await add_import(work, path, path.name, "imports/many")
        lead_import.state = "running"
    run = ImportRun(lead_import.id, path, lambda: database.work(SYSTEM), dies_after(3))
    with pytest.raises(Killed):
        await run.store()
    async with database.work(SYSTEM) as work:
        assert await work.value("select last_row from lead_imports") > 0
    await ImportRun(lead_import.id, path, lambda: database.work(SYSTEM), no_guard).store()
    async with database.work(SYSTEM) as work:
        done = await work.get(LeadImport, lead_import.id)
        assert await work.value("select count(*) from imported_leads") == 9_000
        assert await work.value("select sum(change) from lead_counts") == 9_000
    assert (done.rows_done, done.created_count, done.duplicate_count) == (10_000, 9_000, 1_000)


async def test_somebody_added_by_hand_in_the_same_moment_is_found_and_not_doubled(database, cast, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("name,email,city\nRavi,ravi@example.test,Pune\nMeera,meera@example.test,Pune\n")
    async with database.work(SYSTEM) as work:
        await work.run(
            "insert into people (name, email, created_at, updated_at)"
            " values ('Ravi Kumar', 'ravi@example.test', %(now)s, %(now)s)",
            now=work.now,
        )
        importing = asyncio.create_task(imported(database, path))
        waiting = "select exists (select from pg_locks where not granted)"
        while not await work.value(waiting):
            assert not importing.done()
    done = await importing
    assert (done.state, done.created_count, done.updated_count) == ("done", 1, 1)
    async with database.work(SYSTEM) as work:
        people = await work.rows("select name, city from people where email = 'ravi@example.test'")
        assert [tuple(row) for row in people] == [("Ravi Kumar", "Pune")]
        assert await work.value("select count(*) from imported_leads") == 2


async def test_the_list_shows_an_import_from_its_end_and_search_finds_its_people(database, cast, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("name,email\n" + "\n".join(f"Person{n} Rao,p{n}@example.test" for n in range(4_500)))
    await imported(database, path)
    async with database.work(SYSTEM) as work:
        last, first = await list_leads(work, LeadFilter()), await list_leads(work, LeadFilter(), "created")
        found = await list_leads(work, LeadFilter(q="person4321"))
    assert [row.name for row in last.rows] == [f"Person{n} Rao" for n in range(4_499, 4_479, -1)]
    assert [row.name for row in first.rows] == [f"Person{n} Rao" for n in range(20)]
    assert [row.name for row in found.rows] == ["Person4321 Rao"]


class Killed(Exception):
    """The worker is gone."""


def dies_after(transactions: int):
    left = [transactions]

    async def guard(_work: Work) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed

    return guard
