"""A lead becomes a student, from an empty Gurudesk to the dashboard, as the owner, the applicant and the student see it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.mailbox import mail_to
from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, open_live, sign_in
from tests.fixtures.launcher import Launch

STUDENT_PASSWORD = "three quiet yellow rivers"
# As a spreadsheet in a western locale saves it: semicolons, its own encoding, a title line, a number destroyed.
LEADS = """Contacts of the open day;;;
Full Name;E-mail Address;Mobile No.;City
Renée D'Souza;renee@example.com;98765 00001;Panjim
Rohit Deshmukh;ROHIT@Example.com ;+91-98765-00002;Pune
;;;
rohit deshmukh;rohit@example.com;9876500002;
Sunita Rao;sunita@example.com;9,19877E+11;Mysuru
Nobody Reachable;not an address;;Delhi
""".encode("cp1252")
DROP = """
([zone, text, name]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}
"""
STAYED = "() => window.stayed === true"


def test_a_lead_becomes_a_student(empty: Launch, visits: Visits):
    owner, applicant, student = visits.window(empty), visits.window(empty), visits.window(empty)
    sign_in(owner, OWNER, OWNER_PASSWORD)
    make_course(owner)
    import_leads(owner)
    send_cta_email(owner)
    watch_queue(owner)
    apply(open_link(empty, applicant))
    approve(owner)
    password = temporary_password(empty)
    choose_own_password(student, password)
    refuse_password(visits.window(empty), password)


def test_a_file_dropped_on_the_import_page_is_taken_as_if_it_were_chosen(empty: Launch, visits: Visits):
    owner = visits.signed_in(empty, OWNER, OWNER_PASSWORD)
    open_live(owner, "/admin/imports/new")
    zone = owner.locator("[data-drop-zone]").element_handle()
    owner.evaluate(DROP, [zone, "Name,Phone\nMeera Nair,9876500077\n", "dropped.csv"])
    expect(owner.get_by_text("dropped.csv · 1 KB")).to_be_visible()
    expect(owner.locator("[data-over]")).to_have_count(0)
    owner.get_by_role("button", name="Upload and look at it").click()
    expect(owner.get_by_role("heading", name="dropped.csv")).to_be_visible()
    expect(owner.get_by_role("table").get_by_label("Phone")).to_have_value("phone")


def make_course(owner: Page) -> None:
    owner.goto("/admin/courses")
    owner.get_by_role("link", name="New course").first.click()
    owner.get_by_label("Title").fill("Data Analytics")
    owner.get_by_label("In one sentence").fill("Excel, SQL and Power BI, live in the evening.")
    owner.get_by_label("Price in rupees").fill("24999")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_role("main").get_by_role("link", name=re.compile("batch")).first.click()
    owner.get_by_label("Name").fill("Batch 1")
    owner.get_by_label("Places").fill("30")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_role("button", name="Publish").click()
    expect(owner.get_by_text("/apply/data-analytics")).to_be_visible()


def import_leads(owner: Page) -> None:
    owner.goto("/admin/imports/new")
    file = {"name": "open-day.csv", "mimeType": "text/csv", "buffer": LEADS}
    owner.get_by_label("File with leads").set_input_files(file)
    owner.get_by_role("button", name="Upload and look at it").click()
    expect(owner.get_by_label("Full Name")).to_have_value("name")
    expect(owner.get_by_label("Mobile No.")).to_have_value("phone")
    expect(owner.get_by_text("Renée D'Souza")).to_be_visible()
    owner.get_by_label("City").first.select_option(label="Keep as an extra")
    owner.get_by_label("City").first.select_option(label="City")
    owner.get_by_role("button", name="Check the file").click()
    expect(owner.get_by_role("button", name="Import 3 leads")).to_be_visible()
    expect(figure(owner, "Twice in the file")).to_contain_text("1")
    expect(figure(owner, "Rejected")).to_contain_text("1")
    owner.get_by_role("button", name="Import 3 leads").click()
    expect(owner.get_by_text("3 leads were imported.")).to_be_visible()


def figure(page: Page, label: str) -> object:
    return page.locator(".stat").filter(has_text=label)


def send_cta_email(owner: Page) -> None:
    owner.get_by_role("link", name="Send CTA e-mail").click()
    expect(owner.locator("#recipient-count")).to_have_text("3")
    expect(owner.frame_locator("iframe").get_by_text("Data Analytics").first).to_be_visible()
    owner.get_by_role("button", name="Send to 3 people").click()
    expect(owner.get_by_text("3 of 3 sent")).to_be_visible()


def open_link(empty: Launch, applicant: Page) -> Page:
    """Open the e-mail in the sandbox's mailbox and follow its link."""
    message = mail_to(empty, "rohit@example.com", "Data Analytics")
    applicant.goto(f"http://127.0.0.1:{empty.sandbox_port}/mailbox/{message['id']}")
    with applicant.expect_popup() as opened:
        applicant.frame_locator("iframe").get_by_role("link", name="Apply now").click()
    return opened.value


def watch_queue(owner: Page) -> None:
    """Open the queue and leave it open."""
    owner.goto("/admin/applications?state=new")
    owner.evaluate("() => { window.stayed = true }")


def apply(form: Page) -> None:
    form.get_by_label("Your name").fill("Rohit Deshmukh")
    form.get_by_label("Phone number").fill("12345")
    form.get_by_label("E-mail", exact=True).fill("rohit@example.com")
    form.get_by_label("Why this course?").fill("I run a small shop.")
    form.get_by_role("button", name="Send application").click()
    expect(form.get_by_label("Phone number")).to_be_focused()
    expect(form.get_by_label("Why this course?")).to_have_value("I run a small shop.")
    form.get_by_label("Phone number").fill("98765 00002")
    form.get_by_role("button", name="Send application").click()
    expect(form.get_by_role("heading", name="Thank you for applying!")).to_be_visible()


def approve(owner: Page) -> None:
    owner.get_by_text("1 new application", exact=True).click()
    owner.get_by_role("link", name="Rohit Deshmukh").click()
    panel = owner.get_by_role("dialog")
    expect(panel.get_by_text("I run a small shop.")).to_be_visible()
    panel.get_by_label("Approve for").select_option(index=0)
    panel.get_by_role("button", name="Approve").click()
    expect(panel.get_by_text("All done here")).to_be_visible()
    assert owner.evaluate(STAYED), "the queue was loaded again"


def temporary_password(empty: Launch) -> str:
    text = mail_to(empty, "rohit@example.com", "Welcome")["text"]
    return re.search(r"temporary password: (\S+)", text)[1]


def choose_own_password(student: Page, password: str) -> None:
    sign_in(student, "rohit@example.com", password)
    expect(student.get_by_role("heading", name="Choose a password of your own")).to_be_visible()
    student.goto("/student")  # there is no way around it
    student.get_by_label("New password").fill(STUDENT_PASSWORD)
    student.get_by_role("button", name="Save password").click()
    student.goto("/student")
    expect(student.get_by_role("heading", name="Hello, Rohit")).to_be_visible()
    expect(student.get_by_text("Batch 1").first).to_be_visible()


def refuse_password(stranger: Page, password: str) -> None:
    stranger.goto("/sign-in")
    stranger.get_by_label("E-mail or phone").fill("rohit@example.com")
    stranger.get_by_label("Password", exact=True).fill(password)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    assert "/sign-in" in stranger.url
