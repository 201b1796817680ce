"""A meeting that drops and is opened again goes on, in whatever order Zoom tells of it, and locks nobody out meanwhile."""

from datetime import timedelta
from itertools import permutations

import pytest

from domain.learning.progress import progress_of
from domain.ports.meetings import MeetingEvent
from domain.sessions.changing import update_session
from domain.sessions.events import apply_meeting_events, store_meeting_event
from domain.sessions.joining import join
from domain.sessions.roster import show_roster
from domain.sessions.schedule import list_mine, next_sessions
from domain.sessions.scheduling import SessionFacts
from domain.sessions.showing import show_session
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.sessions import MONDAY

MEETING = "84000000001"
READY = """
update sessions set zoom_meeting_id = %(meeting)s, zoom_state = 'ready', zoom_join_url = 'https://zoom.test/j/1'
"""
OPENED, DROPPED, OPENED_AGAIN = ("started", 0), ("ended", 20), ("started", 22)


@pytest.fixture
async def held(database, schedules, enrolment_id):
    """A class of Asha's on Monday, 90 minutes, in Zoom; returns its id."""
    session_id = await schedules(tell=False)
    async with database.work(SYSTEM) as work:
        await work.run("update enrolments set enrolled_at = %(at)s", at=MONDAY - timedelta(days=1))
        await work.run(READY, meeting=MEETING)
    return session_id


async def told(database, *events):
    for kind, minutes in events:
        at = MONDAY + timedelta(minutes=minutes)
        async with database.work(SYSTEM) as work:
            event = MeetingEvent(f"{kind}-{minutes}", f"meeting.{kind}", MEETING, f"u{minutes}", at)
            await store_meeting_event(work, event)
            await apply_meeting_events(work)


async def seen(database, session_id, enrolment_id, minutes):
    """Return where the class stands by every page that says so, so many minutes after its start."""
    now = MONDAY + timedelta(minutes=minutes)
    async with database.work(BEN.identity) as work:
        work.now = now
        stands = (await show_session(work, session_id)).state
        (asha,) = (await show_roster(work, session_id)).people
        due = (await progress_of(work, [enrolment_id]))[enrolment_id].due
    async with database.work(ASHA.identity) as work:
        work.now = now
        past = (await list_mine(work, is_past=True)).past
    return stands, asha.state, due, past


@pytest.mark.parametrize("order", list(permutations((OPENED, DROPPED, OPENED_AGAIN))))
async def test_a_class_whose_meeting_is_opened_again_is_live_on_every_page(database, held, enrolment_id, order):
    await told(database, *order)
    assert await seen(database, held, enrolment_id, 25) == ("live", "ahead", 0, 0)
    facts = SessionFacts(await batch_of(database), "Joins", MONDAY, 120)
    async with database.work(BEN.identity) as work:
        work.now = MONDAY + timedelta(minutes=25)
        assert await update_session(work, held, 1, facts, tell=False) == ["duration"]


async def test_a_class_that_was_ended_early_has_ended_on_every_page(database, held, enrolment_id):
    await told(database, OPENED, DROPPED, OPENED_AGAIN, ("ended", 60))
    assert await seen(database, held, enrolment_id, 61) == ("ended", "absent", 1, 1)


async def test_until_the_planned_end_everybody_gets_back_in_whatever_zoom_has_told(database, held):
    await told(database, OPENED, DROPPED)
    async with database.work(ASHA.identity) as work:
        work.now = MONDAY + timedelta(minutes=50)
        assert [one.facts.id for one in await next_sessions(work)] == [held]
        assert (await join(work, held)).url == "https://zoom.test/j/1"
    async with database.work(BEN.identity) as work:
        work.now = MONDAY + timedelta(minutes=50)
        assert (await show_session(work, held)).can_start
        work.now = MONDAY + timedelta(minutes=90)
        assert not (await show_session(work, held)).can_start
    async with database.work(ASHA.identity) as work:
        work.now = MONDAY + timedelta(minutes=90)
        assert (await join(work, held)).url == ""


async def batch_of(database):
    async with database.work(SYSTEM) as work:
        return await work.value("select batch_id from sessions")
