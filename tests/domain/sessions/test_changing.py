"""Changing a class: what students see is a new version, and what was to be told is told once and not lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict, InvalidInput
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.conflicts import find_overlaps, seal_of
from domain.sessions.local_times import moment_of
from domain.sessions.scheduling import SessionFacts
from domain.sessions.weekly import weekly_starts
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.sessions import MONDAY

TELLING = """
select payload ->> 'what' as what, subject_version as version from automation_steps
where kind = 'tell_session' and state = 'planned' order by created_at
"""


@pytest.fixture
def facts(catalogue):
    return SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90)


async def telling(work):
    return [(row.what, row.version) for row in await work.rows(TELLING)]


async def told(work, session_id, version):
    await work.run("update automation_steps set state = 'done' where kind = 'tell_session'")
    await work.run("update sessions set told_version = %(version)s where id = %(id)s", id=session_id, version=version)


async def test_what_students_do_not_see_changes_no_version(work_as, schedules, facts):
    session_id = await schedules()
    async with work_as(BEN.identity) as work:
        assert await update_session(work, session_id, 1, replace(facts, recording="none"), tell=True) == ["recording"]
        session = await work.row("select version, zoom_state from sessions")
        assert (session.version, session.zoom_state) == (1, "creating")
        assert await telling(work) == [("scheduled", 1)]
        assert await update_session(work, session_id, 1, replace(facts, recording="none"), tell=True) == []


async def test_a_move_is_told_as_a_move_and_remembers_where_from(work_as, schedules, facts):
    session_id = await schedules()
    async with work_as(BEN.identity) as work:
        await told(work, session_id, 1)
        await update_session(work, session_id, 1, replace(facts, starts_at=MONDAY + timedelta(days=1)), tell=True)
        assert await telling(work) == [("moved", 2)]
        assert await work.value("select moved_from from sessions") == MONDAY
        await told(work, session_id, 2)
        changed = replace(facts, starts_at=MONDAY + timedelta(days=1), title="Joins, again")
        await update_session(work, session_id, 2, changed, tell=True)
        assert await telling(work) == [("changed", 3)]


async def test_a_quiet_change_loses_no_news_that_was_on_its_way(work_as, schedules, facts):
    session_id = await schedules()
    async with work_as(BEN.identity) as work:
        await update_session(work, session_id, 1, replace(facts, title="Joins, again"), tell=False)
        assert await telling(work) == [("scheduled", 2)]
        await told(work, session_id, 2)
        await update_session(work, session_id, 2, replace(facts, title="Unions"), tell=False)
        assert await telling(work) == []


async def test_a_class_out_of_zoom_gives_its_meeting_back_and_one_into_zoom_asks_for_one(work_as, schedules, facts):
    session_id = await schedules()
    async with work_as(BEN.identity) as work:
        await work.run("update sessions set zoom_state = 'ready', zoom_meeting_id = '81234567890'")
        elsewhere = replace(facts, create_zoom_meeting=False, place="Room 4")
        await update_session(work, session_id, 1, elsewhere, tell=False)
        assert await work.value("select zoom_state from sessions") == "deleting"
        await work.run("update sessions set zoom_state = 'deleted', zoom_meeting_id = null")
        await update_session(work, session_id, 2, facts, tell=False)
        assert await work.value("select zoom_state from sessions") == "creating"


async def test_what_was_cancelled_is_neither_changed_nor_cancelled_again(work_as, schedules, facts):
    session_id = await schedules()
    async with work_as(BEN.identity) as work:
        await cancel_session(work, session_id, 1, tell=True)
        assert await telling(work) == [("cancelled", 2)]
        with pytest.raises(Conflict, match="cancelled"):
            await update_session(work, session_id, 2, replace(facts, title="Unions"), tell=False)
        with pytest.raises(Conflict, match="cancelled"):
            await cancel_session(work, session_id, 2, tell=False)


async def test_students_change_nothing(work_as, schedules, facts, enrolment_id):
    session_id = await schedules()
    with pytest.raises(Exception, match="Only admins"):
        async with work_as(ASHA.identity) as work:
            await cancel_session(work, session_id, 1, tell=False)


async def test_overlaps_are_those_that_touch_and_not_those_that_follow(work_as, schedules, catalogue):
    await schedules()
    about = {"batch_id": catalogue.batch_id, "host": "", "in_zoom": True, "duration": 60}
    async with work_as(SYSTEM) as work:
        for minutes, count in {-60: 0, -59: 1, 89: 1, 90: 0}.items():
            starts = [MONDAY + timedelta(minutes=minutes)]
            assert len(await find_overlaps(work, starts=starts, **about)) == count
        found = await find_overlaps(work, starts=[MONDAY, MONDAY + timedelta(minutes=30)], **about)
        assert len(found) == 1
        assert seal_of(found) != seal_of([])


def test_weeks_keep_the_time_on_the_clocks_and_a_skipped_one_is_named():
    first = datetime(2030, 3, 4, 0, 30, tzinfo=UTC)  # 19:30 in New York, the Sunday before
    starts = weekly_starts(first, 3, "America/New_York")
    assert [start.hour for start in starts] == [0, 23, 23]
    skipped = moment_of(datetime.fromisoformat("2030-03-03T02:30"), "America/New_York")
    with pytest.raises(InvalidInput, match="Class 2 of 2: .*03:00"):
        weekly_starts(skipped, 2, "America/New_York")


def test_where_clocks_never_change_every_time_is_there():
    assert moment_of(datetime.fromisoformat("2030-03-10T02:30"), "Asia/Kolkata") == datetime(
        2030, 3, 9, 21, 0, tzinfo=UTC
    )
