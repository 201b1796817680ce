"""Everything that matters works in a browser that runs no scripts."""

import re

from playwright.sync_api import Page, expect

from tests.browser.applying import apply
from tests.fixtures.browser import Visits, sign_in
from tests.fixtures.launcher import Launch


def window(visits: Visits, demo: Launch) -> Page:
    return visits.window(demo, java_script_enabled=False)


def admin_window(visits: Visits, demo: Launch) -> Page:
    return visits.signed_in(demo, "admin@demo.gurudesk.test", java_script_enabled=False)


def test_an_applicant_is_told_what_is_wrong_and_applies(demo: Launch, visits: Visits):
    page = window(visits, demo)
    page.goto("/apply/ux-foundations")
    page.get_by_label("Your name").fill("Kavya Menon")
    page.get_by_label("E-mail", exact=True).fill("kavya at example")
    page.get_by_role("button", name="Send application").click()
    expect(page.get_by_label("Your name")).to_have_value("Kavya Menon")
    expect(page.get_by_label("E-mail", exact=True)).to_have_attribute("aria-invalid", "true")
    apply(page, "Kavya Menon", "98765 11111", "kavya@example.com", "ux-foundations")


def test_an_admin_reviews_and_approves(demo: Launch, visits: Visits):
    apply(window(visits, demo), "Tanvi Kelkar", "98765 22222", "tanvi@example.com")
    page = window(visits, demo)
    sign_in(page, "admin@demo.gurudesk.test")
    page.get_by_role("main").get_by_role("link", name="Review applications").click()
    page.get_by_role("link", name="Tanvi Kelkar").click()
    page.get_by_label("Approve for").select_option(index=0)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Tanvi Kelkar is approved.")).to_be_visible()


def test_an_admin_rejects_with_a_reason_and_takes_it_back(demo: Launch, visits: Visits):
    apply(window(visits, demo), "Omkar Joshi", "98765 33333", "omkar@example.com")
    page = admin_window(visits, demo)
    page.goto("/admin/applications?state=new&q=Omkar")
    page.get_by_role("link", name="Omkar Joshi").click()
    page.get_by_text("Reject…").click()
    page.get_by_label("Reason").fill("Too early in the year.")
    page.get_by_role("button", name="Reject", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 application is open again.")).to_be_visible()


def test_an_admin_filters_and_turns_pages_of_leads(demo: Launch, visits: Visits):
    page = admin_window(visits, demo)
    page.goto("/admin/leads")
    page.get_by_label("Status").select_option("emailed")
    page.get_by_role("button", name="Apply search and filters").click()
    assert "status=emailed" in page.url
    expect(page.locator("tbody").get_by_text("New", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"status=emailed.*page=2|page=2.*status=emailed"))
    expect(page.get_by_text(re.compile("^21–40 of"))).to_be_visible()
