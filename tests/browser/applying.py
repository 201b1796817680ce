"""Somebody applies through the public form."""

from playwright.sync_api import Page, expect


def apply(page: Page, name: str, phone: str, email: str, course: str = "data-analytics") -> None:
    """Fill in a course's form and send it."""
    page.goto(f"/apply/{course}")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone number").fill(phone)
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_role("button", name="Send application").click()
    expect(page.get_by_role("heading", name="Thank you for applying!")).to_be_visible()
