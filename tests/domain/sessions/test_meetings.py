"""A class has one meeting, whatever Zoom answers and however often it is asked."""

import asyncio
import dataclasses
from datetime import timedelta
from uuid import UUID

import pytest

from domain.ports import Missing, Unavailable
from domain.ports.meetings import MeetingEvent
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.events import apply_meeting_events, store_meeting_event
from domain.sessions.planning_meetings import make_meeting_again, retry_meeting
from domain.sessions.scheduling import SessionFacts
from domain.work import SYSTEM
from tests.fixtures.cast import BEN
from tests.fixtures.house import until
from tests.fixtures.sessions import MONDAY

SECOND_HOST = "host2@gurudesk.test"
SEEN = """
select id, version, zoom_state, zoom_reason, zoom_meeting_id, zoom_join_url, zoom_passcode, zoom_has_registration, zoom_version
from sessions where id = %(id)s
"""


@dataclasses.dataclass
class Desk:
    """Where classes are planned, and where Zoom can be looked at."""

    house: object
    schedule: object
    batch_id: UUID

    async def plan(self, **changes):
        session_id = await self.schedule(**changes)
        await self.house.run_due()
        return session_id

    async def seen(self, session_id):
        async with self.house.database.work(BEN.identity) as work:
            return await work.row(SEEN, id=session_id)

    async def run(self, statement, **values):
        async with self.house.database.work(SYSTEM) as work:
            return await work.rows(statement, **values)

    async def change(self, session_id, **changes):
        row = await self.seen(session_id)
        facts = {"batch_id": self.batch_id, "title": "Joins", "starts_at": MONDAY, "duration": 90} | changes
        async with self.house.database.work(BEN.identity) as work:
            await update_session(work, session_id, row.version, SessionFacts(**facts), tell=False)

    async def in_zoom(self, host="me"):
        async with self.house.database.work(SYSTEM) as work:
            await work.run("update automation_steps set retry_at = null where state = 'planned'")
        answer = await self.house.services.meetings._api.listed(
            f"/users/{host}/meetings", "meetings", {"type": "scheduled"}
        )
        return {str(meeting["id"]): meeting for meeting in answer}

    async def go_on(self):
        """Let the time pass that is waited for after a failure."""
        async with self.house.database.work(SYSTEM) as work:
            await work.run("update provider_traffic set opened_until = now() where opened_until > now()")
            await work.run("update automation_steps set retry_at = null where state = 'planned'")
        for lane in self.house.services.traffic.lanes.values():
            lane.forget()
        await self.house.run_due()

    async def fault(self, kind, count=1):
        body = {"provider": "zoom", "kind": kind, "count": count}
        assert (await self.house.sandbox.post("/faults.json", json=body)).status_code == 201


@pytest.fixture
def desk(house, cast, catalogue, schedules):
    return Desk(house, schedules, catalogue.batch_id)


async def test_a_meeting_is_made_after_the_commit_and_students_are_registered_next(desk):
    session_id = await desk.plan()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_version, session.zoom_has_registration) == ("ready", 1, True)
    (meeting_id,) = await desk.in_zoom()
    assert meeting_id == session.zoom_meeting_id
    assert session.zoom_join_url
    assert session.zoom_passcode
    (step,) = await desk.run("select dedupe_key from automation_steps where kind = 'register_students'")
    assert step.dedupe_key == f"register_students:{session_id}:{meeting_id}"


@pytest.mark.parametrize("kind", ["504", "cut"])  # not taken, and taken
async def test_after_an_answer_that_tells_nothing_the_meeting_is_looked_up_and_made_once(desk, kind):
    await desk.fault(kind)
    session_id = await desk.plan()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_reason != "") == ("creating", True)
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"
    assert len(await desk.in_zoom()) == 1


async def test_a_class_moved_while_its_meeting_is_in_doubt_still_gets_one(desk):
    await desk.fault("cut")
    session_id = await desk.plan()
    assert len(await desk.in_zoom()) == 1
    await desk.change(session_id, title="Joins, again", starts_at=MONDAY + timedelta(days=1))
    await desk.go_on()
    await desk.go_on()
    session = await desk.seen(session_id)
    ((meeting_id, meeting),) = (await desk.in_zoom()).items()
    assert (session.zoom_state, session.zoom_meeting_id, session.zoom_version) == ("ready", meeting_id, 2)
    assert meeting["topic"].startswith("Joins, again")


async def test_while_zoom_is_down_the_class_stands_and_says_why_it_waits(desk):
    await desk.fault("503", 3)
    session_id = await desk.plan()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_meeting_id) == ("creating", None)
    assert "503" in session.zoom_reason
    for _ in range(4):
        await desk.go_on()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_reason) == ("ready", "")


async def test_a_host_that_zoom_does_not_know_is_said_in_words_and_can_be_mended(desk):
    session_id = await desk.plan(host="nobody@elsewhere.test")
    session = await desk.seen(session_id)
    assert session.zoom_state == "failed"
    assert "does not know this host" in session.zoom_reason
    (told,) = await desk.run("select title, body, url from notifications where person_id = %(id)s", id=BEN.id)
    assert told.title == "Zoom has not taken the meeting of “Joins”"
    assert told.url == f"/admin/sessions/{session_id}"
    await desk.change(session_id, host="")
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"


async def test_trying_again_twice_makes_one_meeting(desk):
    await desk.fault("503", 2)
    session_id = await desk.plan()

    async def try_again():
        async with desk.house.database.work(BEN.identity) as work:
            await retry_meeting(work, session_id)

    await asyncio.gather(try_again(), try_again(), return_exceptions=True)
    await desk.go_on()
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"
    assert len(await desk.in_zoom()) == 1


async def test_a_worker_that_died_while_asking_leaves_one_meeting(desk):
    session_id = await desk.plan()
    await desk.run(
        """
        update sessions set zoom_state = 'creating', zoom_meeting_id = null, zoom_asked = jsonb_build_object(
          'topic', 'Joins · Data Analytics, Batch 7', 'starts_at', starts_at, 'duration', duration, 'timezone', 'Asia/Kolkata',
          'agenda', '', 'host', '', 'recording', 'cloud', 'version', 1) returning id
        """
    )
    await desk.run("update automation_steps set state = 'planned' where kind = 'sync_meeting' returning id")
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"
    assert len(await desk.in_zoom()) == 1


async def test_a_changed_class_changes_its_meeting(desk):
    session_id = await desk.plan()
    before = await desk.seen(session_id)
    await desk.change(session_id, starts_at=MONDAY + timedelta(days=2), duration=45)
    assert (await desk.seen(session_id)).zoom_state == "changing"
    await desk.house.run_due()
    after = await desk.seen(session_id)
    assert (after.zoom_state, after.zoom_version, after.zoom_meeting_id) == ("ready", 2, before.zoom_meeting_id)
    assert (await desk.in_zoom())[after.zoom_meeting_id]["duration"] == 45


async def test_another_host_gets_another_meeting_and_the_old_one_goes_when_it_is_there(desk):
    session_id = await desk.plan()
    before = await desk.seen(session_id)
    await desk.change(session_id, host=SECOND_HOST)
    await desk.fault("503", 3)
    await desk.house.run_due()
    meanwhile = await desk.seen(session_id)
    assert (meanwhile.zoom_meeting_id, meanwhile.zoom_join_url) == (before.zoom_meeting_id, before.zoom_join_url)
    for _ in range(4):
        await desk.go_on()
    after = await desk.seen(session_id)
    assert (after.zoom_state, after.zoom_meeting_id != before.zoom_meeting_id) == ("ready", True)
    assert await meetings_of(desk, before, after) == [False, True]


async def test_a_host_that_zoom_refuses_leaves_the_old_meeting_and_its_link(desk):
    session_id = await desk.plan()
    before = await desk.seen(session_id)
    await desk.change(session_id, host="nobody@elsewhere.test")
    await desk.go_on()
    after = await desk.seen(session_id)
    assert "does not know this host" in after.zoom_reason
    assert (after.zoom_meeting_id, after.zoom_join_url) == (before.zoom_meeting_id, before.zoom_join_url)
    assert list(await desk.in_zoom()) == [before.zoom_meeting_id]
    await desk.change(session_id, host="")
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"
    assert list(await desk.in_zoom()) == [before.zoom_meeting_id]


async def test_another_hosts_meeting_that_may_have_been_made_is_looked_up_and_made_once(desk):
    session_id = await desk.plan()
    before = await desk.seen(session_id)
    await desk.change(session_id, host=SECOND_HOST)
    await desk.fault("cut")
    await desk.house.run_due()
    assert (await desk.seen(session_id)).zoom_meeting_id == before.zoom_meeting_id
    await desk.go_on()
    after = await desk.seen(session_id)
    assert (after.zoom_state, await meetings_of(desk, before, after)) == ("ready", [False, True])
    assert list(await desk.in_zoom(SECOND_HOST)) == [after.zoom_meeting_id]


async def meetings_of(desk, *sessions):
    """Say of each whether Zoom has the meeting it had then."""
    found = [await desk.house.services.meetings.get(session.zoom_meeting_id) for session in sessions]
    return [not isinstance(one, Missing) for one in found]


async def test_a_cancelled_class_deletes_its_meeting(desk):
    session_id = await desk.plan()
    async with desk.house.database.work(BEN.identity) as work:
        await cancel_session(work, session_id, 1, reason="The teacher is ill.", tell=False)
    assert (await desk.seen(session_id)).zoom_state == "deleting"
    await desk.house.run_due()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_join_url) == ("deleted", "")
    assert await desk.in_zoom() == {}


async def test_a_class_cancelled_while_its_meeting_is_in_doubt_leaves_none(desk):
    await desk.fault("cut")
    session_id = await desk.plan()
    assert len(await desk.in_zoom()) == 1
    async with desk.house.database.work(BEN.identity) as work:
        await cancel_session(work, session_id, 1, tell=False)
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "deleted"
    assert await desk.in_zoom() == {}


async def test_a_meeting_that_is_gone_is_noticed_and_made_again_when_asked(desk):
    session_id = await desk.plan()
    gone = (await desk.seen(session_id)).zoom_meeting_id
    assert await desk.house.services.meetings.delete(gone) is None
    await desk.change(session_id, title="Joins and unions")
    await desk.house.run_due()
    assert (await desk.seen(session_id)).zoom_state == "missing"
    async with desk.house.database.work(BEN.identity) as work:
        await make_meeting_again(work, session_id)
    await desk.house.run_due()
    session = await desk.seen(session_id)
    assert session.zoom_state == "ready"
    assert list(await desk.in_zoom()) == [session.zoom_meeting_id] != [gone]


GONE = "The meeting of “Joins” is gone from Zoom"


async def told_of(desk):
    return [row.title for row in await desk.run("select title from notifications where person_id = %(id)s", id=BEN.id)]


async def test_a_meeting_deleted_in_zoom_is_told_of_once_however_it_is_noticed(desk):
    session_id = await desk.plan()
    meeting = (await desk.seen(session_id)).zoom_meeting_id
    for number in range(2):
        event = MeetingEvent(f"e{number}", "meeting.deleted", meeting, "u", MONDAY)
        async with desk.house.database.work(SYSTEM) as work:
            await store_meeting_event(work, event)
            await apply_meeting_events(work)
    assert ((await desk.seen(session_id)).zoom_state, await told_of(desk)) == ("missing", [GONE])


async def test_an_hour_before_the_class_its_meeting_is_looked_at(desk):
    session_id = await desk.plan()
    (step,) = await desk.run("select due_at from automation_steps where kind = 'look_at_meeting'")
    assert step.due_at == MONDAY - timedelta(hours=1)
    now = "update automation_steps set due_at = now(), state = 'planned' where kind = 'look_at_meeting' returning id"
    await desk.run(now)
    await desk.house.run_due()
    assert ((await desk.seen(session_id)).zoom_state, await told_of(desk)) == ("ready", [])
    ports = desk.house.runner.ports
    desk.house.runner.steps.ports = dataclasses.replace(ports, meetings=EmptyZoom())
    await desk.run(now)
    await desk.house.run_due()
    assert ((await desk.seen(session_id)).zoom_state, await told_of(desk)) == ("missing", [GONE])


class EmptyZoom:
    """Zoom after somebody has deleted the meeting there, and told nobody."""

    async def get(self, meeting_id):
        return Missing()


async def test_a_demo_class_never_reaches_the_real_zoom(desk):
    desk.house.runner.steps.ports = dataclasses.replace(desk.house.runner.steps.ports, meetings_are_live=True)
    session_id = await desk.schedule()
    await desk.run("update sessions set is_demo = true returning id")
    await desk.house.run_due()
    session = await desk.seen(session_id)
    assert (session.zoom_state, session.zoom_reason) == ("failed", "Demo classes never reach the real Zoom.")
    assert await desk.in_zoom() == {}


class LimitedZoom:
    """Zoom for an account whose plan does not have what is asked for."""

    async def create(self, plan):
        return Unavailable("Zoom does not allow this to the account or its host.", retry_after=300)

    async def find(self, plan):
        return Missing()


async def test_what_only_people_can_mend_is_said_once_and_tried_again_all_the_same(desk):
    ports = desk.house.runner.ports
    desk.house.runner.steps.ports = dataclasses.replace(ports, meetings=LimitedZoom())
    session_id = await desk.plan()
    await desk.go_on()
    session = await desk.seen(session_id)
    assert (session.zoom_state, "does not allow this" in session.zoom_reason) == ("failed", True)
    assert len(await desk.run("select id from notifications where person_id = %(id)s", id=BEN.id)) == 1
    desk.house.runner.steps.ports = ports
    await desk.go_on()
    assert (await desk.seen(session_id)).zoom_state == "ready"


async def test_of_two_steps_of_one_class_the_second_waits_for_the_first(desk):
    """As when a class is changed while a slow answer is awaited: the second must not ask for a meeting, too."""
    started, go = asyncio.Event(), asyncio.Event()
    ports = desk.house.runner.ports

    class SlowZoom:
        def __getattr__(self, name):
            return getattr(ports.meetings, name)

        async def create(self, plan):
            started.set()
            await go.wait()
            return await ports.meetings.create(plan)

    desk.house.runner.steps.ports = dataclasses.replace(ports, meetings=SlowZoom())
    session_id = await desk.schedule()
    await desk.house.runner.sweep()
    await started.wait()
    await desk.change(session_id, title="Joins, again")
    await desk.house.runner.sweep()
    await until(lambda: waits(desk))
    go.set()
    await desk.house.runner.idle()
    await desk.go_on()
    session = await desk.seen(session_id)
    ((meeting_id, meeting),) = (await desk.in_zoom()).items()
    assert (session.zoom_state, session.zoom_meeting_id) == ("ready", meeting_id)
    assert meeting["topic"].startswith("Joins, again")


async def waits(desk):
    return await desk.run(
        "select id from automation_steps where kind = 'sync_meeting' and state = 'planned' and reason like 'Another change%%'"
    )
