"""Attendance is known from whatever tells of it, in any order and however often, and adds up to the same."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from domain.automation.steps import plan_step
from domain.ports import Unavailable
from domain.ports.meetings import Attendee, MeetingEvent, Participant
from domain.sessions.attending import count, keep_stays
from domain.sessions.changing import update_session
from domain.sessions.events import apply_meeting_events, store_meeting_event
from domain.sessions.roster import attendance_of, dismiss, mark_by_hand, match_by_hand, show_roster
from domain.sessions.scheduling import SessionFacts
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA
from tests.fixtures.house import until
from tests.fixtures.sessions import MONDAY

MEETING = "84000000001"


@pytest.fixture
async def held(database, schedules, enrolment_id):
    """A class of Asha's on Monday, in Zoom; returns its id."""
    session_id = await schedules(tell=False)
    async with database.work(SYSTEM) as work:
        await work.run(
            "update sessions set zoom_meeting_id = %(meeting)s, zoom_uuid = 'u1', zoom_state = 'ready'", meeting=MEETING
        )
        await work.run(
            "insert into session_registrants values (%(id)s, %(me)s, %(meeting)s, 'reg-asha', 'https://z', now())",
            id=session_id,
            me=ASHA.id,
            meeting=MEETING,
        )
    return session_id


def event(kind, minutes, *, connection="c1", registrant="reg-asha", name="Asha Rao", email=""):
    at = MONDAY + timedelta(minutes=minutes)
    attendee = Attendee(name, email, registrant, connection)
    return MeetingEvent(
        f"{kind}-{connection}-{minutes}", f"meeting.participant_{kind}", MEETING, "u1", at, attendee=attendee
    )


async def told(database, *events):
    async with database.work(SYSTEM) as work:
        for one in events:
            await store_meeting_event(work, one)
    async with database.work(SYSTEM) as work:
        await apply_meeting_events(work)


async def attended(database, session_id, after=91):
    """Return the class's list as it stands so many minutes after the start."""
    async with database.work(SYSTEM) as work:
        work.now = MONDAY + timedelta(minutes=after)
        return await show_roster(work, session_id)


COMES_AND_GOES = (
    event("joined", 2),
    event("left", 30),
    event("joined", 40, connection="c2"),
    event("left", 85, connection="c2"),
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 0, 3, 1)])
async def test_events_in_any_order_and_told_twice_add_up_to_the_same(database, held, order):
    assert tuple(order) in set(permutations(range(4)))
    for number in order:
        await told(database, COMES_AND_GOES[number])
    await told(database, *COMES_AND_GOES)
    (asha,) = (await attended(database, held)).people
    assert (asha.joined_at, asha.seconds, asha.state) == (MONDAY + timedelta(minutes=2), (28 + 45) * 60, "present")


async def test_sources_that_tell_of_the_same_stay_are_counted_once(database, held):
    await told(database, event("joined", 1), event("left", 61))
    report = stay("r1", 0.9, 61.1)
    async with database.work(SYSTEM) as work:
        await keep_stays(work, held, "report", [report, report])
    (asha,) = (await attended(database, held)).people
    assert (asha.seconds, asha.sources) == (round(60.2 * 60), ["event", "report"])


def stay(key, since, until_, *, registrant="reg-asha", name="Asha Rao", email=""):
    return {
        "stay_key": key,
        "name": name,
        "email": email,
        "registrant_id": registrant,
        "joined_at": (MONDAY + timedelta(minutes=since)).isoformat(),
        "left_at": (MONDAY + timedelta(minutes=until_)).isoformat(),
    }


@pytest.mark.parametrize(("minutes", "state"), [(-5, "present"), (10, "present"), (10.1, "late")])
async def test_late_is_who_comes_in_after_ten_minutes(database, held, minutes, state):
    await told(database, event("joined", minutes), event("left", 60))
    assert (await attended(database, held)).people[0].state == state


@pytest.mark.parametrize(("after", "state"), [(-1, "ahead"), (45, "ahead"), (91, "absent")])
async def test_absent_is_who_has_not_come_when_the_class_is_over(database, held, after, state):
    roster = await attended(database, held, after)
    assert (roster.people[0].state, roster.by_state) == (state, {state: 1})


async def test_an_admins_word_goes_before_what_was_counted_and_can_be_taken_back(database, work_as, held):
    await told(database, event("joined", 50), event("left", 60))
    for mark, state in (("present", "present"), ("absent", "absent"), ("", "late")):
        async with work_as(BEN.identity) as work:
            await mark_by_hand(work, held, ASHA.id, mark)
        assert (await attended(database, held)).people[0].state == state
    async with work_as(BEN.identity) as work:
        marks = await work.rows("select details from audit_logs where action = 'attendance.marked' order by sequence")
    assert [row.details["mark"] for row in marks] == ["present", "absent", "counted"]


async def test_what_was_before_a_class_was_moved_does_not_count_and_coming_again_does(database, held):
    async with database.work(SYSTEM) as work:
        await work.run("update sessions set starts_at = now(), ends_at = now() + interval '90 minutes'")
        facts = SessionFacts(await work.value("select batch_id from sessions"), "Joins", MONDAY, 90)
    async with database.work(ASHA.identity) as work:
        await work.rows("select come_in(%(id)s)", id=held)
    async with database.work(BEN.identity) as work:
        assert (await show_roster(work, held)).people[0].state == "present"
        await update_session(work, held, 1, facts, tell=False)
        (asha,) = (await show_roster(work, held)).people
        assert (asha.state, asha.joined_at) == ("ahead", None)
        # The day has come, as it were.
        await work.run("update sessions set starts_at = now(), ends_at = now() + interval '90 minutes'")
        await work.run("update session_stays set joined_at = now() - interval '1 day'")
    async with database.work(ASHA.identity) as work:
        await work.rows("select come_in(%(id)s)", id=held)
    async with database.work(SYSTEM) as work:
        await count(work, held)
        assert (await show_roster(work, held)).people[0].state == "present"


async def test_a_trial_the_day_before_is_no_coming_and_who_waits_from_early_on_is_there(database, held):
    day = 24 * 60
    await told(database, event("joined", -day), event("left", 20 - day), event("joined", 3 - day, connection="lost"))
    assert (await attended(database, held)).people[0].state == "absent"
    await told(database, event("joined", -40, connection="c2"))
    assert (await attended(database, held, 30)).people[0].state == "present"
    await told(database, event("left", 50, connection="c2"))
    (asha,) = (await attended(database, held)).people
    assert (asha.state, asha.seconds) == ("present", 90 * 60)


async def test_who_comes_without_a_link_is_known_by_the_address(database, held):
    await told(database, event("joined", 1, registrant="", email="ASHA@example.test"), event("left", 20))
    assert (await attended(database, held)).people[0].state == "present"


async def test_whom_nobody_knows_is_matched_by_hand_here_and_known_in_the_next_class(
    database, work_as, schedules, held
):
    unknown = {"registrant": "", "name": "asha's phone", "email": "phone@home.test"}
    await told(database, event("joined", 1, **unknown), event("left", 31, **unknown))
    roster = await attended(database, held)
    assert [(one["name"], one["seconds"]) for one in roster.unmatched] == [("asha's phone", 1800)]
    assert roster.people[0].state == "absent"
    async with work_as(BEN.identity) as work:
        await match_by_hand(work, held, roster.unmatched[0]["id"], ASHA.id)
    roster = await attended(database, held)
    assert (roster.unmatched, roster.people[0].state, roster.people[0].seconds) == ([], "present", 1800)
    following = await schedules(tell=False, title="Next")
    async with database.work(SYSTEM) as work:
        await keep_stays(work, following, "report", [stay("n1", 0, 30, **unknown)])
    assert (await attended(database, following)).people[0].state == "present"


@pytest.mark.parametrize("says", ["match", "dismiss"])
async def test_a_name_without_an_address_is_asked_about_in_each_class(database, work_as, schedules, held, says):
    iphone = {"registrant": "", "name": "iPhone", "email": ""}
    await told(database, event("joined", 1, **iphone))
    roster = await attended(database, held)
    async with work_as(BEN.identity) as work:
        if says == "match":
            await match_by_hand(work, held, roster.unmatched[0]["id"], ASHA.id)
        else:
            assert not await dismiss(work, held, roster.unmatched[0]["id"])
    assert (await attended(database, held)).unmatched == []
    following = await schedules(tell=False, title="Next")
    async with database.work(SYSTEM) as work:
        await keep_stays(work, following, "report", [stay("n1", 0, 30, **iphone)])
    roster = await attended(database, following)
    assert [one["name"] for one in roster.unmatched] == ["iPhone"]
    assert roster.people[0].state == "absent"


async def test_who_is_no_student_is_dismissed_and_stays_so(database, work_as, schedules, held):
    teacher = {"registrant": "", "name": "Host", "email": "host@school.test"}
    await told(database, event("joined", -5, **teacher))
    roster = await attended(database, held)
    async with work_as(BEN.identity) as work:
        await dismiss(work, held, roster.unmatched[0]["id"])
    following = await schedules(tell=False, title="Next")
    async with database.work(SYSTEM) as work:
        await keep_stays(work, following, "report", [stay("n1", 0, 30, **teacher)])
    assert (await attended(database, held)).unmatched == []
    assert (await attended(database, following)).unmatched == []


async def test_who_runs_the_business_is_never_asked_about(database, held):
    await told(database, event("joined", -5, registrant="", name="Ben", email=BEN.email))
    assert (await attended(database, held)).unmatched == []


async def test_nobody_elses_class_can_be_given_to_a_student(database, work_as, held):
    await told(database, event("joined", 1, registrant="", name="Who?"))
    roster = await attended(database, held)
    with pytest.raises(Exception, match="student of this class"):
        async with work_as(BEN.identity) as work:
            await match_by_hand(work, held, roster.unmatched[0]["id"], CHITRA.id)


async def test_a_students_own_page_has_each_class_with_how_they_attended(database, held):
    await told(database, event("joined", 1), event("left", 60))
    async with database.work(SYSTEM) as work:
        work.now = MONDAY + timedelta(days=1)
        classes, counts = await attendance_of(work, ASHA.id)
    assert ([one.state for one in classes], counts) == (["present"], {"present": 1})


async def test_from_links_of_their_own_to_the_report_zoom_knows_who_was_there(classroom):
    """The whole way with Zoom's own side: links, coming in, events, the end, the report."""
    await classroom.enrol(CHITRA)
    session_id = await classroom.schedule(minutes=-5, create_zoom_meeting=True, place="", tell=False)
    meeting = await classroom.in_zoom(session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await plan_step(work, "register_students", session_id, key="links")
    await classroom.run()
    links = await classroom.all(
        "select person_id, join_url from session_registrants where session_id = %(id)s", id=session_id
    )
    assert {row.person_id for row in links} == {ASHA.id, CHITRA.id}
    await classroom.press(meeting, "start")
    await classroom.come_by(next(row.join_url for row in links if row.person_id == ASHA.id))

    async def is_seen():
        await classroom.run()
        return await classroom.all("select 1 from attendance where person_id = %(id)s", id=ASHA.id)

    await until(is_seen)
    await classroom.press(meeting, "end")
    await classroom.move(session_id, -200)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update automation_steps set due_at = now() where kind = 'read_attendance'")
    await until(lambda: reported(classroom, session_id))
    async with classroom.house.database.work(BEN.identity) as work:
        roster = await show_roster(work, session_id)
    came = {one.person_id: (one.joined_at is not None, one.sources) for one in roster.people}
    assert came == {ASHA.id: (True, ["event", "report"]), CHITRA.id: (False, None)}
    # The host came, too, and is nobody who is asked about.
    assert roster.unmatched == []
    # The report is read a second time: just after the end it may lack somebody.
    looks = await classroom.all("select state from automation_steps where kind = 'read_attendance'")
    assert len(looks) == 2


async def reported(classroom, session_id):
    await classroom.run()
    return await classroom.all(
        "select 1 from session_stays where session_id = %(id)s and source = 'report'", id=session_id
    )


async def test_a_meeting_that_refuses_registrations_leaves_the_common_link(classroom):
    session_id = await classroom.schedule(create_zoom_meeting=True, place="", tell=False)
    await classroom.in_zoom(session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update sessions set zoom_meeting_id = '99999999999' where id = %(id)s", id=session_id)
        await plan_step(work, "register_students", session_id, key="links")
    await classroom.run()
    step = await classroom.one("select state from automation_steps where kind = 'register_students'")
    assert step.state == "done"
    assert await classroom.all("select 1 from session_registrants") == []


class BusyAfterOne:
    """Zoom that gives one student a link, and has no time for the next."""

    def __init__(self, meetings):
        self.meetings, self.given = meetings, 0

    async def register(self, *who):
        if self.given:
            return Unavailable("Zoom is busy.")
        self.given += 1
        return await self.meetings.register(*who)


async def test_a_step_that_gives_links_bit_by_bit_is_not_stuck(classroom):
    await classroom.enrol(CHITRA)
    session_id = await classroom.schedule(create_zoom_meeting=True, place="", tell=False)
    await classroom.in_zoom(session_id)
    steps = classroom.house.runner.steps
    steps.ports = replace(steps.ports, meetings=BusyAfterOne(steps.ports.meetings))
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("delete from session_registrants")
        await plan_step(work, "register_students", session_id, key="links")
        await work.run("update automation_steps set attempt = 5 where dedupe_key = 'links'")
    await classroom.run()
    step = await classroom.one("select state, attempt, reason from automation_steps where dedupe_key = 'links'")
    assert (step.state, step.attempt, step.reason) == ("planned", 1, "Zoom is busy.")


class TwiceHeld:
    """Zoom after a meeting that dropped and was opened again; its number stands for the last time."""

    def __init__(self, first, last):
        self.reports = {"u1": first, "u2": last, MEETING: last}

    async def participants(self, meeting):
        return [
            Participant(actor.name, actor.email, "", MONDAY, MONDAY + timedelta(minutes=20), 1200)
            for actor in self.reports[meeting]
        ]


async def test_of_a_meeting_that_dropped_and_was_opened_again_both_reports_are_read(classroom):
    await classroom.enrol(CHITRA)
    session_id = await classroom.schedule(minutes=-200, create_zoom_meeting=True, place="", tell=False)
    runner = classroom.house.runner
    runner.steps.ports = replace(runner.steps.ports, meetings=TwiceHeld([ASHA], [CHITRA]))
    async with classroom.house.database.work(SYSTEM) as work:
        held = "zoom_state = 'ready', zoom_meeting_id = %(meeting)s, zoom_uuids = '{u1,u2}'"
        await work.run(f"update sessions set {held}", meeting=MEETING)
        await work.run("update automation_steps set state = 'cancelled' where kind <> 'read_attendance'")
        await work.run("update automation_steps set due_at = now() where kind = 'read_attendance'")
    await until(lambda: reported(classroom, session_id))
    stays = await classroom.all("select person_id from session_stays where source = 'report'")
    assert {row.person_id for row in stays} == {ASHA.id, CHITRA.id}
    assert len(stays) == 2
