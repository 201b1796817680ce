"""The import pages, from the upload to the undoing, as an admin's browser uses them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, DEVIKA, signed_in_browser
from tests.fixtures.house import House

MESSY = """Full Name;E-mail;Mobile;Batch wish
Ravi Kumar;Ravi@Example.com;98765 00001;Evening
Meera;not an address;9.19877E+11;=1+1
Sunil;sunil@example.com;9.19877E+11;
ravi k;RAVI@example.com;9876500002;Morning
Asha;asha@example.test;;
Phone Only;;+91 98765 00003;=HYPERLINK("x")
"""
FIELDS = {"column-0": "name", "column-1": "email", "column-2": "phone", "column-3": ""}


@pytest.fixture
async def browser(house: House, cast) -> AsyncIterator[httpx.AsyncClient]:
    """Ben's browser, beside a running worker."""
    async with signed_in_browser(house.app, BEN) as client:
        yield client


async def upload(browser: httpx.AsyncClient, content: str | bytes = MESSY, name: str = "leads.csv") -> str:
    """Upload a file and return the address of its import."""
    answer = await send(browser, content, name)
    assert answer.status_code == 303, message_in(answer.text)
    return urlsplit(answer.headers["location"]).path


async def send(browser: httpx.AsyncClient, content: str | bytes, name: str = "leads.csv") -> httpx.Response:
    body = content.encode() if isinstance(content, str) else content
    return await browser.post("/admin/imports", files={"file": (name, body)})


async def checked(house: House, browser: httpx.AsyncClient, address: str, **choices: object) -> str:
    """Check the file as its columns were guessed, and return the page."""
    answer = await browser.post(f"{address}/columns", data=choices)
    assert answer.status_code == 303, message_in(answer.text)
    await house.run_due()
    return (await browser.get(address)).text


async def start(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """Press the button that imports."""
    page = (await browser.get(address)).text
    return await browser.post(f"{address}/start", data={"check": value_of(page, "check")})


async def imported(house: House, browser: httpx.AsyncClient, content: str | bytes = MESSY) -> str:
    address = await upload(browser, content)
    await checked(house, browser, address)
    await start(browser, address)
    await house.run_due()
    return address


async def one(house: House, sql: str, **values: object) -> object:
    async with house.database.work(SYSTEM) as work:
        return await work.value(sql, **values)


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def message_in(page: str) -> str:
    """Return the page's words, without markup, on one line."""
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page)
    return " ".join(text.split())


def stored_files(house: House) -> list[Path]:
    return [path for path in (house.settings.data_dir / "files").rglob("*") if path.is_file()]


async def test_a_messy_file_is_looked_at_checked_imported_and_undone(house, browser):
    address = await upload(browser)
    columns = (await browser.get(address)).text
    assert re.search(r'name="column-1".*?<option value="email" selected>', columns, re.S)
    assert "Ravi@Example.com" in columns

    page = message_in(await checked(house, browser, address))
    assert "New leads 3" in page and "Known already 1" in page
    assert "Twice in the file 1" in page and "Rejected 1" in page
    assert "Import 4 leads" in page
    assert await one(house, "select count(*) from imported_leads") == 0

    await start(browser, address)
    assert "Importing the leads" in (await browser.get(address)).text
    await house.run_due()
    page = (await browser.get(address)).text
    assert "4 leads were imported." in page
    import_id = address.rpartition("/")[2]
    assert f"/admin/leads?import={import_id}" in page and f"/admin/campaigns/new?import={import_id}" in page

    question = (await browser.get(f"{address}/undo")).text
    await browser.post(f"{address}/undo", data={"expected": value_of(question, "expected"), "typed_count": "4"})
    await house.run_due()
    assert "Undone: 4 leads were removed." in (await browser.get(address)).text
    assert await one(house, "select count(*) from imported_leads") == 0
    assert await one(house, "select count(*) from people where id = %(id)s", id=ASHA.id) == 1
