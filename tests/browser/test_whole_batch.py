"""A whole batch in a fortnight: from a file of leads to what they say of the class, and nobody is sent a word too many."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import mail_to
from tests.browser.test_classes import start
from tests.browser.test_journey import make_course
from tests.browser.walking import Walk, follow, open_mail
from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, make_owner, sign_in
from tests.fixtures.launcher import Launch, launches

ASHA, BILAL, CHITRA, DEEPAK, ESHA = (f"{name}@example.com" for name in ("asha", "bilal", "chitra", "deepak", "esha"))
PHONES = {"919876500011": ASHA, "919876500012": BILAL}
LEADS = b"""Name,Email,Phone
Asha Menon,asha@example.com,9876500011
Bilal Khan,bilal@example.com,9876500012
Chitra Das,chitra@example.com,9876500013
Deepak Jain,deepak@example.com,9876500014
Esha Bose,esha@example.com,9876500015
"""
PASSWORD = "three quiet yellow rivers"
NOW, DAY = timedelta(), timedelta(days=1)
EMAIL, WHATSAPP = "email", "whatsapp"
MINUTES_15 = timedelta(minutes=15)


def on_both(cause: str, after: timedelta, kind: str) -> list[tuple[str, timedelta, str, str]]:
    return [(cause, after, channel, kind) for channel in (EMAIL, WHATSAPP)]


# Whom what is sent, how long after which moment. Asha has agreed to WhatsApp; the owner is told in the product alone.
TABLE = {
    ASHA: [
        ("import", 1 * DAY, EMAIL, "lead_day_1"),
        ("Asha is approved", NOW, EMAIL, "welcome"),
        ("Asha is approved", NOW, WHATSAPP, "approval_welcome"),
        *on_both("Asha is approved", NOW, "payment_link"),
        *on_both("Asha is approved", NOW, "payment_received"),  # she pays at once
        *on_both("class is scheduled", NOW, "class_scheduled"),
        *on_both("class begins", -1 * DAY, "session_reminder_24h"),
        *on_both("class begins", -MINUTES_15, "session_reminder_15m"),
        *on_both("class ends", NOW, "assignment_given"),
        *on_both("class ends", timedelta(hours=2), "recording_ready"),
        ("Asha hands in", NOW, EMAIL, "submission_receipt"),  # and so is not reminded of the deadline
        *on_both("class ends", 1 * DAY, "feedback_request"),
    ],
    BILAL: [
        ("import", 1 * DAY, EMAIL, "lead_day_1"),
        ("import", 3 * DAY, EMAIL, "lead_day_3"),
        ("Bilal is approved", NOW, EMAIL, "welcome"),
        ("Bilal is approved", NOW, EMAIL, "payment_link"),
        ("Bilal is approved", 3 * DAY, EMAIL, "unpaid_reminder"),
        ("Bilal pays", NOW, EMAIL, "payment_received"),
        ("class is scheduled", NOW, EMAIL, "class_scheduled"),
        ("class begins", -1 * DAY, EMAIL, "session_reminder_24h"),
        ("class begins", -MINUTES_15, EMAIL, "session_reminder_15m"),
        ("class ends", NOW, EMAIL, "assignment_given"),
        ("class ends", timedelta(hours=2), EMAIL, "recording_ready"),
        ("deadline", -1 * DAY, EMAIL, "assignment_due"),  # of a class that he missed: nobody asks him how it was
    ],
    CHITRA: [("import", 1 * DAY, EMAIL, "lead_day_1")],
    **{silent: [("import", day * DAY, EMAIL, f"lead_day_{day}") for day in (1, 3, 7)] for silent in (DEEPAK, ESHA)},
}


@pytest.fixture(scope="module")
def batch() -> Iterator[Launch]:
    """A whole Gurudesk just after its first start, whose clock this test moves."""
    with launches() as make:
        launch = make(name="batch").ready()
        make_owner(launch)
        yield launch


def test_a_whole_batch_is_sent_what_it_must_be_and_nothing_else(batch: Launch, visits: Visits):
    owner, asha, bilal, chitra = (visits.window(batch) for _ in range(4))
    walk = Walk(batch)
    walk.to(walk.first)
    sign_in(owner, OWNER, OWNER_PASSWORD)
    make_course(owner)
    import_leads(owner)
    walk.mark("import")

    walk.to(walk.at(1, 15))
    apply(batch, asha, ASHA, on_whatsapp=True)
    unsubscribe(batch, chitra)
    walk.to(walk.at(2, 12))
    approve(owner, "Asha Menon")
    walk.mark("Asha is approved")
    choose_password(batch, asha)
    pay(batch, asha, ASHA)

    walk.to(walk.at(3, 15))
    apply(batch, bilal, BILAL, on_whatsapp=False)
    walk.to(walk.at(4, 12))
    approve(owner, "Bilal Khan")
    walk.mark("Bilal is approved")
    walk.to(walk.at(7, 15))
    pay(batch, bilal, BILAL)
    walk.mark("Bilal pays")

    walk.to(walk.at(7, 16))
    walk.mark("class begins", walk.at(9, 17))
    walk.mark("class ends", walk.at(9, 18))
    schedule(owner, walk)
    # It waits for the meeting in real time, which the clock would jump over.
    assert all(mail_to(batch, student, "Class: Joins") for student in (ASHA, BILAL))
    walk.mark("class is scheduled")
    assign(owner, walk)
    walk.mark("deadline", walk.at(12, 18))
    walk.to(walk.at(9, 16, 50))
    room = follow_to_class(batch, asha)
    walk.to(walk.at(9, 17, 1))
    host = start(batch, owner, "Joins")
    room.reload()
    room.get_by_role("button", name="Join", exact=True).click()
    expect(room.get_by_role("button", name="Leave").first).to_be_visible()
    walk.to(walk.at(9, 17, 59))
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_role("link", name="Open the recording")).to_be_visible()

    walk.to(walk.at(10, 15))
    hand_in(batch, asha)
    walk.mark("Asha hands in")
    walk.to(walk.at(10, 20))
    say_how_it_was(batch, visits.window(batch))
    walk.to(walk.at(14, 12))

    assert walk.sent(TABLE, PHONES) == {who: walk.in_order(messages) for who, messages in TABLE.items()}
    assert batch.ask("select count(*) from sandbox.calls") == 0
    person_id = batch.ask(f"select id from people where email = '{ASHA}'")
    owner.goto(f"/admin/people/{person_id}")
    expect(owner.get_by_text("Nothing is planned.")).to_be_visible()
    expect(owner.get_by_text("250 2.0.0 OK")).to_have_count(0)
    ledger = batch.run("doctor", "--ledger")
    assert ledger.returncode == 0, ledger.stdout


def import_leads(owner: Page) -> None:
    """Import the file, with the lead sequence chosen where the import is confirmed."""
    owner.goto("/admin/imports/new")
    file = {"name": "fair.csv", "mimeType": "text/csv", "buffer": LEADS}
    owner.get_by_label("File with leads").set_input_files(file)
    owner.get_by_role("button", name="Upload and look at it").click()
    owner.get_by_role("button", name="Check the file").click()
    owner.get_by_label("Write to them when the import is done").check()
    owner.get_by_role("button", name="Import 5 leads").click()
    expect(owner.get_by_text("5 leads were imported.")).to_be_visible()


def apply(launch: Launch, page: Page, email: str, *, on_whatsapp: bool) -> None:
    """Apply through the link of the e-mail, which knows who follows it."""
    open_mail(launch, page, email, "Data Analytics")
    form = follow(page, "Apply now")
    name = email.split("@")[0].capitalize()
    number = next(phone for phone, who in PHONES.items() if who == email)
    form.get_by_label("Your name").fill({ASHA: "Asha Menon", BILAL: "Bilal Khan"}[email])
    form.get_by_label("Phone number").fill(number[2:])
    form.get_by_label("E-mail", exact=True).fill(email)
    form.get_by_label("Why this course?").fill(f"{name} would like to.")
    form.get_by_label("On WhatsApp").set_checked(on_whatsapp)
    form.get_by_role("button", name="Send application").click()
    expect(form.get_by_role("heading", name="Thank you for applying!")).to_be_visible()


def unsubscribe(launch: Launch, page: Page) -> None:
    open_mail(launch, page, CHITRA, "Data Analytics")
    asked = follow(page, "Unsubscribe")
    asked.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(asked.get_by_role("heading", name="You are unsubscribed")).to_be_visible()


def approve(owner: Page, name: str) -> None:
    owner.goto("/admin/applications?state=new")
    owner.get_by_role("link", name=name).click()
    panel = owner.get_by_role("dialog")
    panel.get_by_label("Approve for").select_option(index=0)
    panel.get_by_role("button", name="Approve").click()
    expect(panel.get_by_text("All done here")).to_be_visible()


def pay(launch: Launch, page: Page, email: str) -> None:
    open_mail(launch, page, email, "Data Analytics")
    payment = follow(page, "Pay now")
    payment.get_by_role("link", name="Pay ₹24,999").click()
    payment.get_by_label("UPI ID").fill("someone@upi")
    payment.get_by_label("Mobile number").fill("98765 00011")
    payment.get_by_role("button", name="Pay ₹24,999").click()
    expect(payment.get_by_text("Thank you, your payment has arrived.")).to_be_visible()


def schedule(owner: Page, walk: Walk) -> None:
    owner.goto("/admin/sessions/new")
    owner.get_by_label("Title").fill("Joins")
    with owner.expect_response(re.compile("/admin/sessions/new")):
        owner.get_by_label("Batch").select_option(label="Data Analytics, Batch 1")
    owner.get_by_label("Day").fill(f"{walk.at(9, 17):%Y-%m-%d}")
    owner.get_by_label("Starts at").fill("17:00")
    owner.get_by_label("Minutes").fill("60")
    owner.get_by_role("button", name="Schedule and tell the students").click()
    owner.wait_for_url(re.compile(r"/admin/sessions/.{36}"))
    expect(owner.get_by_text("Link to join")).to_be_visible()


def assign(owner: Page, walk: Walk) -> None:
    """Publish an assignment that belongs to the class, so that it is told of after it."""
    owner.goto("/admin/assignments/new")
    if owner.get_by_label("Title").count() == 0:
        owner.get_by_role("main").get_by_role("link", name=re.compile("Batch 1")).first.click()
    owner.get_by_label("Title").fill("Join two tables")
    owner.get_by_label("Due").fill(f"{walk.at(12, 18):%Y-%m-%dT%H:%M}")
    owner.get_by_label("Points").fill("10")
    owner.get_by_label("Class").select_option(index=1)
    owner.get_by_role("button", name="Publish now").click()
    owner.wait_for_url(re.compile(r"/admin/assignments/.{36}"))


def choose_password(launch: Launch, page: Page) -> None:
    password = re.search(r"temporary password: (\S+)", mail_to(launch, ASHA, "Welcome")["text"])[1]
    sign_in(page, ASHA, password)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    page.goto("/student")
    expect(page.get_by_role("heading", name="Hello, Asha")).to_be_visible()


def follow_to_class(launch: Launch, page: Page) -> Page:
    open_mail(launch, page, ASHA, "Joins")
    return follow(page, "Join the class")


def hand_in(launch: Launch, page: Page) -> None:
    open_mail(launch, page, ASHA, "Join two tables")
    form = follow(page, "Open the assignment")
    form.get_by_label("Text").fill("An inner join, and a left one.")
    form.get_by_role("button", name="Hand in").click()
    expect(form.get_by_role("heading", name="Your receipt")).to_be_visible()


def say_how_it_was(launch: Launch, stranger: Page) -> None:
    """Tap a figure, without signing in."""
    open_mail(launch, stranger, ASHA, "How was")
    form = follow(stranger, "Tell us")
    form.get_by_role("button", name=re.compile("5 of 5")).click()
    expect(form.get_by_text("Thank you. You have said 5 of 5.")).to_be_visible()
