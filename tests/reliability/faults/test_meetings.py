"""Zoom failing: what is in doubt says so and is not made again, and what it reports is kept once."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.integrations.overview import list_tests
from domain.integrations.trying import plan_test
from domain.messaging.webhooks import list_rejections
from domain.ports.meetings import MeetingPlan
from domain.work import SYSTEM
from tests.fixtures.cast import BEN
from tests.fixtures.house import until
from tests.reliability.faults.conftest import impatient

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


async def tried(post):
    """Let Ben try Zoom, which makes a meeting and deletes it again, and return how that is shown."""
    async with post.house.database.work(BEN.identity) as work:
        await plan_test(work, "zoom", is_live=False)
    await post.house.run_due()
    async with post.house.database.work(BEN.identity) as work:
        return (await list_tests(work, "zoom"))[0]


async def made(post):
    """Return how many meetings Zoom has been asked for, and has made."""
    journal = (await post.house.sandbox.get("/journal.json", params={"provider": "zoom"})).json()
    return sum(entry["method"] == "POST" and entry["path"].endswith("/meetings") for entry in journal)


async def kept(post, meeting_id):
    """Return what is kept of what Zoom has reported about a meeting, in the order in which it came."""
    async with post.house.database.work(SYSTEM) as work:
        rows = await work.rows(
            "select kind from webhook_events where payload ->> 'zoom_meeting_id' = %(id)s order by id", id=meeting_id
        )
    return [row.kind for row in rows if row.kind in ("meeting.started", "meeting.ended")]


async def turned_away(post):
    async with post.house.database.work(BEN.identity) as work:
        return sum(row.count for row in await list_rejections(work) if row.provider == "zoom")


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("cut", "unknown", "fell silent"),
        ("500", "unknown", "500"),
        ("504", "unknown", "504"),
        ("429", "failed", "used up for now"),
        ("503", "failed", "503"),
    ],
)
async def test_a_meeting_that_zoom_does_not_answer_for_says_so_and_is_asked_for_once(post, kind, state, words):
    before = await made(post)
    await post.plan_fault("zoom", kind)
    test = await tried(post)
    assert (test.state, words in test.outcome) == (state, True), test.outcome
    await post.wait_out()
    await post.house.run_due()
    assert await made(post) == before + 1


async def test_an_answer_slower_than_our_patience_leaves_the_meeting_in_doubt(post):
    before = await made(post)
    await post.plan_fault("zoom", "slow", seconds=0.8)
    with impatient(post.house.services.meetings._api.client):
        test = await tried(post)
    assert test.state == "unknown", test.outcome
    await post.house.run_due()
    await until(lambda: is_made(post, before + 1))


async def is_made(post, number):
    return await made(post) == number


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("twice", ["meeting.ended", "meeting.started"]),
        ("out-of-order", ["meeting.ended", "meeting.started"]),
        ("late", ["meeting.ended", "meeting.started"]),
        ("wrongly-signed", ["meeting.ended"]),
        ("never", ["meeting.ended"]),
    ],
)
async def test_what_zoom_reports_is_kept_once_and_only_if_it_is_zooms(post, kind, told):
    before = await turned_away(post)
    meeting = await post.house.services.meetings.create(MeetingPlan("UX", TOMORROW, 30, "Asia/Kolkata"))
    room = f"/zoom-rooms/{meeting.zoom_meeting_id}"
    await post.plan_fault("zoom:webhook", kind)
    assert (await post.house.sandbox.post(f"{room}/start")).status_code == 303
    assert (await post.house.sandbox.post(f"{room}/end")).status_code == 303

    async def has_ended():
        return "meeting.ended" in await kept(post, meeting.zoom_meeting_id)

    await until(has_ended)
    await post.move_clock("11 minutes")

    async def all_told():
        return sorted(await kept(post, meeting.zoom_meeting_id)) == told

    await until(all_told)
    assert await turned_away(post) == before + (kind == "wrongly-signed")


async def test_of_requests_that_all_fail_each_says_how_it_fared(post):
    await post.plan_failures("zoom", 1)
    for _ in range(3):
        test = await tried(post)
        assert test.state in ("failed", "unknown")
        assert test.outcome
        await post.wait_out()
    await post.plan_failures("zoom", 0)
    assert (await tried(post)).state == "succeeded"
