"""What all tests of a browser share: it takes long to start, and ends with the last of them."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, Who
from tests.fixtures.launcher import Launch, launches

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def demo() -> Iterator[Launch]:
    """A whole Gurudesk with its demo data, shared by the tests that only look around."""
    with launches() as make:
        launch = make(GURUDESK_DEMO="true").ready()
        launch.wait_for("Demo sign-ins")
        yield launch


@pytest.fixture(scope="package")
def empty() -> Iterator[Launch]:
    """A whole Gurudesk just after its first start, without demo data; OWNER can sign in."""
    with launches() as make:
        launch = make().ready()
        made = launch.run("create-admin", OWNER, "--name", "Devika Menon", "--password", OWNER_PASSWORD)
        assert made.returncode == 0, made.stderr
        yield launch


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. Not of the whole session: while it is open no other test could run an event loop."""
    path = next(found for name in NAMES if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def remembered() -> dict[Who, Any]:
    """Whose browser has signed in already, and with which cookies."""
    return {}


@pytest.fixture(scope="module")
def kept(chromium: Browser) -> Iterator[dict[Who, Page]]:
    """The windows that the tests of a module share."""
    pages: dict[Who, Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def visits(chromium: Browser, remembered: dict[Who, Any], kept: dict[Who, Page]) -> Iterator[Visits]:
    """Windows for one test, which fails if the browser had anything to complain about."""
    visits = Visits(chromium, remembered, kept)
    yield visits
    visits.close()
    assert not visits.unexpected
