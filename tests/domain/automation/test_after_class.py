"""After a class: the recording when it is there, the assignment with its deadline, and the question how it was. Each once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.automation.changing import change_rule, find_reach
from domain.automation.foreseeing import foresee
from domain.automation.late import late_links, late_values
from domain.automation.rule_states import find_rule
from domain.enrolling import enrol_student
from domain.errors import Conflict, InvalidInput, NotFound
from domain.learning.assignments import (
    AssignmentFacts,
    create_assignment,
    find_assignment,
    update_assignment,
    withdraw_assignment,
)
from domain.learning.extensions import extend
from domain.recordings.managing import add_link, show_to_students
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.feedback import CHANGEABLE_FOR, find_asked, find_mine, give_feedback
from domain.sessions.feedback_links import feedback_path, read_feedback_token
from domain.sessions.reminding import automations_of, count_to_remind, remind_now
from domain.sessions.scheduling import SessionFacts, create_session
from domain.sessions.summaries import summarise
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.sessions import MONDAY

END = MONDAY + timedelta(minutes=90)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITS = "There is no recording to watch yet: it waits for one."


@pytest.fixture
def facts(catalogue):
    return SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False, place="Room 4")


@pytest.fixture
async def session_id(work, catalogue, facts):
    """A class of Asha's, who takes no WhatsApp, so that each message is one."""
    await enrol_student(work, ASHA.id, catalogue.batch_id)
    return await create_session(work, facts)


async def was_there(work, session_id, person=ASHA):
    await work.run(
        "insert into attendance (session_id, person_id, joined_at, updated_at) values (%(id)s, %(person)s, %(at)s, %(at)s)",
        id=session_id,
        person=person.id,
        at=MONDAY,
    )


async def test_the_recording_goes_out_two_hours_after_the_end_with_the_summary(rules, session_id):
    rules.work.now = END + timedelta(minutes=10)
    recording_id = await add_link(rules.work, session_id, "https://films.test/joins", "")
    await summarise(rules.work, session_id, "Inner and outer joins.")
    await rules.act_at(END + 2 * HOUR - timedelta(seconds=1))
    assert await rules.written("recording_ready") == []
    await rules.act_at(END + 2 * HOUR)
    (email,) = await rules.deliveries("recording_ready")
    assert email.params["recording_path"] == f"/student/recordings/{recording_id}"
    assert (email.params["summary"], email.params["class_title"]) == ("Inner and outer joins.", "Joins")


async def test_a_recording_that_comes_late_wakes_what_waits_for_it_and_a_second_part_tells_nobody_again(
    rules, session_id
):
    await rules.act_at(END + 2 * HOUR)
    assert await rules.states("recording_ready") == [(ASHA.name, "planned", WAITS)]
    rules.work.now = END + 5 * HOUR
    recording_id = await add_link(rules.work, session_id, "https://films.test/joins", "")
    await show_to_students(rules.work, recording_id, False)
    await rules.act()
    assert await rules.states("recording_ready") == [(ASHA.name, "planned", WAITS)]
    await show_to_students(rules.work, recording_id, True)
    await rules.act()
    assert await rules.written("recording_ready") == [("Asha", "email")]
    await add_link(rules.work, session_id, "https://films.test/joins-2", "")
    await update_session(rules.work, session_id, 1, await facts_of(rules.work, session_id, title="Unions"), tell=False)
    await rules.act(days=20)
    assert await rules.written("recording_ready") == [("Asha", "email")]


async def facts_of(work, session_id, **changes):
    row = await work.row(f"select {', '.join(SessionFacts.__slots__)} from sessions where id = %(id)s", id=session_id)
    return SessionFacts(**({name: getattr(row, name) for name in SessionFacts.__slots__} | changes))


async def test_a_class_that_left_no_recording_is_given_up_and_says_so(rules, session_id):
    await rules.act_at(END + 2 * HOUR)
    await rules.act_at(END + 10 * DAY - HOUR)
    assert await rules.states("recording_ready") == [(ASHA.name, "planned", WAITS)]
    await rules.act_at(END + 10 * DAY)
    reason = "There is no recording of the class."
    assert await rules.states("recording_ready") == [(ASHA.name, "skipped", reason)]


async def test_what_follows_a_class_moves_with_it_and_ends_with_it(rules, session_id, facts):
    moved = replace(facts, starts_at=MONDAY + DAY)
    await update_session(rules.work, session_id, 1, moved, tell=False)
    dues = {step.rule_key: step.due_at for step in await rules.steps("recording_ready", "feedback_request")}
    assert dues == {"recording_ready": END + DAY + 2 * HOUR, "feedback_request": END + 2 * DAY}
    await cancel_session(rules.work, session_id, 2, tell=False)
    states = {step.state for step in await rules.steps("recording_ready", "feedback_request")}
    assert states == {"cancelled"}


async def test_only_who_was_there_is_asked_how_it_was_by_a_link_that_is_theirs_alone(
    rules, session_id, catalogue, settings
):
    await enrol_student(rules.work, CHITRA.id, catalogue.batch_id)
    await was_there(rules.work, session_id)
    await rules.act_at(END + DAY)
    assert await rules.written("feedback_request") == [("Asha", "email")]
    assert (CHITRA.name, "skipped", "They have neither been there nor watched it.") in await rules.states(
        "feedback_request"
    )
    (email,) = await rules.deliveries("feedback_request")
    path = feedback_path(settings.secret, UUID(email.params["feedback_id"]))
    token = path.removeprefix("/feedback/")
    assert read_feedback_token(settings.secret, token) == email.step_id
    assert read_feedback_token(b"another secret", token) is None
    form = await find_asked(rules.work, email.step_id)
    assert (form.facts.person_id, form.facts.session_id, form.facts.rating) == (ASHA.id, session_id, None)
    other = (await rules.steps("session_reminder_24h"))[0].id
    for stranger in (None, uuid4(), other):
        with pytest.raises(NotFound):
            await find_asked(rules.work, stranger)


async def test_where_nothing_told_of_who_came_everybody_is_asked_until_one_mark_tells(
    rules, session_id, catalogue, facts
):
    await enrol_student(rules.work, CHITRA.id, catalogue.batch_id)
    marked = await create_session(rules.work, replace(facts, title="Unions"))
    await rules.work.run(
        "insert into attendance (session_id, person_id, marked, updated_at) values (%(id)s, %(person)s, 'absent', now())",
        id=marked,
        person=CHITRA.id,
    )
    seen = await create_session(rules.work, replace(facts, title="Views"))
    await rules.work.run(
        "insert into session_stays (session_id, source, stay_key, name, joined_at, left_at, created_at)"
        " values (%(id)s, 'report', 'x', 'Nobody we know', %(at)s, %(at)s, now())",
        id=seen,
        at=MONDAY,
    )
    await rules.act_at(END + DAY)
    asked = {(row.subject_id, row.name) for row in await rules.deliveries("feedback_request")}
    assert asked == {(session_id, ASHA.name), (session_id, CHITRA.name)}


async def test_saying_it_again_changes_it_until_it_is_too_late(rules, session_id):
    await was_there(rules.work, session_id)
    await rules.act_at(END + DAY)
    (email,) = await rules.deliveries("feedback_request")
    for rating, comment in (("4", ""), ("5", "Loved it")):
        await give_feedback(rules.work, await find_asked(rules.work, email.step_id), rating, comment)
    rows = await rules.work.rows("select person_id, rating, comment from session_feedback")
    assert [(row.person_id, row.rating, row.comment) for row in rows] == [(ASHA.id, 5, "Loved it")]
    form = await find_asked(rules.work, email.step_id)
    for wrong in ("0", "6", "", "many"):
        with pytest.raises(InvalidInput):
            await give_feedback(rules.work, form, wrong, "")
    rules.work.now = END + CHANGEABLE_FOR
    with pytest.raises(Conflict):
        await give_feedback(rules.work, await find_asked(rules.work, email.step_id), "1", "")


async def test_who_has_said_it_on_the_page_of_the_class_is_not_asked_and_says_it_of_their_own_class_alone(
    rules, session_id
):
    await was_there(rules.work, session_id)
    rules.work.now = END + HOUR
    rules.work.identity = ASHA.identity
    await give_feedback(rules.work, await find_mine(rules.work, session_id), "3", "")
    rules.work.identity = SYSTEM
    await rules.act_at(END + DAY)
    assert await rules.states("feedback_request") == [(ASHA.name, "skipped", "They have said how it was already.")]


async def set_assignment(work, batch_id, session_id=None, **changes):
    facts = AssignmentFacts(batch_id, "First query", END + 7 * DAY, session_id=session_id)
    return await create_assignment(work, replace(facts, **changes), publish=True)


async def test_an_assignment_is_told_of_after_its_class_and_reminded_of_before_its_deadline(
    rules, session_id, catalogue
):
    assignment_id = await set_assignment(rules.work, catalogue.batch_id, session_id)
    await rules.act_at(END - timedelta(seconds=1))
    assert await rules.written("assignment_given") == []
    await rules.act_at(END)
    (email,) = await rules.deliveries("assignment_given")
    assert email.params["submit_path"] == f"/student/assignments/{assignment_id}"
    assert email.params["deadline"] == "Monday, 21 January 2030, 20:30 IST"
    await rules.act_at(END + 6 * DAY)
    assert await rules.written("assignment_given", "assignment_due") == [("Asha", "email"), ("Asha", "email")]
    later = replace(await assignment_facts(rules.work, assignment_id), due_at=END + 9 * DAY)
    await update_assignment(rules.work, assignment_id, later)
    await rules.act_at(END + 8 * DAY)
    assert len(await rules.written("assignment_due")) == 2


async def assignment_facts(work, assignment_id):
    row = (await find_assignment(work, assignment_id)).facts
    return AssignmentFacts(**{name: getattr(row, name) for name in AssignmentFacts.__slots__})


async def test_more_time_for_one_student_moves_their_reminder_alone_and_who_has_handed_in_gets_none(
    rules, session_id, catalogue
):
    await enrol_student(rules.work, CHITRA.id, catalogue.batch_id)
    assignment_id = await set_assignment(rules.work, catalogue.batch_id)
    await rules.act()
    await extend(rules.work, assignment_id, CHITRA.id, END + 10 * DAY)
    await rules.work.run(
        "insert into submissions (assignment_id, person_id, submitted_at, state, created_at, updated_at)"
        " values (%(id)s, %(person)s, now(), 'submitted', now(), now())",
        id=assignment_id,
        person=ASHA.id,
    )
    await rules.act_at(END + 6 * DAY)
    assert await rules.written("assignment_due") == []
    assert (ASHA.name, "skipped", "They have handed it in.") in await rules.states("assignment_due")
    await rules.act_at(END + 9 * DAY)
    assert await rules.written("assignment_due") == [("Chitra", "email")]


async def test_an_assignment_that_is_withdrawn_is_told_of_no_more(rules, session_id, catalogue):
    assignment_id = await set_assignment(rules.work, catalogue.batch_id, session_id)
    await withdraw_assignment(rules.work, assignment_id)
    await rules.act_at(END + 8 * DAY)
    assert await rules.written("assignment_given", "assignment_due") == []


async def test_reminding_by_hand_counts_before_and_leaves_out_who_was_reminded_a_moment_ago(
    rules, session_id, catalogue
):
    await rules.act_at(MONDAY - 24 * HOUR)  # Asha is reminded by the rule
    rules.work.now += timedelta(minutes=1)
    await enrol_student(rules.work, CHITRA.id, catalogue.batch_id)
    reach = await count_to_remind(rules.work, session_id)
    assert (reach.students, reach.reached, reach.recent) == (2, 1, 1)
    assert await remind_now(rules.work, session_id) == 1
    with pytest.raises(Conflict):  # pressed twice
        await remind_now(rules.work, session_id)
    await rules.act()
    assert await rules.written("session_reminder_now") == [("Chitra", "email")]
    assert (await count_to_remind(rules.work, session_id)).reached == 0
    rules.work.now += timedelta(hours=2, seconds=1)
    assert (await count_to_remind(rules.work, session_id)).reached == 2
    assert await rules.work.value("select count(*) from reminders where kind = 'now'") == 1
    entry = await rules.work.row("select subject_label, details from audit_logs where action = 'session.reminded'")
    assert (entry.subject_label, entry.details) == ("Joins", {"count": 1})
    shown = {row.key: row for row in await automations_of(rules.work, session_id)}
    assert [(one["channel"], one["waiting"]) for one in shown["session_reminder_24h"].messages] == [("email", 1)]
    assert shown["session_reminder_15m"].next_at == MONDAY - timedelta(minutes=15)


async def test_links_that_are_signed_are_made_when_a_message_leaves(rules, session_id, settings):
    class Ports:
        secret, base_url = settings.secret, "https://school.test"

    await rules.work.run("update people set consent_whatsapp = true where id = %(id)s", id=ASHA.id)
    await was_there(rules.work, session_id)
    await rules.act_at(END + DAY)
    email, message = await rules.deliveries("feedback_request")
    path = feedback_path(settings.secret, email.step_id)
    assert late_values(email, Ports())["feedback_url"] == f"https://school.test{path}"
    assert late_links(message, Ports()) == [feedback_path(settings.secret, message.step_id).lstrip("/")]


async def test_what_would_happen_after_a_class_to_come_is_told_as_of_then(rules, session_id):
    state = await find_rule(rules.work, "recording_ready")
    (foreseen,) = (await foresee(rules.work, state, person_id=ASHA.id)).occasions
    assert (foreseen.due_at, list(foreseen.ways)) == (END + 2 * HOUR, ["email"])
    assert foreseen.reason.startswith(WAITS)


async def test_a_change_that_applies_to_existing_people_loses_nobody_who_waits_for_a_recording(rules, session_id):
    await rules.act_at(END + 2 * HOUR)
    rules.work.now += HOUR
    state = await find_rule(rules.work, "recording_ready")
    wanted = replace(state.settings, channels=("email",))
    reach = await find_reach(rules.work, state.key, wanted)
    await change_rule(rules.work, state.key, 1, wanted, is_on=True, expected=reach)
    assert await rules.states("recording_ready") == [(ASHA.name, "planned", WAITS)]
