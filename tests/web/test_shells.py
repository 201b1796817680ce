"""The frame around every page, for each who may be looking at it."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from web.rendering import environment
from web.shell import User

PRIYA = User("Priya Kulkarni", "priya@example.com", "super_admin")
ASHA = User("Asha Rao", "asha@example.com", "student")
ERRORS = (403, 404, 409, 422, 429, 500)


def shell(user: User | None, path: str = "/", **changes: object) -> SimpleNamespace:
    frame = {
        "user": user,
        "counts": {"notifications": 0, "applications": 12, "admin_requests": 0},
        "csrf_token": "token",
        "path": path,
        "sandbox": True,
        "sandbox_url": "http://127.0.0.1:8001",
        "now": datetime(2026, 11, 23, tzinfo=UTC),
        "public_url": "http://127.0.0.1:8000",
        "flash": [],
        "business_name": "Gurudesk",
        "sending_paused": False,
    }
    return SimpleNamespace(**(frame | changes))


def render(name: str, frame: SimpleNamespace, **context: object) -> str:
    return environment().get_template(name).render(shell=frame, **context)


@pytest.mark.parametrize("user", [None, PRIYA, ASHA], ids=["nobody", "admin", "student"])
@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_needs_no_more_than_the_frame(status: int, user: User | None):
    html = render(f"errors/{status}.html", shell(user))
    assert "<h1>" in html
    assert ('href="/sign-in"' in html) == (user is None)


def test_an_admin_finds_an_error_by_its_reference_and_a_student_only_reads_it():
    assert "/admin/errors?q=7f3a" in render("errors/500.html", shell(PRIYA), reference="7f3a")
    page = render("errors/500.html", shell(ASHA), reference="7f3a")
    assert "7f3a" in page
    assert "/admin/" not in page


def test_the_style_guide_needs_no_more_than_the_frame():
    assert "sample-list" in render("styleguide/index.html", shell(PRIYA))


def test_the_stream_opens_only_for_who_is_signed_in():
    assert "/live" not in render("errors/404.html", shell(None))
    assert 'hx-sse:connect="/live"' in render("errors/404.html", shell(ASHA))


def test_the_place_one_is_at_is_marked_once():
    html = render("errors/404.html", shell(PRIYA, path="/admin/leads/7"))
    sidebar = html[html.index('id="sidebar"') : html.index("</nav>")]
    assert sidebar.count('aria-current="page"') == 1
    assert 'href="/admin/leads" aria-current="page"' in sidebar


def test_no_two_places_share_a_shortcut():
    keys = re.findall(r'data-shortcut="([^"]+)"', render("errors/404.html", shell(PRIYA)))
    assert len(keys) == len(set(keys)) > 0


def test_the_palette_offers_what_can_be_done_and_an_invitation_to_owners_alone():
    palette = render("errors/404.html", shell(PRIYA)).partition('id="palette"')[2]
    for href in ("imports/new", "leads/new", "courses/new", "broadcasts/new", "payments/new", "settings#sending"):
        assert f'href="/admin/{href}"' in palette
    assert 'href="/admin/team/new"' in palette
    admin = render("errors/404.html", shell(User("Ben", "ben@example.com", "admin")))
    assert 'href="/admin/team/new"' not in admin


def test_a_count_shows_only_where_someone_must_act():
    html = render("errors/404.html", shell(PRIYA))
    assert ">12<" in html[html.index('id="count-applications"') :][:60]
    assert '<span class="count" id="count-admin_requests"></span>' in html


def test_many_unread_notifications_do_not_stretch_the_bell():
    assert "99+" in render("errors/404.html", shell(ASHA, counts={"notifications": 240}))


def test_what_was_just_done_is_said_without_scripts():
    html = render("errors/404.html", shell(PRIYA, flash=[{"kind": "success", "text": "Lead <saved>."}]))
    assert "Lead &lt;saved&gt;." in html[html.index('id="toasts"') :]


def test_the_sandbox_pill_goes_when_a_provider_is_live():
    assert "in sandbox" in render("errors/404.html", shell(PRIYA))
    assert "in sandbox" not in render("errors/404.html", shell(PRIYA, sandbox=False))
