"""A student is asked for money, pays it at the gateway, and gets a part of it back, as the owner and the payer see it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.mailbox import mail_to
from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, open_live, sign_in
from tests.fixtures.launcher import Launch

STAYED = "() => window.stayed === true"


def test_a_payment_is_asked_for_paid_and_given_back(empty: Launch, visits: Visits):
    owner, payer = visits.window(empty), visits.window(empty)
    sign_in(owner, OWNER, OWNER_PASSWORD)
    add_person(owner)
    ask(owner)
    page = open_link(empty, payer)
    pay(page)
    expect(owner.locator("#payment").get_by_text("Paid", exact=True).first).to_be_visible()
    assert owner.evaluate(STAYED), "the page was loaded again"
    expect(page.get_by_text("Thank you, your payment has arrived.")).to_be_visible()
    page.get_by_role("link", name="₹5,000").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    give_back(owner)
    assert mail_to(empty, "kavya@example.com", "Receipt")


def add_person(owner: Page) -> None:
    owner.goto("/admin/leads/new")
    owner.get_by_label("Name").fill("Kavya Rao")
    owner.get_by_label("E-mail").fill("kavya@example.com")
    owner.get_by_role("button", name="Add lead").click()
    owner.wait_for_url(re.compile(r"/admin/leads/.{36}"))


def ask(owner: Page) -> None:
    owner.goto("/admin/payments/new")
    owner.get_by_label("Name, e-mail or phone").last.fill("kavya")
    owner.get_by_role("link", name="Kavya Rao").click()
    owner.get_by_label("What it is for").fill("Weekend workshop")
    owner.get_by_label("Amount in rupees").fill("5")
    owner.get_by_role("button", name="Ask for it").click()
    expect(owner.get_by_label("Amount in rupees")).to_be_focused()
    owner.get_by_label("Amount in rupees").fill("5,000")
    owner.get_by_role("button", name="Ask for it").click()
    owner.wait_for_url(re.compile(r"/admin/payments/.{36}"))
    expect(owner.get_by_text("Open", exact=True)).to_be_visible()
    open_live(owner, owner.url)
    owner.evaluate("() => { window.stayed = true }")


def open_link(empty: Launch, payer: Page) -> Page:
    message = mail_to(empty, "kavya@example.com", "Weekend workshop")
    payer.goto(f"http://127.0.0.1:{empty.sandbox_port}/mailbox/{message['id']}")
    with payer.expect_popup() as opened:
        payer.frame_locator("iframe").get_by_role("link", name="Pay now").click()
    return opened.value


def pay(page: Page) -> None:
    page.get_by_role("link", name="Pay ₹5,000").click()
    page.get_by_label("UPI ID").fill("kavya@upi")
    page.get_by_label("Mobile number").fill("98765 00009")
    page.get_by_role("button", name="Pay ₹5,000").click()


def give_back(owner: Page) -> None:
    owner.get_by_role("link", name="Give money back").click()
    owner.get_by_label("Amount in rupees").fill("2000")
    owner.get_by_label("Why").select_option("QFL")
    owner.get_by_label("In your words").fill("Could only come on one day.")
    owner.get_by_label("Type the amount once more").fill("2000")
    owner.get_by_role("button", name="Give it back").click()
    expect(owner.locator("#payment").get_by_text("Part refunded")).to_be_visible()
    expect(owner.locator("#payment").get_by_text("₹2,000 given back")).to_be_visible()
