"""An assignment in a real browser: a file is refused, nothing is lost, it is handed in, and graded by keyboard."""

import re

from playwright.sync_api import expect

from tests.browser.test_accessibility import problems
from tests.fixtures.assignments import PDF, PROGRAM
from tests.fixtures.browser import Visits, open_live
from tests.fixtures.launcher import Launch

STUDENT, OWNER = "student@demo.gurudesk.test", "owner@demo.gurudesk.test"
TITLE = "One dashboard, one page"


def test_a_refused_file_loses_nothing_and_what_is_handed_in_is_graded(demo: Launch, visits: Visits):
    page = visits.look(demo, STUDENT)
    open_live(page, "/student/assignments")
    page.get_by_role("link", name=re.compile(TITLE)).click()
    page.get_by_label("Text").fill("Two hours of work")
    files = [
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "virus.pdf", "mimeType": "application/pdf", "buffer": PROGRAM},
    ]
    page.get_by_label("Add files").set_input_files(files)
    expect(page.get_by_text("report.pdf · 1 KB, virus.pdf · 1 KB")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("“virus.pdf” is a program")).to_be_visible()
    expect(page.get_by_label("Text")).to_have_value("Two hours of work")
    assert not problems(page)

    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Your receipt")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("report.pdf")).first).to_be_visible()
    assert not problems(page)

    admin = visits.look(demo, OWNER)
    admin.goto("/admin/assignments?state=waiting")
    admin.get_by_role("link", name=TITLE).click()
    open_live(admin, admin.url)
    admin.keyboard.press("j")
    expect(admin.get_by_label("Points of 25")).to_be_visible()
    name = admin.get_by_role("heading", level=1).inner_text()
    open_live(admin, admin.url)
    admin.keyboard.press("j")
    expect(admin.get_by_role("heading", level=1)).not_to_have_text(name)
    admin.get_by_label("Points of 25").fill("22.5")
    admin.get_by_role("button", name="Grade", exact=True).click()
    expect(admin.get_by_text("is graded.")).to_be_visible()


def test_it_is_handed_in_without_javascript(demo: Launch, visits: Visits):
    page = visits.signed_in(demo, STUDENT, java_script_enabled=False)
    page.goto("/student/assignments")
    page.get_by_role("link", name=re.compile("A pivot table that holds")).click()
    page.get_by_label("Text").fill("Once more, with both parts")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in. Your receipt is below.")).to_be_visible()
