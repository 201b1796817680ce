"""The keyboard: the palette, the sheet of shortcuts, the review queue, and keys that are left to whoever is typing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.applying import apply
from tests.fixtures.browser import Visits, open_live
from tests.fixtures.launcher import Launch

# Presses a key in the task in which new content has come in, before htmx has looked at it.
PRESS_DURING_SWAP = """
([key, place]) => document.addEventListener("htmx:before:settle", function press({ target }) {
  if (!target.matches(place)) return;
  document.removeEventListener("htmx:before:settle", press);
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
})
"""


@pytest.fixture
def page(demo: Launch, visits: Visits) -> Page:
    page = visits.signed_in(demo, "owner@demo.gurudesk.test")
    open_live(page, "/admin")
    return page


@pytest.fixture
def queue(page: Page) -> Page:
    open_live(page, "/admin/applications?state=new")
    return page


def test_the_palette_finds_a_person_and_goes_there(page: Page):
    page.keyboard.press("Control+k")
    page.keyboard.type("ananya iyer")
    expect(page.get_by_role("option", name="Ananya Iyer")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ananya Iyer")).to_be_visible()


def test_the_palette_finds_a_page_by_a_part_of_its_name(page: Page):
    page.keyboard.press("Control+k")
    page.keyboard.type("audit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/audit$"))


def test_the_palette_begins_what_can_be_done_and_a_reload_keeps_what_was_typed(page: Page):
    page.keyboard.press("Control+k")
    page.keyboard.type("add a lead")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/leads/new$"))
    page.get_by_label("Notes").fill("Met at the open day")
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("Met at the open day")


def test_the_sheet_shows_the_shortcuts_of_this_page(queue: Page):
    queue.keyboard.press("?")
    sheet = queue.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Next application")).to_be_visible()
    expect(sheet.get_by_text("Go to Leads")).to_be_visible()
    queue.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_two_keys_go_to_a_place(page: Page):
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("/admin/leads$"))


def test_j_and_k_walk_through_the_queue(queue: Page):
    names = queue.locator("tbody td[data-title] a").all_inner_texts()
    heading = queue.get_by_role("dialog").get_by_role("article").get_by_role("heading", level=2)
    queue.keyboard.press("j")
    expect(heading).to_have_text(names[0])
    queue.keyboard.press("j")
    expect(heading).to_have_text(names[1])
    queue.keyboard.press("k")
    expect(heading).to_have_text(names[0])


def test_a_key_pressed_while_the_list_comes_in_opens_the_panel(queue: Page):
    first = queue.locator("tbody td[data-title] a").first.inner_text()
    queue.evaluate(PRESS_DURING_SWAP, ["j", "#applications"])
    queue.evaluate("document.body.dispatchEvent(new CustomEvent('applications:decided'))")
    expect(queue.get_by_role("dialog").get_by_role("heading", name=first)).to_be_visible()
    expect(queue).to_have_url(re.compile(r"/admin/applications\?state=new$"))


def test_a_key_pressed_while_the_panel_comes_in_goes_on_to_the_next(queue: Page):
    names = queue.locator("tbody td[data-title] a").all_inner_texts()
    queue.evaluate(PRESS_DURING_SWAP, ["j", "[data-application], #panel-body"])
    queue.keyboard.press("j")
    expect(queue.get_by_role("dialog").get_by_role("heading", name=names[1])).to_be_visible()
    queue.evaluate(PRESS_DURING_SWAP, ["k", "[data-application]"])
    queue.keyboard.press("j")
    expect(queue.get_by_role("dialog").get_by_role("heading", name=names[1])).to_be_visible()
    expect(queue).to_have_url(re.compile(r"/admin/applications\?state=new$"))


def test_a_key_pressed_before_htmx_has_started_opens_the_panel(page: Page):
    page.add_init_script("""
      document.addEventListener("DOMContentLoaded", () => {
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, cancelable: true }));
      });
    """)
    page.goto("/admin/applications?state=new")
    expect(page.get_by_role("dialog").get_by_role("article")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/admin/applications\?state=new$"))


def test_a_and_enter_approve(demo: Launch, visits: Visits, queue: Page):
    apply(visits.window(demo), "Ishaan Dutta", "98765 44444", "ishaan@example.com")
    open_live(queue, "/admin/applications?state=new&q=ishaan@example.com")
    queue.keyboard.press("j")
    expect(queue.get_by_role("dialog").get_by_role("heading", name="Ishaan Dutta")).to_be_visible()
    queue.keyboard.press("a")
    expect(queue.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    queue.keyboard.press("Enter")
    expect(queue.get_by_text("All done here")).to_be_visible()


def test_r_opens_the_reason_where_letters_are_letters(queue: Page):
    heading = queue.get_by_role("dialog").get_by_role("article").get_by_role("heading", level=2)
    queue.keyboard.press("j")
    expect(heading).to_be_visible()
    name = heading.inner_text()
    queue.keyboard.press("r")
    expect(queue.get_by_label("Reason")).to_be_focused()
    queue.keyboard.type("jar? kept g l")
    expect(queue.get_by_label("Reason")).to_have_value("jar? kept g l")
    expect(heading).to_have_text(name)


def test_keys_typed_into_the_search_do_nothing_else(queue: Page):
    queue.keyboard.press("/")
    search = queue.get_by_role("search").get_by_role("searchbox")
    expect(search).to_be_focused()
    queue.keyboard.type("jkar?")
    expect(search).to_have_value("jkar?")
    expect(queue.locator("dialog[open]")).to_have_count(0)
