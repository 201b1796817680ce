"""The import pages, from the upload to the undoing, as an admin's browser uses them."""

import re

import httpx

from bench.round_trips import counted
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, DEVIKA, signed_in_browser
from tests.fixtures.imports import (
    FIELDS,
    checked,
    imported,
    message_in,
    one,
    start,
    stored_files,
    upload,
    value_of,
)


async def test_a_messy_file_is_looked_at_checked_imported_and_undone(house, ben):
    address = await upload(ben)
    columns = (await ben.get(address)).text
    assert re.search(r'name="column-1".*?<option value="email" selected>', columns, re.S)
    assert "Ravi@Example.com" in columns

    page = message_in(await checked(house, ben, address))
    assert "New leads 3" in page
    assert "Known already 1" in page
    assert "Twice in the file 1" in page
    assert "Rejected 1" in page
    assert "Import 4 leads" in page
    assert await one(house, "select count(*) from imported_leads") == 0

    await start(ben, address)
    assert "Importing the leads" in (await ben.get(address)).text
    await house.run_due()
    page = (await ben.get(address)).text
    assert "4 leads were imported." in page
    import_id = address.rpartition("/")[2]
    assert f"/admin/leads?import={import_id}" in page
    assert f"/admin/campaigns/new?import={import_id}" in page

    question = (await ben.get(f"{address}/undo")).text
    await ben.post(f"{address}/undo", data={"expected": value_of(question, "expected"), "typed_count": "4"})
    await house.run_due()
    assert "Undone: 4 leads were removed." in (await ben.get(address)).text
    assert await one(house, "select count(*) from imported_leads") == 0
    assert await one(house, "select count(*) from people where id = %(id)s", id=ASHA.id) == 1


async def test_leads_imported_twice_are_announced_and_added_once(house, ben):
    await imported(house, ben)
    again = await upload(ben, name="renamed.csv")
    page = message_in((await ben.get(again)).text)
    assert "This very file has been imported before." in page
    assert "by Ben Thomas: 4 leads." in page
    page = message_in(await checked(house, ben, again))
    assert "imported before" in page
    assert "New leads 0" in page
    assert "Known already 4" in page


async def test_choices_of_columns_tags_and_overwriting_reach_the_leads(house, ben):
    async with house.database.work(SYSTEM) as work:
        await work.run(
            "insert into people (name, email, created_at, updated_at) values ('Esha', 'esha@example.test', now(), now())"
        )
    address = await upload(ben, "who,mail\nSomebody Else,esha@example.test\n")
    await checked(house, ben, address, **{"column-0": "name", "column-1": "email"}, tags="june, fair", overwrite="name")
    await start(ben, address)
    await house.run_due()
    assert await one(house, "select name from people where email = 'esha@example.test'") == "Somebody Else"
    assert await one(house, "select tags from imported_leads") == ["june", "fair"]


async def test_rows_to_look_at_come_by_kind_twenty_a_page(house, ben):
    rows = "".join(f"P{n},broken\n" for n in range(25)) + "A,a@example.com\nB,A@example.com\n"
    address = await upload(ben, "name,email\n" + rows)
    first = message_in(await checked(house, ben, address))
    assert "1–20 of 25" in first
    assert "P0 · broken" in first
    assert "P20 · broken" not in first
    assert "P24 · broken" in (await ben.get(address, params={"rows": "rejected", "page": 2})).text
    assert "The same person as in row 27." in (await ben.get(address, params={"rows": "duplicate"})).text


async def test_a_stopped_import_goes_on_and_is_undone_but_for_who_was_touched(house, ben):
    address = await upload(ben)
    await checked(house, ben, address)
    await start(ben, address)
    await ben.post(f"{address}/stop")
    await house.run_due()
    page = message_in((await ben.get(address)).text)
    assert "Stopped after 0 of 6 rows." in page
    assert await one(house, "select count(*) from imported_leads") == 0
    await ben.post(f"{address}/resume")
    await house.run_due()
    lead = await one(
        house, "select l.id from imported_leads l join people p on p.id = l.person_id where p.name = 'Sunil'"
    )
    await ben.post(f"/admin/leads/{lead}", data={"name": "Sunil Rao", "city": "", "notes": "called", "tags": ""})

    question = await ben.get(f"{address}/undo")
    assert "3 leads that this import created are removed for good." in message_in(question.text)
    assert "1 lead stays" in message_in(question.text)
    wrong = await ben.post(f"{address}/undo", data={"expected": "3", "typed_count": "4"})
    assert wrong.status_code == 422
    assert "Please type 3 to go ahead." in message_in(wrong.text)
    outdated = await ben.post(f"{address}/undo", data={"expected": "4", "typed_count": "4"})
    assert outdated.status_code == 422
    assert "By now 3 leads would be removed." in message_in(outdated.text)
    await ben.post(f"{address}/undo", data={"expected": "3", "typed_count": "3"})
    await house.run_due()
    page = message_in((await ben.get(address)).text)
    assert "Undone: 3 leads were removed." in page
    assert "1 lead stayed" in page
    assert await one(house, "select count(*) from imported_leads") == 1


async def test_pressing_twice_starts_once_and_says_so(house, ben):
    address = await upload(ben)
    await checked(house, ben, address)
    check = {"check": value_of((await ben.get(address)).text, "check")}
    await ben.post(f"{address}/start", data=check)
    again = await ben.post(f"{address}/start", data=check)
    assert again.headers["location"] == address
    assert "This import is running already." in (await ben.get(address)).text
    assert await one(house, "select count(*) from automation_steps where kind = 'run_import'") == 1
    assert (await ben.post(f"{address}/columns", data=FIELDS)).headers["location"] == address
    assert (await ben.get(f"{address}/columns")).headers["location"] == address
    await house.run_due()
    assert await one(house, "select state from lead_imports") == "done"


async def test_of_two_admins_the_second_is_told_what_the_first_has_done(house, ben):
    address = await upload(ben)
    async with signed_in_browser(house.app, DEVIKA) as other:
        shown = (await other.get(f"{address}/columns/news", params={"seen": "uploaded"})).text
        assert "Somebody else" not in shown
        await checked(house, ben, address)
        shown = (await other.get(f"{address}/columns/news", params={"seen": "uploaded"})).text
        assert "Somebody else has gone on with this import." in shown
        stale = {"check": value_of((await other.get(address)).text, "check")}
        await checked(house, ben, address, **FIELDS)
        await other.post(f"{address}/start", data=stale)
        assert "This file was checked again in the meantime." in (await other.get(address)).text
        assert await one(house, "select state from lead_imports") == "checked"


async def test_a_discarded_file_is_gone_from_disk_and_history(house, ben):
    address = await upload(ben)
    assert len(stored_files(house)) == 1
    assert (await ben.post(f"{address}/discard")).headers["location"] == "/admin/imports"
    assert stored_files(house) == []
    assert (await ben.get(address)).status_code == 404
    assert await one(house, "select count(*) from audit_logs where action = 'import.discarded'") == 1
    done = await imported(house, ben)
    assert (await ben.post(f"{done}/discard")).headers["location"] == done
    assert len(stored_files(house)) == 1


async def test_the_history_lists_twenty_a_page_with_who_and_what_became_of_it(house, ben):
    assert "No imports yet" in (await ben.get("/admin/imports")).text
    await imported(house, ben)
    page = message_in((await ben.get("/admin/imports")).text)
    assert re.search(r"leads\.csv Ben Thomas Done 3 1 1 1", page)
    async with house.database.work(SYSTEM) as work:
        await work.run(
            "insert into lead_imports (file_name, stored_name, file_size, file_hash, created_at)"
            " select 'older ' || n, 'x', 1, 'x', %(now)s - make_interval(hours => n) from generate_series(1, 21) n",
            now=work.now,
        )
    page = message_in((await ben.get("/admin/imports")).text)
    assert "1–20 of 22" in page
    assert "older 19" in page
    assert "older 20" not in page
    page = message_in((await ben.get("/admin/imports", params={"page": 2})).text)
    assert "older 21" in page
    assert "older 19" not in page
    assert "There is no such page" in (await ben.get("/admin/imports", params={"page": 9})).text


async def test_the_history_costs_three_round_trips(house, ben):
    await imported(house, ben)
    async with counted(house.app) as database:
        assert (await ben.get("/admin/imports")).status_code == 200
        assert database.round_trips <= 3


PAGES = ("", "/new", "/{id}", "/{id}/columns", "/{id}/columns/news", "/{id}/undo", "/{id}/rejects")
ACTS = (
    "",
    "/{id}/columns",
    "/{id}/start",
    "/{id}/stop",
    "/{id}/stop-check",
    "/{id}/resume",
    "/{id}/undo",
    "/{id}/discard",
)


async def test_students_and_strangers_reach_nothing(house, ben):
    address = await upload(ben)
    import_id = address.rpartition("/")[2]
    async with (
        signed_in_browser(house.app, ASHA) as student,
        httpx.AsyncClient(base_url=house.settings.base_url) as stranger,
    ):
        for path in PAGES:
            target = "/admin/imports" + path.format(id=import_id)
            assert (await student.get(target)).status_code == 403, target
            refused = await stranger.get(target)
            assert refused.status_code == 401 or "/sign-in" in refused.headers["location"], target
        for path in ACTS:
            target = "/admin/imports" + path.format(id=import_id)
            assert (await student.post(target)).status_code == 403, target
            assert (await stranger.post(target)).status_code in (303, 401, 403), target
    assert await one(house, "select state from lead_imports") == "uploaded"
