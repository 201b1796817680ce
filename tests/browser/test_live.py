"""Pages that stay true by themselves, and say so when they cannot."""

import os
import signal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.applying import apply
from tests.fixtures.browser import Visits, open_live, sign_in
from tests.fixtures.launcher import Launch

RESTART = 60_000  # milliseconds, on a busy machine
# Somebody applies while the pages are down.
APPLIES = """
with person as (
  insert into people (name, email, created_at, updated_at)
  values ('Lata Kamath', 'lata@example.com', now(), now()) returning id, name, email)
insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)
select id, (select id from courses where slug = 'data-analytics'), name, email, '+919876555555', now(), now()
from person returning id
"""


@pytest.fixture
def page(demo: Launch, visits: Visits) -> Page:
    page = visits.signed_in(demo, "owner@demo.gurudesk.test")
    open_live(page, "/admin")
    return page


def status(page: Page, state: str) -> object:
    return page.locator(f"[data-live-status][data-state='{state}']").first


def test_signing_out_in_one_tab_ends_the_stream_of_the_other(demo: Launch, visits: Visits):
    visits.allow("status of 401")
    page = visits.window(demo)
    sign_in(page, "owner@demo.gurudesk.test")
    other = page.context.new_page()
    open_live(other, "/admin")
    page.get_by_label("Account: Priya Krishnan").click()
    page.get_by_role("button", name="Sign out").click()
    expect(status(other, "stopped")).to_be_visible()


def test_after_a_restart_the_page_says_so_and_catches_up(demo: Launch, page: Page, visits: Visits):
    for complaint in ("net::ERR_", "htmx:sse:error", "Failed to fetch"):
        visits.allow(complaint)
    os.kill(demo.child("web"), signal.SIGKILL)
    expect(status(page, "reconnecting")).to_be_visible()
    demo.ask(APPLIES)
    expect(status(page, "caught-up")).to_be_visible(timeout=RESTART)
    expect(page.get_by_text("Lata Kamath").first).to_be_visible()


def test_what_is_being_typed_survives_news(demo: Launch, page: Page, visits: Visits):
    open_live(page, "/admin/applications?state=new")
    page.keyboard.press("j")
    expect(page.get_by_role("dialog").get_by_role("article")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Reason").press_sequentially("Half a sent")
    apply(visits.window(demo), "Nikita Bose", "98765 66666", "nikita@example.com")
    expect(page.get_by_text("1 new application", exact=True)).to_be_attached()
    page.keyboard.type("ence")
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")


def test_new_things_appear_on_an_open_dashboard(demo: Launch, page: Page, visits: Visits):
    apply(visits.window(demo), "Gautam Pillai", "98765 77777", "gautam@example.com")
    expect(page.get_by_text("Gautam Pillai applied")).to_be_visible()
