"""A film of a class is uploaded, watched in part, gone on with, and watched to its end; the admin sees how far."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from adapters.settings import ROOT
from tests.browser.test_accessibility import STUDENT, problems
from tests.fixtures.browser import Visits
from tests.fixtures.launcher import Launch

MEDIA = ROOT / "adapters" / "sandbox" / "zoom" / "media"
OWNER = "owner@demo.gurudesk.test"
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nWelcome to joins\n\n00:05.000 --> 00:08.000\nThat was all\n"
HELD = """
insert into sessions (batch_id, title, starts_at, duration, ends_at, create_zoom_meeting, created_at, updated_at)
select e.batch_id, '{title}', now() - interval '3 hours', 60, now() - interval '2 hours', false, now(), now()
from enrolments e join people p on p.id = e.person_id where p.email = '{email}' and e.state <> 'withdrawn' limit 1
returning id
"""
PERCENT = "select percent from recording_views where recording_id = '{id}'"
PLAYS = "document.querySelector('video').currentTime > {at}"
IS_READY = "() => document.querySelector('video').readyState >= 2"


@pytest.fixture
def film(demo: Launch, visits: Visits) -> str:
    """A film of eight seconds with captions, of a class of the demo's student; its id."""
    title = f"Joins {uuid4().hex[:6]}"
    session_id = demo.ask(HELD.format(title=title, email=STUDENT))
    page = visits.signed_in(demo, OWNER)
    page.goto(f"/admin/sessions/{session_id}/recordings/new")
    page.get_by_label("Film or sound").set_input_files(MEDIA / "class.mp4")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Film").click()
    page.get_by_label("Captions").set_input_files({"name": "x.vtt", "mimeType": "text/vtt", "buffer": CAPTIONS})
    page.get_by_role("button", name="Add captions").click()
    expect(page.get_by_text("The captions are there: 2 lines.")).to_be_visible()
    assert not problems(page)
    return page.url.rsplit("/", 1)[1]


def test_half_is_watched_then_the_rest_and_the_admin_sees_it(demo: Launch, visits: Visits, film: str):
    student = visits.signed_in(demo, STUDENT)
    student.goto("/student/recordings")
    student.get_by_role("searchbox").fill("that was all")
    student.locator(f"a[href$='{film}']").click()
    expect(student.get_by_text("Watched: 0 %")).to_be_visible()
    assert not problems(student)
    play_until(student, 4)
    student.close(run_before_unload=True)
    demo.until(lambda: str(demo.ask(PERCENT.format(id=film)) or ""), "a view")
    watched = int(demo.ask(PERCENT.format(id=film)))
    assert 25 <= watched < 90

    again = visits.signed_in(demo, STUDENT)
    again.goto(f"/student/recordings/{film}")
    again.wait_for_function("() => document.querySelector('video').currentTime >= 3")
    again.locator("video").evaluate("film => film.play()")
    expect(again.get_by_text("This class counts as watched.")).to_be_visible()

    owner = visits.signed_in(demo, OWNER)
    owner.goto(f"/admin/session-recordings/{film}")
    expect(owner.locator("#viewers").get_by_text(re.compile("(9.|100) %")).first).to_be_visible()
    assert not problems(owner)


def test_jumping_to_the_end_counts_only_what_played(demo: Launch, visits: Visits, film: str):
    page = visits.signed_in(demo, STUDENT)
    page.goto(f"/student/recordings/{film}")
    page.wait_for_function(IS_READY)
    page.get_by_label("Find in what was said").fill("all")
    expect(page.get_by_text("1 line")).to_be_visible()
    page.get_by_role("link", name="That was all").click()
    page.wait_for_function("() => document.querySelector('video').ended")
    demo.until(lambda: str(demo.ask(PERCENT.format(id=film)) or ""), "a view")
    assert int(demo.ask(PERCENT.format(id=film))) <= 50


def test_speed_can_be_chosen_and_the_address_is_renewed(demo: Launch, visits: Visits, film: str):
    page = visits.signed_in(demo, STUDENT)
    page.goto(f"/student/recordings/{film}")
    page.wait_for_function(IS_READY)
    page.get_by_label("Speed").select_option("1.5")
    assert page.locator("video").evaluate("film => film.playbackRate") == 1.5
    visits.allow("status of 404")
    page.locator("video").evaluate("film => { film.src = film.src.replace(/[^/]+$/, 'run.out'); }")
    page.wait_for_function(IS_READY)
    assert not page.locator("[data-player-error]").is_visible()


def play_until(page: Page, seconds: float) -> None:
    page.wait_for_function(IS_READY)
    page.locator("video").evaluate("film => { film.muted = true; return film.play(); }")
    page.wait_for_function(f"() => {PLAYS.format(at=seconds)}")
