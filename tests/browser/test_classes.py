"""A class from being scheduled to being watched afterwards, as the owner and a student see it, with the clock moved."""

import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page, expect

from tests.browser.mailbox import mail_to
from tests.browser.test_recordings import play_until
from tests.browser.walking import move_clock
from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, make_owner, open_live
from tests.fixtures.launcher import Launch, launches

STUDENT, LATE, PASSWORD = "kavya@example.com", "imran@example.com", "three quiet yellow rivers"
IST = ZoneInfo("Asia/Kolkata")
SCHOOL = """
with course as (
  insert into courses (slug, title, is_published, created_at, updated_at)
  values ('data', 'Data Analytics', true, app_now(), app_now()) returning id
), batch as (
  insert into batches (course_id, name, created_at) select id, 'Batch 7', app_now() from course returning id
), people as (
  insert into people (name, email, created_at, updated_at)
  values ('Kavya Rao', 'kavya@example.com', app_now(), app_now()), ('Imran Ali', 'imran@example.com', app_now(), app_now())
  returning id, email
), profiles as (
  insert into profiles (person_id, role, password_hash, created_at, updated_at)
  select id, 'student', '{hash}', app_now(), app_now() from people returning person_id
)
insert into enrolments (person_id, batch_id, enrolled_at)
select people.id, batch.id, app_now() from people, batch where email = 'kavya@example.com'
"""
# Enrolled as an admin does it, from another batch.
ELSEWHERE = """
with other as (
  insert into batches (course_id, name, created_at) select id, 'Batch 6', app_now() from courses returning id
)
insert into enrolments (person_id, batch_id, enrolled_at)
select p.id, other.id, app_now() from people p, other where p.email = 'imran@example.com' returning id
"""
THREE_DAYS = """
update sandbox.zoom_recording_files set ready_at = app_now() + interval '3 days' where recording_id in (
  select r.id from sandbox.zoom_recordings r join sandbox.zoom_instances i on i.uuid = r.uuid
    join sandbox.zoom_meetings m on m.id = i.meeting_id where m.topic like 'Views%')
"""
UNTIL = """
select ceil(extract(epoch from {column} + interval '{minutes} minutes' - app_now()) / 60)::int from sessions
where title = '{title}'
"""


@pytest.fixture(scope="module")
def school() -> Iterator[Launch]:
    """A whole Gurudesk with one batch and its students, whose clock these tests move."""
    with launches() as make:
        launch = make(name="school").ready()
        make_owner(launch)
        launch.ask(SCHOOL.format(hash=PasswordHasher().hash(PASSWORD)))
        launch.ask("update business_settings set value = '{}' where key = 'quiet_hours'")
        yield launch


@pytest.fixture
def owner(school: Launch, visits: Visits) -> Page:
    return visits.signed_in(school, OWNER, OWNER_PASSWORD)


@pytest.fixture
def student(school: Launch, visits: Visits) -> Page:
    return visits.signed_in(school, STUDENT, PASSWORD)


def test_a_class_is_told_of_joined_recorded_and_watched(school: Launch, owner: Page, student: Page):
    schedule(school, owner, "Joins")
    expect(owner.get_by_text("Link to join")).to_be_visible()
    assert mail_to(school, STUDENT, "Joins")
    student.goto("/student")
    expect(student.get_by_role("button", name="Join now")).to_be_disabled()

    advance(school, "Joins", "starts_at", -14)
    open_live(student, "/student")
    room = join(student)
    expect(room.get_by_text("The host has not started yet")).to_be_visible()
    advance(school, "Joins", "starts_at", 1)
    host = start(school, owner, "Joins")
    room.reload()
    room.get_by_role("button", name="Join", exact=True).click()
    expect(room.get_by_role("button", name="Leave").first).to_be_visible()
    expect(student.get_by_text("Live now")).to_be_visible()

    advance(school, "Joins", "ends_at", -1)
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_role("link", name="Open the recording")).to_be_visible()
    advance(school, "Joins", "ends_at", 24 * 60)
    student.goto("/student/recordings")
    student.get_by_role("link", name="Joins").first.click()
    expect(student.get_by_text("Watched: 0 %")).to_be_visible()
    play_until(student, 4)
    student.goto("/student/recordings")
    expect(student.get_by_text(re.compile(r"[3-8]\d %")).first).to_be_visible()
    student.get_by_role("link", name="Joins").first.click()
    play_until(student, 7)
    expect(student.get_by_text("This class counts as watched.")).to_be_visible()
    student.goto("/student")
    expect(student.get_by_text("1 of 1 done")).to_be_visible()

    owner.goto(page_of(school, "Joins") + "/attendance")
    row = owner.locator("tr").filter(has_text="Kavya Rao")
    expect(row.locator(".badge", has_text="Present")).to_be_visible()


def test_who_comes_late_to_a_moved_and_a_cancelled_class_is_never_wrong(school: Launch, owner: Page, visits: Visits):
    schedule(school, owner, "Windows")
    schedule(school, owner, "Indexes", days=4)
    mail_to(school, STUDENT, "Indexes")
    owner.goto(page_of(school, "Windows") + "/edit")
    owner.get_by_label("Starts at").fill("20:30")
    owner.get_by_role("button", name="Save and tell 1 student").click()
    assert "Windows" in mail_to(school, STUDENT, "Moved")["subject"]
    owner.goto(page_of(school, "Indexes") + "/cancellation")
    owner.get_by_label("Reason").fill("The teacher is ill.")
    owner.get_by_role("button", name="Cancel and tell 1 student").click()
    assert "Indexes" in mail_to(school, STUDENT, "Cancelled")["subject"]

    enrolment_id = school.ask(ELSEWHERE)
    owner.goto(f"/admin/enrolments/{enrolment_id}")
    owner.get_by_role("radio", name=re.compile("Batch 7")).check()
    owner.get_by_role("button", name="Move").click()
    assert mail_to(school, LATE, "class")
    late = visits.signed_in(school, LATE, PASSWORD)
    late.goto("/student/schedule")
    expect(late.get_by_text("8:30").or_(late.get_by_text("20:30")).first).to_be_visible()
    advance(school, "Windows", "starts_at", 5)
    late.goto("/student")
    host = start(school, owner, "Windows")
    room = join(late)
    room.get_by_role("button", name="Join", exact=True).click()
    expect(room.get_by_role("button", name="Leave").first).to_be_visible()
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_role("link", name="Open the recording")).to_be_visible()


def test_zoom_down_at_creation_is_said_and_the_meeting_comes_when_it_is_back(school: Launch, owner: Page):
    fails(school, "zoom", "503", 2)
    schedule(school, owner, "Keys", days=20)
    expect(owner.get_by_text("Zoom does not answer as it should")).to_be_visible()
    expect(owner.get_by_text("the class is safe")).to_be_visible()
    expect(owner.get_by_text("Link to join")).to_be_visible(timeout=30_000)
    expect(owner.get_by_text("Zoom does not answer as it should")).to_be_hidden()
    assert mail_to(school, STUDENT, "Keys")
    assert school.ask("select count(*) from sandbox.zoom_meetings where topic like 'Keys%' and deleted_at is null") == 1


def test_a_recording_that_needs_three_days_comes_by_itself(school: Launch, owner: Page, student: Page):
    schedule(school, owner, "Views")
    expect(owner.get_by_text("Link to join")).to_be_visible()
    advance(school, "Views", "starts_at", 1)
    host = start(school, owner, "Views")
    advance(school, "Views", "ends_at", -1)
    fails(school, "zoom:webhook", "never", 10)
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_role("link", name="Open the recording")).to_be_visible()
    school.ask(THREE_DAYS)  # as Zoom may when it is busy; and its events get lost
    advance(school, "Views", "ends_at", 61)
    owner.goto(page_of(school, "Views") + "/recordings")
    expect(owner.get_by_text("Waiting for Zoom")).to_be_visible()
    student.goto("/student/recordings")
    expect(student.get_by_role("link", name="Views")).to_have_count(0)
    # The hours between are those of the hourly look, which other tests go through.
    school.ask("select shift_clock(interval '50 hours')")
    advance(school, "Views", "ends_at", 53 * 60)
    expect(owner.get_by_text("Waiting for Zoom")).to_be_visible()
    advance(school, "Views", "ends_at", 4 * 24 * 60)
    expect(owner.get_by_text("Synced")).to_be_visible()
    student.goto("/student/recordings")
    student.get_by_role("link", name="Views").first.click()
    expect(student.get_by_text("Watched: 0 %")).to_be_visible()


def schedule(school: Launch, owner: Page, title: str, days: int = 2) -> None:
    owner.goto("/admin/sessions/new")
    owner.get_by_label("Title").fill(title)
    with owner.expect_response(re.compile("/admin/sessions/new")):
        owner.get_by_label("Batch").select_option(label="Data Analytics, Batch 7")
    now = datetime.fromisoformat(str(school.ask("select app_now()::text")))
    owner.get_by_label("Day").fill(f"{now.astimezone(IST) + timedelta(days=days):%Y-%m-%d}")
    owner.get_by_label("Starts at").fill("19:00")
    owner.get_by_label("Minutes").fill("60")
    owner.get_by_role("button", name="Schedule and tell the students").click()
    owner.wait_for_url(re.compile(r"/admin/sessions/.{36}"))


def start(school: Launch, owner: Page, title: str) -> Page:
    """Open the meeting as its host, and start it."""
    owner.goto(page_of(school, title))
    with owner.expect_popup() as opened:
        owner.get_by_role("button", name="Start as host").click()
    opened.value.get_by_role("button", name="Start as host").click()
    expect(opened.value.get_by_role("button", name="End for all")).to_be_visible()
    return opened.value


def fails(school: Launch, what: str, how: str, count: int) -> None:
    """Let the next so many of what Zoom does fail."""
    fault = json.dumps({"provider": what, "kind": how, "count": count}).encode()
    urllib.request.urlopen(f"http://127.0.0.1:{school.sandbox_port}/faults.json", fault, timeout=10).close()


def join(page: Page) -> Page:
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Join now").click()
    return opened.value


def advance(school: Launch, title: str, column: str, minutes: int) -> None:
    """Move the clock to so many minutes after the start or end of a class."""
    left = school.ask(UNTIL.format(column=column, minutes=minutes, title=title))
    move_clock(school, by=f"{left}m")


def page_of(school: Launch, title: str) -> str:
    found = school.ask(f"select id from sessions where title = '{title}'")
    return f"/admin/sessions/{found}"
