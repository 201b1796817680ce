"""Students are told of their classes: each change once, by what reaches them, and never of what is not true any more."""

import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.accounts.class_news import choose_class_news
from domain.admissions.approving import Approval, approve
from domain.enrolling import enrol_student
from domain.errors import InvalidInput
from domain.sessions.changing import cancel_session
from domain.sessions.enrolling import welcome_to_classes
from domain.sessions.reach import Reach, count_being_told, count_reached
from domain.sessions.schedule import find_mine
from domain.sessions.scheduling import SessionFacts
from domain.sessions.weekly import create_series
from domain.work import SYSTEM
from tests.fixtures._ics import read_ics
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN, CHITRA
from tests.fixtures.sessions import MONDAY

DELIVERIES = """
select channel, kind, state, reason, params, to_address from deliveries where kind like 'class%%' order by created_at, channel
"""


async def consent(classroom, actor, by_whatsapp=True):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update people set consent_whatsapp = %(yes)s where id = %(id)s", yes=by_whatsapp, id=actor.id)


async def invitation(classroom, to=ASHA.email, at=-1):
    """Return the calendar that came with an e-mail to somebody: the last one, unless told otherwise."""
    messages = sorted(await classroom.house.mailbox(to), key=lambda message: message["id"])
    return read_ics(await classroom.attachment(messages[at]))


async def subjects(classroom, to=ASHA.email):
    return [message["subject"] for message in sorted(await classroom.house.mailbox(to), key=lambda one: one["id"])]


async def test_a_new_class_comes_with_an_invitation_that_calendars_take(classroom):
    session_id = await classroom.schedule(description="Bring a laptop; and, if you can,\na mouse.")
    await classroom.run()
    session = await classroom.one(
        "select title, starts_at, ends_at, duration, told_version, told_at from sessions where id = %(id)s",
        id=session_id,
    )
    calendar = await invitation(classroom)
    (event,) = calendar.components
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", "1")
    assert event["DTSTART"] == session.starts_at.strftime("%Y%m%dT%H%M%SZ")
    assert event["DTEND"] == session.ends_at.strftime("%Y%m%dT%H%M%SZ")
    assert event.text("SUMMARY") == "Joins"
    assert event.text("LOCATION") == "Room 4, first floor"
    assert "Bring a laptop; and, if you can,\na mouse." in event.text("DESCRIPTION")
    assert f"/student/sessions/{session_id}/join" in event.text("DESCRIPTION")
    assert event["ATTENDEE"].lower() == f"mailto:{ASHA.email}"
    assert event.params("ATTENDEE")["CN"] == ASHA.name
    assert event["ORGANIZER"].lower().startswith("mailto:")
    assert (session.told_version, session.told_at is not None) == (1, True)


async def test_a_change_and_a_cancellation_keep_the_uid_and_raise_the_sequence(classroom):
    session_id = await classroom.schedule()
    await classroom.run()
    was = (await classroom.one("select starts_at from sessions")).starts_at
    await classroom.move(session_id, 60)
    await classroom.change(session_id, "moved", moved_from=was)
    await classroom.run()
    await classroom.change(session_id, "cancelled", cancelled_at=was, cancel_reason="The teacher is ill.")
    await classroom.run()
    calendars = [await invitation(classroom, at=at) for at in range(3)]
    events = [calendar.components[0] for calendar in calendars]
    assert [calendar["METHOD"] for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event["UID"] for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == ["1", "2", "3"]
    assert events[2]["STATUS"] == "CANCELLED"
    assert [subject.split(":")[0] for subject in await subjects(classroom)] == ["Class", "Moved", "Cancelled"]


async def test_whatsapp_goes_to_who_agreed_and_to_who_has_no_address(classroom):
    await classroom.enrol(CHITRA)
    await consent(classroom, ASHA)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update people set email = null where id = %(id)s", id=CHITRA.id)
        await work.run("update business_settings set value = '{}' where key = 'quiet_hours'")
    session_id = await classroom.schedule()
    await classroom.run()
    rows = await classroom.all(DELIVERIES)
    told = sorted((row.channel, row.kind, row.to_address, row.state) for row in rows)
    assert told == sorted([
        ("email", "class_scheduled", ASHA.email, "sent"),
        ("whatsapp", "class_scheduled", ASHA.phone, "sent"),
        ("whatsapp", "class_scheduled", CHITRA.phone, "sent"),
    ])  # fmt: skip
    (message,) = [row for row in rows if row.to_address == CHITRA.phone]
    assert message.params["params"][:2] == ["Chitra", "Joins"]
    assert message.params["buttons"] == [f"student/sessions/{session_id}"]


async def test_who_chose_a_way_hears_by_it_alone_and_by_the_other_where_it_reaches_nobody(classroom):
    async def told(chosen, **dead):
        async with classroom.house.database.work(SYSTEM) as work:
            await work.run("update business_settings set value = '{}' where key = 'quiet_hours'")
            await choose_class_news(work, ASHA.id, chosen)
            if dead:
                await work.run("insert into email_suppressions values (%(email)s, 'bounced', '', null, now())", **dead)
        session_id = await classroom.schedule()
        async with classroom.house.database.work(SYSTEM) as work:
            reach = await count_reached(work, classroom.batch_id, session_id)
        await classroom.run()
        rows = await classroom.all("select channel from deliveries where subject_id = %(id)s", id=session_id)
        return {row.channel for row in rows}, (reach.students, reach.by_email, reach.on_whatsapp)

    # She has not agreed to advertising on WhatsApp: choosing it for her classes agrees to that alone.
    assert await told({"whatsapp"}) == ({"whatsapp"}, (1, 0, 1))
    assert await told({"email", "whatsapp"}) == ({"email", "whatsapp"}, (1, 1, 1))
    await consent(classroom, ASHA)
    assert await told({"email"}) == ({"email"}, (1, 1, 0))
    assert await told({"email"}, email=ASHA.email) == ({"whatsapp"}, (1, 0, 1))
    for chosen in (set(), {"email"}):  # the address is dead by now
        with pytest.raises(InvalidInput):
            await told(chosen)


QUIET = "update business_settings set value = %(hours)s::jsonb where key = 'quiet_hours'"


async def in_quiet_hours(classroom):
    """Let Chitra, who has no e-mail, be in quiet hours for three hours more, and Asha be elsewhere."""
    await classroom.enrol(CHITRA)
    now = (await classroom.now()).astimezone(ZoneInfo("Asia/Kolkata"))
    hours = [f"{now + timedelta(hours=hour):%H:%M}" for hour in (-1, 3)]
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update people set email = null, timezone = 'Asia/Kolkata' where id = %(id)s", id=CHITRA.id)
        await work.run("delete from enrolments where person_id = %(id)s", id=ASHA.id)
        await work.run(QUIET, hours=json.dumps({"whatsapp": hours}))


@pytest.mark.parametrize(("minutes", "state"), [(120, "sent"), (210, "sent"), (300, "pending")])
async def test_news_of_a_class_that_begins_before_the_morning_disturbs_and_other_news_waits(classroom, minutes, state):
    await in_quiet_hours(classroom)
    await classroom.schedule(minutes=minutes)
    await classroom.run()
    assert [row.state for row in await classroom.all(DELIVERIES)] == [state]


@pytest.mark.parametrize(("minutes", "state"), [(120, "sent"), (300, "pending")])
async def test_so_does_news_of_a_series_and_of_the_classes_of_a_batch_one_comes_into(classroom, minutes, state):
    await in_quiet_hours(classroom)
    async with classroom.house.database.work(BEN.identity) as work:
        start = work.now + timedelta(minutes=minutes)
        facts = SessionFacts(classroom.batch_id, "Joins", start, create_zoom_meeting=False, place="Room 4")
        await create_series(work, facts, [start, start + timedelta(weeks=1)])
    await classroom.run()
    async with classroom.house.database.work(BEN.identity) as work:
        assert await welcome_to_classes(work, CHITRA.id, classroom.batch_id) == 2
    await classroom.run()
    assert [(row.kind, row.state) for row in await classroom.all(DELIVERIES)] == [("classes_ahead", state)] * 2


async def test_who_opted_out_of_whatsapp_and_whose_address_is_dead_is_left_in_peace(classroom):
    await consent(classroom, ASHA)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("insert into email_suppressions values (%(to)s, 'bounced', '', null, now())", to=ASHA.email)
        await work.run(
            "insert into phone_suppressions (phone, channel, reason, created_at) values (%(to)s, 'whatsapp', 'opted_out', now())",
            to=ASHA.phone,
        )
    await classroom.schedule()
    await classroom.run()
    assert await classroom.all(DELIVERIES) == []


async def test_who_does_not_want_advertising_is_still_told_of_their_class(classroom):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("insert into email_suppressions values (%(to)s, 'unsubscribed', '', null, now())", to=ASHA.email)
    await classroom.schedule()
    await classroom.run()
    assert len(await classroom.house.mailbox(ASHA.email)) == 1


async def test_the_same_version_is_told_once_however_often_the_step_runs(classroom):
    await classroom.schedule()
    await classroom.run()
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update automation_steps set state = 'planned', finished_at = null where kind = 'tell_session'")
    await classroom.run()
    assert len(await classroom.house.mailbox(ASHA.email)) == 1


async def test_a_class_that_moved_on_is_told_of_as_it_is_now_and_once(classroom):
    session_id = await classroom.schedule()
    await classroom.change(session_id, "changed", title="Joins and more")
    await classroom.run()
    (step,) = await classroom.all(
        "select state, reason from automation_steps where kind = 'tell_session' and subject_version = 1"
    )
    assert (step.state, "changed again" in step.reason) == ("skipped", True)
    # Who never heard of the class is told of it, not of its change.
    (subject,) = await subjects(classroom)
    assert subject.startswith("Class: Joins and more")


async def test_who_was_never_told_is_told_even_if_the_change_was_saved_quietly(classroom):
    session_id = await classroom.schedule()
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update sessions set version = 2, title = 'Joins, mended' where id = %(id)s", id=session_id)
    await classroom.run()
    (subject,) = await subjects(classroom)
    assert subject.startswith("Class: Joins, mended")


async def test_what_still_waits_when_the_class_changes_never_leaves(classroom):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    session_id = await classroom.schedule()
    await classroom.run()
    await classroom.change(session_id, "cancelled", cancelled_at=await classroom.now())
    await classroom.run()
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'false' where key = 'sending_paused'")
    await classroom.run()
    # It stood in their schedule: they hear that it is off, and never that it takes place.
    assert [subject.split(":")[0] for subject in await subjects(classroom)] == ["Cancelled"]
    was, _now = await classroom.all(DELIVERIES)
    assert (was.kind, was.state, "changed again" in was.reason) == ("class_scheduled", "cancelled", True)


async def test_a_letter_that_waited_too_long_falls_away(classroom):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    session_id = await classroom.schedule()
    await classroom.run()
    await classroom.move(session_id, -200)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'false' where key = 'sending_paused'")
    await classroom.run()
    (row,) = await classroom.all(DELIVERIES)
    assert (row.state, row.reason) == ("cancelled", "The class is over.")
    assert await classroom.house.mailbox(ASHA.email) == []


async def test_who_has_left_the_batch_gets_none_of_its_letters_that_still_wait(classroom):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    await consent(classroom, ASHA)
    await classroom.schedule()
    await classroom.run()
    async with classroom.house.database.work(BEN.identity) as work:
        assert await welcome_to_classes(work, ASHA.id, classroom.batch_id) == 1
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update enrolments set state = 'withdrawn'")
        await work.run("update business_settings set value = 'false' where key = 'sending_paused'")
        await work.run("update deliveries set due_at = app_now()")
    await classroom.run()
    rows = await classroom.all(DELIVERIES)
    assert {row.kind for row in rows} == {"class_scheduled", "classes_ahead"}
    assert {row.channel for row in rows} == {"email", "whatsapp"}
    assert {(row.state, row.reason) for row in rows} == {("cancelled", "They are not in this batch any more.")}
    assert await classroom.house.mailbox(ASHA.email) == []


async def test_everybody_in_the_batch_hears_that_a_class_in_their_schedule_is_off(classroom):
    session_id = await classroom.schedule()
    await classroom.run()
    await classroom.enrol(CHITRA)
    await classroom.change(session_id, "cancelled", cancelled_at=await classroom.now())
    await classroom.run()
    assert len(await classroom.house.mailbox(ASHA.email)) == 2
    assert [subject.split(":")[0] for subject in await subjects(classroom, CHITRA.email)] == ["Cancelled"]


async def test_the_number_that_is_promised_is_that_of_the_people_who_are_written_to(classroom):
    session_id = await classroom.schedule()
    await classroom.run()
    for actor in (CHITRA, BEN):
        await classroom.enrol(actor)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update profiles set is_active = false where person_id = %(id)s", id=CHITRA.id)
        await work.run("insert into email_suppressions values (%(to)s, 'bounced', '', null, now())", to=BEN.email)
        await work.run("update people set phone = null where id = %(id)s", id=BEN.id)
        assert await count_reached(work, classroom.batch_id, session_id) == Reach(1, 1, 0)
        assert await count_reached(work, classroom.batch_id, session_id, is_cancelled=True) == Reach(1, 1, 0)
        assert await count_being_told(work, session_id) == 0
    await classroom.change(session_id, "cancelled", cancelled_at=await classroom.now())
    async with classroom.house.database.work(SYSTEM) as work:
        assert await count_being_told(work, session_id) == 1
    await classroom.run()
    written = await classroom.all("select distinct person_id from deliveries where kind = 'class_cancelled'")
    assert [row.person_id for row in written] == [ASHA.id]


async def test_the_first_word_waits_for_the_meeting_and_not_for_ever(classroom):
    session_id = await classroom.schedule(create_zoom_meeting=True, place="")
    await classroom.run()
    (step,) = await classroom.all("select id, state, reason from automation_steps where kind = 'tell_session'")
    assert (step.state, step.reason) == ("planned", "The meeting is being made.")
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run(
            "update automation_steps set retry_at = null, created_at = created_at - interval '4 minutes' where id = %(id)s",
            id=step.id,
        )
    await classroom.run()
    (event,) = (await invitation(classroom)).components
    assert event.text("LOCATION").endswith(f"/student/sessions/{session_id}/join")


async def test_a_thousand_students_are_told_in_chunks_and_a_killed_worker_leaves_none_out(classroom, monkeypatch):
    monkeypatch.setattr("domain.sessions.telling.CHUNK", 2)
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run(
            """
            with made as (insert into people (name, email, created_at, updated_at)
              select 'P ' || n, 'p' || n || '@example.test', now(), now() from generate_series(1, 4) n returning id),
            students as (insert into profiles (person_id, role, created_at, updated_at)
              select id, 'student', now(), now() from made)
            insert into enrolments (person_id, batch_id, enrolled_at) select id, %(batch)s, now() from made
            """,
            batch=classroom.batch_id,
        )
    await classroom.schedule()
    await classroom.run()
    rows = await classroom.all("select count(*) as count, count(distinct person_id) as people from deliveries")
    assert (rows[0].count, rows[0].people) == (5, 5)


async def test_who_is_approved_gets_what_is_ahead_with_the_welcome_and_who_is_enrolled_by_hand_by_itself(
    classroom, applies, cast
):
    await classroom.schedule(minutes=60)
    await classroom.schedule(minutes=3 * 24 * 60)
    over = await classroom.schedule(minutes=-300)
    off = await classroom.schedule(minutes=120)
    await classroom.change(off, "cancelled", cancelled_at=await classroom.now())
    await classroom.run()
    application_id = await applies(ROHIT)
    async with classroom.house.database.work(BEN.identity) as work:
        await approve(work, Approval(application_id, 1, classroom.batch_id))
        await enrol_student(work, CHITRA.id, classroom.batch_id, beyond_capacity=True)
    await classroom.run()
    by_hand = {one["subject"]: one for one in await classroom.house.mailbox(CHITRA.email)}
    (welcome,) = [one for one in await classroom.house.mailbox(ROHIT.email) if "Welcome" in one["subject"]]
    ahead = by_hand["Your classes in Data Analytics: 2 classes ahead"]
    for letter in (welcome, ahead):
        calendar = read_ics(await classroom.attachment(letter))
        assert (calendar["METHOD"], len(calendar.components)) == ("PUBLISH", 2)
        assert not any(str(over) in event["UID"] for event in calendar.components)
        text = await classroom.html(letter)
        assert "Joins: " in text
        assert "2 classes" in text
    assert "From spreadsheets to answers." in await classroom.html(welcome)
    told = "select channel, kind from deliveries where person_id = %(id)s and kind <> 'payment_link'"
    rohit = await classroom.one("select id from people where email = %(email)s", email=ROHIT.email)
    written = {(row.channel, row.kind) for row in await classroom.all(told, id=rohit.id)}
    assert written == {("email", "welcome"), ("whatsapp", "approval_whatsapp")}


async def test_who_came_later_hears_of_changes_like_everybody_and_never_twice_of_the_same(classroom):
    session_id = await classroom.schedule()
    await classroom.enrol(CHITRA)
    async with classroom.house.database.work(BEN.identity) as work:
        assert await welcome_to_classes(work, CHITRA.id, classroom.batch_id) == 1
        assert await welcome_to_classes(work, CHITRA.id, classroom.batch_id) == 1
    await classroom.run()
    assert len(await classroom.house.mailbox(CHITRA.email)) == 1
    await classroom.change(session_id, "changed")
    await classroom.run()
    assert [subject.split(":")[0] for subject in await subjects(classroom, CHITRA.email)] == [
        "Your classes in Data Analytics",
        "Changed",
    ]


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
async def test_a_time_is_told_in_the_zone_of_the_batch_and_in_ones_own(classroom, zone):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update people set timezone = %(zone)s where id = %(id)s", zone=zone, id=ASHA.id)
    await classroom.schedule()
    await classroom.run()
    (message,) = await classroom.house.mailbox(ASHA.email)
    assert " IST (" in message["subject"]


async def said_of_a_move(classroom, number):
    """Return the start that the e-mail to Asha says it was to be."""
    messages = sorted(await classroom.house.mailbox(ASHA.email), key=lambda message: message["id"])
    found = re.search(r"It was to be on ([^(]+) IST", messages[number]["text"])
    return found[1] if found else None


def clock(moment):
    return moment.astimezone(ZoneInfo("Asia/Kolkata")).strftime("%H:%M")


async def move(classroom, session_id, minutes, what="moved"):
    """Move a class as an admin does, telling them unless ``what`` is empty."""
    statement = "update sessions set moved_from = starts_at, version = version + %(by)s where id = %(id)s"
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run(statement, id=session_id, by=0 if what else 1)
    await classroom.move(session_id, minutes)
    if what:
        await classroom.change(session_id, what)


async def start_of(classroom):
    return (await classroom.one("select starts_at from sessions")).starts_at


async def test_a_move_is_told_from_the_start_that_was_told_and_not_from_one_nobody_heard(classroom):
    session_id = await classroom.schedule(minutes=600)
    heard = await start_of(classroom)
    await classroom.run()
    await move(classroom, session_id, 723, what="")
    await move(classroom, session_id, 847)
    await classroom.run()
    assert clock(heard) in await said_of_a_move(classroom, 1)
    async with classroom.house.database.work(ASHA.identity) as work:
        assert (await find_mine(work, session_id)).facts.moved_from == heard
    await move(classroom, session_id, 900, what="")
    heard_next = (await classroom.one("select starts_at from session_tellings")).starts_at
    async with classroom.house.database.work(ASHA.identity) as work:
        assert (await find_mine(work, session_id)).facts.moved_from == heard_next != heard


async def pause(classroom, value):
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = %(v)s::jsonb where key = 'sending_paused'", v=value)


async def test_news_of_a_move_that_never_left_is_not_what_they_were_told(classroom):
    session_id = await classroom.schedule(minutes=600)
    heard = await start_of(classroom)
    await classroom.run()
    await pause(classroom, "true")
    for minutes in (723, 847):
        await move(classroom, session_id, minutes)
        await classroom.run()
    await pause(classroom, "false")
    await classroom.run()
    assert clock(heard) in await said_of_a_move(classroom, 1)
    assert len(await classroom.house.mailbox(ASHA.email)) == 2


async def test_a_class_moved_away_and_back_has_not_moved(classroom):
    session_id = await classroom.schedule(minutes=600)
    heard = await start_of(classroom)
    await classroom.run()
    await move(classroom, session_id, 723, what="")
    async with classroom.house.database.work(SYSTEM) as work:
        await work.run(
            "update sessions set starts_at = %(at)s, ends_at = %(at)s + make_interval(mins => duration)", at=heard
        )
    await classroom.change(session_id, "moved")
    await classroom.run()
    assert (await subjects(classroom))[1].startswith("Changed")


async def test_for_who_is_enrolled_after_a_move_nothing_has_moved(classroom):
    session_id = await classroom.schedule(minutes=600)
    await classroom.run()
    await move(classroom, session_id, 723)
    await classroom.run()
    await classroom.enrol(CHITRA)
    async with classroom.house.database.work(BEN.identity) as work:
        await welcome_to_classes(work, CHITRA.id, classroom.batch_id)
    for actor, has_moved in ((ASHA, True), (CHITRA, False)):
        async with classroom.house.database.work(actor.identity) as work:
            assert (await find_mine(work, session_id)).is_moved is has_moved


async def test_a_series_whose_first_class_is_called_off_before_anybody_heard_is_told_of_all_the_same(classroom):
    starts = [MONDAY + timedelta(weeks=week) for week in range(3)]
    async with classroom.house.database.work(BEN.identity) as work:
        facts = SessionFacts(classroom.batch_id, "Joins", MONDAY, create_zoom_meeting=False, place="Room 4")
        first = await create_series(work, facts, starts)
    async with classroom.house.database.work(BEN.identity) as work:
        await cancel_session(work, first, 1, tell=True)
    await classroom.run()
    (message,) = await classroom.house.mailbox(ASHA.email)
    calendar = read_ics(await classroom.attachment(message))
    assert sorted(event["DTSTART"] for event in calendar.components) == [
        f"{start:%Y%m%dT%H%M%SZ}" for start in starts[1:]
    ]
    told = await classroom.all("select told_version from sessions where cancelled_at is null")
    assert [row.told_version for row in told] == [1, 1]


async def test_a_series_is_told_of_once_with_every_class(classroom):
    starts = [MONDAY + timedelta(weeks=week) for week in range(3)]
    async with classroom.house.database.work(BEN.identity) as work:
        facts = SessionFacts(classroom.batch_id, "Joins", MONDAY, create_zoom_meeting=False, place="Room 4")
        await create_series(work, facts, starts)
    await classroom.run()
    (message,) = await classroom.house.mailbox(ASHA.email)
    calendar = read_ics(await classroom.attachment(message))
    assert sorted(event["DTSTART"] for event in calendar.components) == [f"{start:%Y%m%dT%H%M%SZ}" for start in starts]
    told = await classroom.all("select told_version from sessions")
    assert [row.told_version for row in told] == [1, 1, 1]
    tellings = await classroom.one("select count(*) as n from session_tellings where person_id = %(id)s", id=ASHA.id)
    assert tellings.n == 3
