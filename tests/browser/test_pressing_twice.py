"""Buttons that are pressed twice do what they do once."""

from playwright.sync_api import Page, expect

from tests.browser.applying import apply
from tests.fixtures.browser import Visits, open_live
from tests.fixtures.launcher import Launch


def press_again(page: Page) -> None:
    """Press the mouse once more where it is, as the second half of a double click."""
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)


def test_a_double_click_approves_one_application_and_not_the_next(demo: Launch, visits: Visits) -> None:
    for number in (1, 2):
        apply(visits.window(demo), f"Twice Pressed {number}", f"98765 5555{number}", f"twice{number}@example.com")
    page = visits.signed_in(demo, "owner@demo.gurudesk.test")
    open_live(page, "/admin/applications?state=new&q=twice%20pressed")
    approvals: list[str] = []
    page.on("request", lambda request: approvals.append(request.url) if "/approval" in request.url else None)
    page.keyboard.press("j")
    shown = page.get_by_role("dialog").get_by_role("article").get_by_role("heading", level=2)
    expect(shown).to_have_text("Twice Pressed 2")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(shown).to_have_text("Twice Pressed 1")
    press_again(page)
    page.reload()
    assert len(approvals) == 1
