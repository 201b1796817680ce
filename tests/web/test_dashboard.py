"""The dashboard as an admin's browser sees it."""

import re

import httpx
import pytest

from adapters.bootstrap import Services
from adapters.redis.heartbeat import beat
from domain.work import SYSTEM
from web.admin.dashboard import greet

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def test_the_dashboard_greets_and_says_the_zone(as_admin: httpx.AsyncClient):
    page = await as_admin.get("/admin")
    assert page.status_code == 200
    assert re.search(r"<h1>Good (morning|afternoon|evening), Ben</h1>", page.text)
    assert re.search(r"\w+day \d+ \w+ \d{4}, \d\d:\d\d IST", page.text)


@pytest.mark.parametrize(("hour", "greeting"), [(0, "morning"), (11, "morning"), (12, "afternoon"), (17, "evening")])
def test_the_greeting_goes_by_the_hour(hour: int, greeting: str):
    assert greet(hour, "Priya Krishnan") == f"Good {greeting}, Priya"


async def test_an_empty_business_sees_its_first_steps_and_no_empty_figures(as_admin: httpx.AsyncClient):
    page = (await as_admin.get("/admin")).text
    assert "Make your first course" in page
    assert page.count('aria-current="step"') == 1
    assert "New leads" not in page


async def test_the_demo_fills_every_part(as_admin: httpx.AsyncClient, with_demo: None):
    page = (await as_admin.get("/admin")).text
    for text in ("New leads", "Received", "₹", "Waiting for review", "demo data", "failed in the last 7 days"):
        assert text in page
    assert "Make your first course" not in page
    assert page.count('id="waiting-') == 5
    assert page.count('<li id="event-') == 8


async def test_every_figure_says_what_it_counts_and_leaves_out(as_admin: httpx.AsyncClient, with_demo: None):
    page = (await as_admin.get("/admin")).text
    explained = re.findall(r'<details class="explain".*?<p>(.*?)</p>', page, re.DOTALL)
    assert len(explained) == 5
    assert all("As of" in text and "IST" in text for text in explained)
    assert sum("Leaves out" in text or "counts once" in text for text in explained) == 5


async def test_the_activity_is_fetched_alone(as_admin: httpx.AsyncClient, with_demo: None):
    fragment = (await as_admin.get("/admin/activity", headers=PARTIAL)).text
    assert fragment.lstrip().startswith("<ol")
    assert fragment.count('<li id="event-') == 8


async def test_one_reads_the_activity_back_into_the_past(as_admin: httpx.AsyncClient, with_demo: None):
    newest = (await as_admin.get("/admin/activity")).text
    older = re.search(r'href="(/admin/activity\?before=[^"]+)"', newest)
    assert older
    page = (await as_admin.get(older[1])).text
    events = re.compile(r'<li id="(event-[^"]+)"')
    assert len(events.findall(newest)) == len(events.findall(page)) == 40
    assert not set(events.findall(newest)) & set(events.findall(page))
    assert (await as_admin.get("/admin/activity?before=nonsense")).status_code == 200


async def test_a_silent_worker_needs_attention_and_a_living_one_does_not(
    as_admin: httpx.AsyncClient, services: Services
):
    assert "The worker does not answer" in (await as_admin.get("/admin")).text
    await beat(services.redis, "one")
    page = (await as_admin.get("/admin")).text
    assert "The worker does not answer" not in page
    assert "All is well" in page


async def test_an_admin_sends_a_test_email_to_themselves_once(as_admin: httpx.AsyncClient, services: Services):
    answer = await as_admin.post("/admin/test-email")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    assert (await as_admin.post("/admin/test-email")).status_code == 409
    async with services.database.work(SYSTEM) as work:
        rows = await work.rows("select kind, to_address, state from deliveries")
    assert [tuple(row) for row in rows] == [("test", "ben@example.test", "pending")]
    assert "on its way to you" in (await as_admin.get("/admin")).text


def test_the_test_email_can_be_filled(services: Services):
    filled = services.renderer.email(
        "test", {"business_name": "Shiksha", "base_url": "http://here", "recipient_name": "B"}
    )
    assert "Shiksha" in filled.subject
    assert "http://here/admin" in filled.text


async def test_students_and_visitors_do_not_see_it(as_student: httpx.AsyncClient, client: httpx.AsyncClient):
    assert (await as_student.get("/admin")).status_code == 403
    assert (await client.get("/admin")).status_code in (302, 303)
