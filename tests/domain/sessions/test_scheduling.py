"""A class is planned with all that follows it, once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from domain.errors import InvalidInput
from domain.sessions.scheduling import SessionFacts, create_session
from domain.sessions.session import state_of
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.sessions import MONDAY


async def steps(work, session_id):
    rows = await work.rows("select kind from automation_steps where subject_id = %(id)s order by kind", id=session_id)
    return [row.kind for row in rows]


async def test_a_class_in_zoom_plans_its_meeting_and_tells_its_students(work_as, schedules):
    session_id = await schedules()
    async with work_as(SYSTEM) as work:
        assert {"sync_meeting", "tell_session"} <= set(await steps(work, session_id))


async def test_a_class_elsewhere_asks_for_no_meeting_and_quietly_tells_nobody(work_as, schedules):
    session_id = await schedules(create_zoom_meeting=False, place="Room 4", tell=False)
    async with work_as(SYSTEM) as work:
        assert not {"sync_meeting", "tell_session"} & set(await steps(work, session_id))


async def test_a_form_that_is_sent_twice_makes_one_class(work_as, catalogue):
    key = uuid4()
    facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY)
    async with work_as(BEN.identity) as work:
        assert await create_session(work, facts, form_key=key)
        assert await create_session(work, facts, form_key=key) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "starts_at"),
        ({"duration": 0}, "duration"),
        ({"duration": 30 * 60}, "duration"),
        ({"batch_id": uuid4()}, "batch"),
        ({"module_id": uuid4()}, "module"),
        ({"title": ""}, "title"),
    ],
)
async def test_what_cannot_be_is_named_beside_its_field(schedules, change, field):
    with pytest.raises(InvalidInput) as told:
        await schedules(**change)
    assert field in told.value.fields


async def test_where_a_class_stands_follows_from_the_moment(work_as, schedules):
    session_id = await schedules()
    async with work_as(SYSTEM) as work:
        columns = "starts_at, ends_at, ended_at, resumed_at, cancelled_at"
        session = await work.row(f"select {columns} from sessions where id = %(id)s", id=session_id)
    at = {"upcoming": -16, "starting": -15, "live": 0, "ended": 90}
    assert {state: state_of(session, MONDAY + timedelta(minutes=minutes), 15) for state, minutes in at.items()} == {
        state: state for state in at
    }


async def test_students_see_the_classes_of_their_batch_and_never_the_hosts_link(work_as, schedules, enrolment_id):
    session_id = await schedules()
    async with work_as(SYSTEM) as work:
        await work.run("update sessions set zoom_start_url = 'https://host' where id = %(id)s", id=session_id)
    async with work_as(BEN.identity) as work:
        assert await work.value("select session_start_url(%(id)s)", id=session_id) == "https://host"
    async with work_as(ASHA.identity) as work:
        assert await work.value("select title from sessions where id = %(id)s", id=session_id) == "Joins"
        assert await work.value("select session_start_url(%(id)s)", id=session_id) is None
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        async with work_as(ASHA.identity) as work:
            await work.value("select zoom_start_url from sessions where id = %(id)s", id=session_id)
