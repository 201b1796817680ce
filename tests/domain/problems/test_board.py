"""Problems: the dashboard counts what the board lists, and the one press of a row mends it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.dashboard.reading import read_dashboard
from domain.errors import Conflict, NotFound
from domain.problems.board import Board, read_board, read_problem
from domain.problems.keeping import KEPT, keep_count
from domain.problems.kinds import PROBLEMS
from domain.problems.mending import mend_problem
from domain.problems.rows import Mend, Place, ProblemRow
from domain.problems.together import mend_together
from domain.work import Work
from tests.domain.dashboard.rows import add_application, add_batch, add_delivery, add_payment, add_step, enrol
from tests.fixtures.cast import ASHA, CHITRA


async def board(work: Work) -> Board:
    found = await read_board(work, 1.0)
    # One definition of each problem: what is listed is what is counted.
    assert found.total == (await read_dashboard(work, 1.0)).problems
    # Every page shows as many as a worker has counted last.
    await keep_count(work, every=-1)
    assert found.total == await work.value(f"select {KEPT}")
    return found


async def problems(work: Work) -> dict[str, list[ProblemRow]]:
    return {group.problem.key: list(group.rows) for group in (await board(work)).groups}


async def only(work: Work, problem: str) -> ProblemRow:
    found = await problems(work)
    assert list(found) == [problem]
    (row,) = found[problem]
    return row


async def mend(work: Work, problem: str, row: ProblemRow, number: int = 0) -> None:
    """Press a row's button."""
    button = row.mends[number]
    assert isinstance(button, Mend)
    assert await mend_problem(work, problem, UUID(row.id), button.act)


async def add_session(work: Work, **values: Any) -> UUID:
    facts = {"zoom_meeting_id": "84000000001"} | values
    columns, places = ", ".join(facts), ", ".join(f"%({name})s" for name in facts)
    return await work.value(
        f"insert into sessions (batch_id, title, starts_at, duration, ends_at, created_at, updated_at, {columns})"
        f" values (%(batch)s, 'Joins', %(at)s, 60, %(at)s + interval '1 hour', %(now)s, %(now)s, {places}) returning id",
        batch=await add_batch(work),
        at=work.now + timedelta(hours=2 if "zoom_state" in facts else -20),
        now=work.now,
        **facts,
    )


async def test_one_worker_counts_for_all_and_that_none_does_is_a_problem_itself(work: Work) -> None:
    await keep_count(work, every=-1)
    await add_delivery(work, "failed")
    await keep_count(work, every=60)
    assert await work.value(f"select {KEPT}") == 0
    await work.run("update kept_counts set counted_at = now() - interval '61 seconds'")
    assert await work.value(f"select {KEPT}") == 1
    await keep_count(work, every=60)
    assert await work.value(f"select {KEPT}") == 1
    assert "problems" in {signal.topic for signal in work.signals}


async def test_without_trouble_the_board_is_empty(work: Work) -> None:
    found = await board(work)
    assert (found.total, list(found.groups), list(found.standing)) == (0, [], [])


async def test_a_failed_message_is_sent_again(work: Work) -> None:
    delivery = await add_delivery(work, "failed")
    row = await only(work, "failed")
    assert (row.href, row.person_id, row.text) == (
        f"/admin/deliveries/{delivery}",
        str(ASHA.id),
        "E-mail: Welcome e-mail",
    )
    await mend(work, "failed", row)
    assert await problems(work) == {}
    with pytest.raises(Conflict):
        await mend(work, "failed", row)


async def test_a_message_of_unknown_end_is_looked_up_or_said_to_have_arrived_and_whatsapp_cannot_be_asked(
    work: Work,
) -> None:
    delivery = await add_delivery(work, "unknown")
    row = await only(work, "unknown")
    assert [one.text for one in row.mends] == ["Look it up", "It arrived"]
    await work.run("update deliveries set channel = 'whatsapp' where id = %(id)s", id=delivery)
    row = await only(work, "unknown")
    assert [one.text for one in row.mends] == ["Send again", "It arrived"]
    await mend(work, "unknown", row, 1)
    assert await problems(work) == {}


async def test_who_has_paid_nothing_for_a_week_is_asked_with_one_press_and_reminded_once_asked(work: Work) -> None:
    batch = await add_batch(work)
    await enrol(work, batch, ASHA.id, 6.9, price=5_000_00)
    assert await problems(work) == {}
    await work.run("update enrolments set enrolled_at = enrolled_at - interval '1 day'")
    row = await only(work, "unpaid")
    assert (row.title, row.text, row.mends[0].text) == ("Asha Rao", "₹5,000 · Course, Batch", "Ask for ₹5,000")
    await mend(work, "unpaid", row)
    asked = await work.row("select * from payments")
    assert asked is not None
    assert (asked.amount_paise, asked.enrolment_id, asked.announce) == (5_000_00, UUID(row.id), ["email", "whatsapp"])
    assert await problems(work) == {}
    with pytest.raises(Conflict):  # pressed twice, it asks once
        await mend(work, "unpaid", row)
    await work.run("update payments set created_at = created_at - interval '8 days'")
    await work.run("update payment_requests set state = 'open'")
    row = await only(work, "unpaid")
    assert row.mends[0].text == "Send a reminder"
    await mend(work, "unpaid", row)
    assert await work.value("select count(*) from deliveries where kind = 'payment_link'") == 2
    assert await problems(work) == {}
    await work.run("update payments set paid_paise = amount_paise")
    assert await problems(work) == {}


async def test_who_has_paid_and_is_in_no_batch_of_it_is_enrolled(work: Work) -> None:
    batch = await add_batch(work)
    application = await add_application(work, batch, 1)
    await enrol(work, batch, ASHA.id, 1, state="withdrawn")
    by_enrolment, by_application = await add_payment(work, 2, 5_000_00), await add_payment(work, 1, 6_000_00)
    await work.run("update payments set enrolment_id = (select id from enrolments) where id = %(id)s", id=by_enrolment)
    await work.run(
        "update payments p set application_id = a.id, person_id = a.person_id from cta_submissions a"
        " where p.id = %(id)s and a.id = %(application)s",
        id=by_application,
        application=application,
    )
    rows = (await problems(work))["not_enrolled"]
    assert [row.mends[0].text for row in rows] == ["Approve into Batch", "Enrol again in Batch"]
    for row in rows:
        await mend(work, "not_enrolled", row)
    assert await work.value("select count(*) from enrolments where state = 'active'") == 2
    assert await problems(work) == {}


async def test_money_without_a_batch_to_put_it_to_leads_to_where_one_is_chosen(work: Work) -> None:
    await add_payment(work, 1, 5_000_00)
    row = await only(work, "not_enrolled")
    assert list(row.mends) == [Place(f"/admin/students/{ASHA.id}/enrolments/new", "Choose a batch")]
    await work.run("update payments set refunded_paise = paid_paise")
    assert await problems(work) == {}


async def test_an_overdue_payment_is_reminded_of_and_one_that_does_not_fit_is_noted(work: Work) -> None:
    await enrol(work, await add_batch(work), ASHA.id, 1)
    await add_payment(work, 1, 99_00, overdue=True)
    await work.run("update payment_requests set state = 'open'")
    await mend(work, "overdue", await only(work, "overdue"))
    assert await work.value("select count(*) from deliveries where kind = 'payment_link'") == 2
    assert "link last sent on" in (await only(work, "overdue")).text
    await work.run("delete from payments")
    flagged = await add_payment(work, 1, 99_00)
    await work.run("update gateway_payments set problem = 'Too much.' where payment_id = %(id)s", id=flagged)
    row = await only(work, "flagged")
    assert row.reason == "Too much."
    await mend(work, "flagged", row, 1)
    assert await problems(work) == {}


async def test_classes_get_their_meeting_and_their_recording_asked_for_again(work: Work) -> None:
    await add_session(work, zoom_state="failed", zoom_reason="Zoom refused it.")
    row = await only(work, "meetings")
    assert (row.title, row.reason) == ("Joins", "Zoom refused it.")
    await mend(work, "meetings", row)
    assert await problems(work) == {}
    await work.run("delete from sessions")
    await add_session(
        work, zoom_recording_status="missing", zoom_recording_reason="Zoom has had no recording for nine days."
    )
    await mend(work, "recordings", await only(work, "recordings"))
    assert await problems(work) == {}
    kinds = await work.rows("select kind from automation_steps order by kind")
    assert [row.kind for row in kinds] == ["check_recordings", "sync_meeting"]


async def test_failed_and_stuck_steps_are_tried_again(work: Work) -> None:
    await add_step(work, "check_recordings", "failed", finished_at=work.now, attempt=10)
    row = await only(work, "steps")
    assert (row.title, row.text) == ("Look for recordings", "10 tries")
    await mend(work, "steps", row)
    assert await problems(work) == {}
    retry_at = work.now + timedelta(hours=1)
    await add_step(work, "tell_session", "planned", attempt=3, retry_at=retry_at)
    await mend(work, "steps", await only(work, "steps"))
    assert await work.value("select retry_at from automation_steps where kind = 'tell_session'") is None


async def test_what_needs_a_choice_leads_to_where_it_is_made(work: Work) -> None:
    batch = await add_batch(work)
    await add_application(work, batch, 3)
    session = await add_session(work)
    await work.run(
        "insert into session_stays (session_id, source, stay_key, name, joined_at, created_at)"
        " values (%(id)s, 'report', 'a', 'a', %(now)s, %(now)s)",
        id=session,
        now=work.now,
    )
    for day in (0, 1):
        await work.run(
            "insert into webhook_rejections (provider, reason, day, last_bytes, last_at)"
            " values ('zoom', 'unsigned', now()::date - %(day)s, 1, now())",
            day=day,
        )
    found = await problems(work)
    assert {
        key: [one.href for row in rows for one in row.mends if isinstance(one, Place)] for key, rows in found.items()
    } == {
        "unmatched": [f"/admin/sessions/{session}/attendance"],
        "waiting": [f"/admin/applications/{await work.value('select id from cta_submissions')}"],
        "rejected": ["/admin/integrations/zoom"],
    }
    assert found["rejected"][0].text == "2 webhooks"
    await mend(work, "rejected", found["rejected"][0], 1)
    assert set(await problems(work)) == {"unmatched", "waiting"}
    with pytest.raises(Conflict):
        await mend(work, "rejected", found["rejected"][0], 1)
    # What comes after it was seen is counted anew.
    await work.run("update webhook_rejections set count = count + 1 where day = now()::date")
    assert (await problems(work))["rejected"][0].text == "1 webhook"
    with pytest.raises(NotFound):
        await mend_problem(work, "waiting", uuid4(), "approve")


async def test_a_participant_who_plainly_is_one_student_is_matched_with_one_press_and_others_are_not_guessed(
    work: Work,
) -> None:
    session = await add_session(work)
    batch = await work.value("select batch_id from sessions where id = %(id)s", id=session)
    await enrol(work, batch, ASHA.id, 30)
    await enrol(work, batch, CHITRA.id, 30)
    for name in (" ASHA", "iPhone"):
        await work.run(
            "insert into session_stays (session_id, source, stay_key, name, joined_at, created_at)"
            " values (%(id)s, 'report', %(name)s, %(name)s, %(now)s, %(now)s)",
            id=session,
            name=name,
            now=work.now,
        )
    row = (await problems(work))["unmatched"][0]
    assert [one.text for one in row.mends] == ["It was Asha Rao", "Say who they were"]
    await mend(work, "unmatched", row)
    assert await work.value("select person_id from session_stays where name = ' ASHA'") == ASHA.id
    with pytest.raises(Conflict):
        await mend(work, "unmatched", row)
    row = (await problems(work))["unmatched"][0]
    assert [one.text for one in row.mends] == ["Say who they were"]
    for act in ("match", "match.x.y"):
        with pytest.raises(NotFound):
            await mend_problem(work, "unmatched", session, act)


async def test_a_failed_import_is_checked_again_as_it_was(work: Work) -> None:
    await work.run(
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, header, mapping, state, error, created_at)"
        " values ('fair.csv', 'x', 1, 'x', '[\"E-mail\"]', '{\"0\": \"email\"}', 'failed', 'The disk was full.', now())"
    )
    row = await only(work, "imports")
    assert (row.reason, row.mends[0].text) == ("The disk was full.", "Check it again")
    await mend(work, "imports", row)
    assert await problems(work) == {}
    assert await work.value("select count(*) from automation_steps where kind = 'check_import'") == 1
    with pytest.raises(Conflict):
        await mend(work, "imports", row)


async def test_what_has_no_link_to_pay_at_gets_one_that_is_sent_when_it_is_there(work: Work) -> None:
    await enrol(work, await add_batch(work), ASHA.id, 1)
    await add_payment(work, 1, 99_00, overdue=True)
    row = await only(work, "overdue")
    assert [one.text for one in row.mends] == ["Make the link and send it"]
    await mend(work, "overdue", row)
    with pytest.raises(Conflict):  # pressed twice, it is made once
        await mend(work, "overdue", row)
    assert await work.value("select announce from payments") == ["email", "whatsapp"]
    assert await work.value("select count(*) from automation_steps where kind = 'create_payment_request'") == 1
    assert [one.text for one in (await only(work, "overdue")).mends] == ["The link is being made: look at it"]
    await work.run("update automation_steps set state = 'done'")
    await work.run("update payment_requests set state = 'failed', asked_at = now()")
    await mend(work, "overdue", await only(work, "overdue"))
    assert await work.value("select count(*) from automation_steps where state = 'planned'") == 1


async def test_failures_of_one_cause_are_sent_again_with_one_press_each_once_and_no_more_than_were_counted(
    work: Work,
) -> None:
    for number in range(4):
        delivery = await add_delivery(work, "failed")
        reason = "The number is wrong." if number else "They have left."
        await work.run(
            "update deliveries set reason = %(why)s, kind = id::text where id = %(id)s", why=reason, id=delivery
        )
    (group,) = (await board(work)).groups
    assert [(one.kind, one.reason, one.count) for one in group.causes] == [("email", "The number is wrong.", 3)]
    (cause,) = group.causes
    with pytest.raises(Conflict, match="There are 3 of them by now"):
        await mend_together(work, "failed", cause.key, 2)
    assert await mend_together(work, "failed", cause.key, 3) == "3 are on their way again."
    with pytest.raises(Conflict):  # pressed twice, they are sent once
        await mend_together(work, "failed", cause.key, 3)
    assert (await only(work, "failed")).reason == "They have left."
    await work.run("update deliveries set state = 'sent'")
    for _number in range(2):
        await add_step(work, "check_recordings", "failed", finished_at=work.now, reason="Zoom was away.")
    (group,) = (await board(work)).groups
    assert await mend_together(work, "steps", group.causes[0].key, 2) == "2 are on their way again."
    assert await problems(work) == {}
    with pytest.raises(NotFound):
        await mend_together(work, "unpaid", cause.key, 3)


async def test_the_board_shows_ten_of_each_and_the_list_all_page_by_page(work: Work) -> None:
    for _number in range(23):
        await add_delivery(work, "unknown")
    (group,) = (await board(work)).groups
    assert (group.count, len(group.rows)) == (23, 10)
    pages = [await read_problem(work, PROBLEMS["unknown"], page) for page in (1, 2)]
    assert [len(page.rows) for page in pages] == [20, 3]
    assert len({row.id for page in pages for row in page.rows}) == 23
