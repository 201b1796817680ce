"""Leaving a batch: its classes leave one's calendar in one message, one's own links end, and coming back counts as newer."""

import pytest

from domain.automation.steps import plan_step
from domain.courses.batches import BatchFacts, create_batch
from domain.enrolling import move_student, restore_enrolment, withdraw_enrolment
from domain.sessions.feeds import read_feed
from domain.work import SYSTEM
from tests.fixtures._ics import read_ics
from tests.fixtures.cast import ASHA, BEN

ENROLMENT = "select id from enrolments where person_id = %(id)s"
KINDS = "select kind from deliveries where person_id = %(id)s and channel = 'email' order by created_at, kind"


async def calendars(classroom):
    messages = sorted(await classroom.house.mailbox(ASHA.email), key=lambda message: message["id"])
    return [read_ics(await classroom.attachment(message)) for message in messages]


@pytest.fixture
def leaves(classroom):
    """Ben takes Asha out of her batch, or to another, or back."""

    async def leave(action=withdraw_enrolment, *args, **options):
        (enrolment,) = await classroom.all(ENROLMENT, id=ASHA.id)
        async with classroom.house.database.work(BEN.identity) as work:
            await action(work, enrolment.id, *args, **options)
        await classroom.run()

    return leave


async def test_who_leaves_is_told_once_of_all_they_knew_of_and_who_comes_back_anew(classroom, leaves):
    first, second = await classroom.schedule(), await classroom.schedule(minutes=7 * 24 * 60)
    await classroom.run()
    await classroom.schedule(tell=False)  # she was not told of it
    await leaves()
    invited, gone = {}, (await calendars(classroom))[-1]
    for calendar in (await calendars(classroom))[:-1]:
        invited[calendar.components[0]["UID"]] = calendar.components[0]["SEQUENCE"]
    assert gone["METHOD"] == "CANCEL"
    assert {event["UID"]: event["STATUS"] for event in gone.components} == dict.fromkeys(invited, "CANCELLED")
    assert all(int(event["SEQUENCE"]) > int(invited[event["UID"]]) for event in gone.components)
    assert {event["ATTENDEE"].lower() for event in gone.components} == {f"mailto:{ASHA.email}"}
    assert "/join" not in gone.components[0].text("DESCRIPTION")
    async with classroom.house.database.work(SYSTEM) as work:
        assert list((await read_feed(work, ASHA.id)).sessions) == []
    await leaves(restore_enrolment)
    back = (await calendars(classroom))[-1]
    sequences = {event["UID"]: int(event["SEQUENCE"]) for event in gone.components}
    assert len(back.components) == 3
    assert all(int(event["SEQUENCE"]) > sequences.get(event["UID"], 0) for event in back.components)
    # And what changes then is newer again.
    await classroom.change(first, "changed")
    await classroom.run()
    (changed,) = (await calendars(classroom))[-1].components
    assert int(changed["SEQUENCE"]) > sequences[changed["UID"]] + 1
    assert str(second) in " ".join(sequences)


async def test_who_moves_loses_the_old_classes_and_gets_the_new_and_nobody_hears_of_it_done_quietly(classroom, leaves):
    async with classroom.house.database.work(SYSTEM) as work:
        course = await work.value("select course_id from batches where id = %(id)s", id=classroom.batch_id)
        other = await create_batch(work, course, BatchFacts("Batch 8"))
    await classroom.schedule()
    await classroom.run()
    home, classroom.batch_id = classroom.batch_id, other
    await classroom.schedule(tell=False)
    await leaves(move_student, other, tell=False)
    assert [row.kind for row in await classroom.all(KINDS, id=ASHA.id)] == ["class_scheduled"]
    await leaves(move_student, home)
    await leaves(move_student, other)
    methods = [(calendar["METHOD"], len(calendar.components)) for calendar in await calendars(classroom)]
    assert methods[0] == ("REQUEST", 1)
    assert sorted(methods[1:]) == [("CANCEL", 1), ("PUBLISH", 1), ("PUBLISH", 1)]


async def test_a_link_of_ones_own_ends_with_the_enrolment_and_works_again_when_one_is_back(classroom, leaves):
    session_id = await classroom.schedule(create_zoom_meeting=True, place="", tell=False)
    meeting = await classroom.in_zoom(session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await plan_step(work, "register_students", session_id, key="links")
    await classroom.run()
    link = "select join_url from session_registrants where session_id = %(id)s"
    own = (await classroom.one(link, id=session_id)).join_url
    await leaves(tell=False)
    assert await classroom.all(link, id=session_id) == []
    await classroom.press(meeting, "start")
    with pytest.raises(AssertionError, match="said="):
        await classroom.come_by(own)
    await leaves(restore_enrolment)
    await classroom.come_by((await classroom.one(link, id=session_id)).join_url)


async def test_who_is_back_before_it_is_done_keeps_their_link(classroom, leaves):
    session_id = await classroom.schedule(create_zoom_meeting=True, place="", tell=False)
    await classroom.in_zoom(session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await plan_step(work, "register_students", session_id, key="links")
    await classroom.run()
    async with classroom.house.database.work(BEN.identity) as work:
        (enrolment,) = await work.rows(ENROLMENT, id=ASHA.id)
        await withdraw_enrolment(work, enrolment.id)
    async with classroom.house.database.work(BEN.identity) as work:
        await restore_enrolment(work, enrolment.id)
    await classroom.run()
    step = await classroom.one("select state from automation_steps where kind = 'end_registrations'")
    assert step.state == "skipped"
    assert len(await classroom.all("select 1 from session_registrants where session_id = %(id)s", id=session_id)) == 1
