"""What rules around classes write leaves as a whole: with the way in, the calendar file, the links and the buttons."""

from domain.sessions.automations import plan_for_person, plan_for_returned
from domain.work import SYSTEM
from tests.fixtures._ics import read_ics
from tests.fixtures.cast import ASHA

# As if their moments had come.
DUE = """
update automation_steps set state = 'planned', due_at = app_now(), reason = '', finished_at = null where rule_key = any(%(keys)s)
"""
CONSENT = "update people set consent_whatsapp = true where id = %(id)s"
NO_QUIET = "update business_settings set value = '{}' where key = 'quiet_hours'"
LEFT = "select channel, state, reason, params from deliveries where rule_key = %(key)s order by channel"


async def test_a_reminder_leaves_with_the_way_in_and_a_file_for_the_calendar(classroom):
    session_id = await classroom.schedule(tell=False)
    await classroom.all(DUE + " returning id", keys=["session_reminder_24h"])
    await classroom.all(CONSENT + " returning id", id=ASHA.id)
    await classroom.all(NO_QUIET + " returning key")
    await classroom.run()
    (mail,) = await classroom.house.mailbox(ASHA.email)
    assert mail["subject"].startswith("Tomorrow: Joins, ")
    assert any(link.endswith(f"/student/sessions/{session_id}/join") for link in mail["links"])
    calendar = read_ics(await classroom.attachment(mail))
    (event,) = calendar.components
    assert (calendar["METHOD"], event["SEQUENCE"]) == ("REQUEST", "1")
    assert event["ATTENDEE"].lower() == f"mailto:{ASHA.email}"
    left = await classroom.all(LEFT, key="session_reminder_24h")
    assert [(row.channel, row.state, row.reason) for row in left] == [("email", "sent", ""), ("whatsapp", "sent", "")]


async def test_the_question_how_it_was_leaves_with_a_link_that_opens_the_form(classroom):
    session_id = await classroom.schedule(minutes=-200, tell=False)
    await classroom.all(
        "insert into attendance (session_id, person_id, joined_at, updated_at)"
        " select id, %(person)s, starts_at, starts_at from sessions where id = %(id)s returning session_id",
        id=session_id,
        person=ASHA.id,
    )
    await classroom.all(DUE + " returning id", keys=["feedback_request"])
    await classroom.all(CONSENT + " returning id", id=ASHA.id)
    await classroom.all(NO_QUIET + " returning key")
    await classroom.run()
    (mail,) = await classroom.house.mailbox(ASHA.email)
    (link,) = {link for link in mail["links"] if "/feedback/" in link}
    left = await classroom.all(LEFT, key="feedback_request")
    assert [(row.channel, row.state, row.reason) for row in left] == [("email", "sent", ""), ("whatsapp", "sent", "")]
    answer = await classroom.house.sandbox.get(link)
    assert answer.status_code == 200
    assert "How was Joins?" in answer.text


async def test_a_class_is_not_moved_while_somebody_comes_in_so_neither_misses_the_other(classroom):
    session_id = await classroom.schedule(tell=False)
    free = "select batch_id from sessions where id = %(id)s for update skip locked"
    ((batch_id,),) = await classroom.all(free, id=session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await plan_for_person(work, ASHA.id, batch_id)
        assert await classroom.all(free, id=session_id) == []
    assert await classroom.all(free, id=session_id) != []


async def test_no_class_is_made_or_moved_while_somebody_is_let_in_again(classroom):
    session_id = await classroom.schedule(tell=False)
    free = "select batch_id from sessions where id = %(id)s for update skip locked"
    takes_more = "select id from batches where id = %(id)s for key share skip locked"  # as a new class needs it
    ((batch_id,),) = await classroom.all(free, id=session_id)
    async with classroom.house.database.work(SYSTEM) as work:
        await plan_for_returned(work, ASHA.id)
        assert await classroom.all(free, id=session_id) == []
        assert await classroom.all(takes_more, id=batch_id) == []
    assert await classroom.all(takes_more, id=batch_id) != []
