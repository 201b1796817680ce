"""Files as they come from elsewhere: what is refused, where it is said, and what is made of the rest."""

import re

import httpx
import pytest
from openpyxl import Workbook

from tests.fixtures.cast import BEN, sign_in_as
from tests.fixtures.imports import (
    FIELDS,
    checked,
    imported,
    message_in,
    one,
    send,
    start,
    stored_files,
    upload,
)

TOO_LARGE = 50 * 1024 * 1024 + 1
BAD_FILES = {
    "no file": (None, "Please choose a file first."),
    "empty": (b"", "This file is empty."),
    "header only": (b"name,email\n", "but no leads below it"),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "This is not a text file or an Excel workbook."),
    "null byte": (b"name,email\nA,a@example.com\nB\0,b@example.com\n", "Line 3 contains a null byte"),
    "10,000 columns": (b",".join(b"c%d" % n for n in range(10_000)) + b"\n1,2\n", "has 10,000 columns"),
    "5 MB cell": (b"name,email\nA,a@example.com\n" + b"x" * 5_000_000 + b",b@example.com\n", "Row 3 has a cell longer"),
    "too large": (b"name,email\n" + b"A,a@example.com\n" * (TOO_LARGE // 16), "This file is larger than 50 MB."),
}


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_file_that_cannot_be_imported_is_refused_on_the_form_with_its_reason(house, ben, kind):
    content, reason = BAD_FILES[kind]
    answer = await (ben.post("/admin/imports") if content is None else send(ben, content))
    assert answer.status_code == 422
    page = message_in(answer.text)
    assert reason.replace("This file", "") in page
    assert 'aria-invalid="true"' in answer.text
    assert stored_files(house) == []
    assert await one(house, "select count(*) from lead_imports") == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("leads.pdf", b"name,email\nA,a@example.com\n", "leads.pdf is not a kind of file we can import."),
        ("leads.xlsx", b"name,email\nA,a@example.com\n", "does not fit the content"),
        ("leads.xlsx", b"PK\x03\x04 but nothing more", "This Excel workbook is damaged"),
    ],
)
async def test_a_name_that_does_not_fit_the_content_is_refused(house, ben, name, content, reason):
    answer = await send(ben, content, name)
    assert answer.status_code == 422
    assert reason in message_in(answer.text)


async def test_what_lies_deep_in_the_file_fails_the_check_with_its_reason(house, ben):
    rows = "".join(f"P,p{n}@example.com\n" for n in range(300))
    address = await upload(ben, "name,email\n" + rows + "x" * 5_000_000 + ",a@example.com\n")
    page = message_in(await checked(house, ben, address))
    assert "This import has failed." in page
    assert "Row 302 has a cell longer than" in page
    assert "Discard the file" in page


async def test_a_file_without_contacts_is_refused_beside_its_columns_and_choices_stay(house, ben):
    address = await upload(ben, "name,shoe size,since\nA,9,2024\nB,8,2025\n")
    choices = {"column-0": "notes", "column-1": "", "column-2": "-", "tags": "june", "overwrite": ["city"]}
    answer = await ben.post(f"{address}/columns", data=choices)
    assert answer.status_code == 422
    assert "No column holds e-mail addresses or phone numbers" in message_in(answer.text)
    assert '<option value="notes" selected>' in answer.text
    assert 'value="june"' in answer.text
    assert 'value="city" checked' in answer.text
    answer = await ben.post(f"{address}/columns", data={"column-0": "shoe_size"})
    assert "A lead has no field named shoe_size." in message_in(answer.text)


async def test_two_columns_for_one_field_are_named(house, ben):
    address = await upload(ben)
    answer = await ben.post(f"{address}/columns", data={**FIELDS, "column-3": "name"})
    assert answer.status_code == 422
    assert "Column 1 holds this already." in message_in(answer.text)
    assert 'aria-describedby="field-column-3-error"' in answer.text


async def test_formulas_are_kept_as_text_and_guarded_in_the_rejects_file(house, ben):
    address = await imported(house, ben)
    wish = "select attributes ->> 'Batch wish' from imported_leads l join people p on p.id = l.person_id"
    assert await one(house, f"{wish} where p.phone = '+919876500003'") == '=HYPERLINK("x")'
    answer = await ben.get(f"{address}/rejects")
    assert answer.headers["content-disposition"].startswith('attachment; filename="rejects-')
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Full Name,E-mail,Mobile,Batch wish,Reason for rejection"
    assert lines[1].startswith("Meera,not an address,9.19877E+11,'=1+1,")
    assert len(lines) == 2


@pytest.mark.parametrize("harm", ["deleted", "changed"])
async def test_a_file_harmed_while_its_columns_are_chosen_is_said_so_after_the_check(house, ben, harm):
    address = await upload(ben)
    (file,) = stored_files(house)
    file.unlink() if harm == "deleted" else file.write_bytes(file.read_bytes().replace(b"Ravi", b"Rabi"))
    page = message_in(await checked(house, ben, address))
    assert {"deleted": "is gone from the disk", "changed": "has changed since"}[harm] in page
    assert "Upload it again." in page
    assert "Upload a file" in page


async def test_the_name_of_the_stored_file_is_ours_and_the_shown_one_harmless(house, ben):
    await upload(ben, name="..\\..\\etc/<b>\u202eleads\u202c.csv")
    (file,) = stored_files(house)
    assert re.fullmatch(r"[0-9a-f-]{36}", file.name)
    assert await one(house, "select file_name from lead_imports") == "<b>leads.csv"
    assert "<b>leads.csv" not in (await ben.get("/admin/imports")).text


async def test_an_excel_workbook_is_imported(house, ben, tmp_path):
    workbook = Workbook()
    for row in (("Name", "Phone"), ("Ravi", 9876500001), ("Meera", "098765 00002")):
        workbook.active.append(row)
    workbook.save(tmp_path / "leads.xlsx")
    address = await upload(ben, (tmp_path / "leads.xlsx").read_bytes(), "leads.xlsx")
    await checked(house, ben, address)
    await start(ben, address)
    await house.run_due()
    phones = "select array_agg(phone order by phone) from people where import_id is not null"
    assert await one(house, phones) == ["+919876500001", "+919876500002"]


async def test_the_page_of_a_workbook_names_the_sheets_it_does_not_read(house, ben, tmp_path):
    workbook = Workbook()
    for name in ("September", "October"):
        workbook.create_sheet(name).append(["name", "email"])
        workbook[name].append([name, f"{name.lower()}@example.com"])
    workbook.save(tmp_path / "leads.xlsx")
    address = await upload(ben, (tmp_path / "leads.xlsx").read_bytes(), "leads.xlsx")
    said = "Only the sheet “September” is read. Another has rows, too: “October”."
    assert said in (await ben.get(address)).text
    assert said in await checked(house, ben, address)
    plain = await upload(ben, b"name,email\nA,a@example.com\n")
    assert "Only the sheet" not in (await ben.get(plain)).text


async def test_a_file_far_too_large_is_refused_in_words_although_it_is_still_being_sent(house, cast):
    async with httpx.AsyncClient(base_url=house.settings.base_url, timeout=60) as browser:
        await sign_in_as(browser, house.app, BEN)
        answer = await send(browser, b"a" * (70 * 1024 * 1024))
        assert answer.status_code == 303
        page = await browser.get(answer.headers["location"])
    assert "This file is larger than 50 MB." in page.text
    assert stored_files(house) == []
