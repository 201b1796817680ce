"""Around a class in the browser: reminding by hand, the summary, and what students say of it."""

import re
from datetime import timedelta

from bench.round_trips import counted
from domain.sessions.feedback_links import feedback_path
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, send_csrf
from tests.fixtures.sessions import MONDAY

ASKED = """
insert into automation_steps (kind, rule_key, person_id, subject_id, dedupe_key, due_at, state, created_at)
values (%(rule)s, %(rule)s, %(person)s, %(session)s, %(rule)s, now(), 'done', now()) returning id
"""


async def rows(database, sql, **values):
    async with database.work(SYSTEM) as work:
        return await work.rows(sql, **values)


async def asked(database, session_id, rule="feedback_request"):
    (row,) = await rows(database, ASKED, person=ASHA.id, session=session_id, rule=rule)
    return row.id


async def test_an_admin_sees_how_many_are_reminded_and_pressing_twice_reminds_once(
    as_admin, database, schedules, enrolment_id
):
    session_id = await schedules()
    place = f"/admin/sessions/{session_id}"
    shown = await as_admin.get(place)
    assert "Remind 1 student now" in shown.text
    assert "13 Jan 2030, 19:00 IST" in shown.text  # when the reminder goes
    assert "1 student will be reminded." in (await as_admin.get(f"{place}/reminder")).text
    for _press in range(2):
        assert (await as_admin.post(f"{place}/reminder")).status_code == 303
    steps = await rows(database, "select state from automation_steps where rule_key = 'session_reminder_now'")
    assert len(steps) == 1
    assert "Remind 1 student now" not in (await as_admin.get(place)).text


async def test_a_summary_is_written_and_read_on_the_page_of_the_class(as_admin, as_student, schedules, enrolment_id):
    session_id = await schedules()
    place = f"/admin/sessions/{session_id}/summary"
    refused = await as_admin.post(place, data={"summary": "x" * 5001})
    assert refused.status_code == 422
    assert "x" * 5001 in refused.text
    assert (await as_admin.post(place, data={"summary": "Inner & outer joins."})).status_code == 303
    for page in (
        await as_admin.get(f"/admin/sessions/{session_id}"),
        await as_student.get(f"/student/sessions/{session_id}"),
    ):
        assert "Inner &amp; outer joins." in page.text


async def test_opening_the_link_stores_nothing_and_one_tap_does(
    client, settings, database, clock_at, schedules, enrolment_id
):
    send_csrf(client, settings)
    session_id = await schedules()
    await clock_at(MONDAY + timedelta(days=1))
    path = feedback_path(settings.secret, await asked(database, session_id))
    page = await client.get(f"{path}?rating=4")
    assert "How was Joins?" in page.text
    assert "Send: 4 of 5" in page.text
    assert await rows(database, "select from session_feedback") == []
    refused = await client.post(path, data={"rating": "9", "comment": "Too fast"})
    assert refused.status_code == 422
    assert "Too fast" in refused.text
    for rating in ("4", "5"):
        assert (await client.post(path, data={"rating": rating, "comment": "Good"})).status_code == 303
    said = await rows(database, "select person_id, rating, comment from session_feedback")
    assert [(row.person_id, row.rating, row.comment) for row in said] == [(ASHA.id, 5, "Good")]
    assert "You have said 5 of 5" in (await client.get(path)).text


async def test_a_link_that_was_changed_or_is_of_something_else_opens_nothing(
    client, settings, database, clock_at, schedules, enrolment_id
):
    send_csrf(client, settings)
    session_id = await schedules()
    await clock_at(MONDAY + timedelta(days=1))
    path = feedback_path(settings.secret, await asked(database, session_id))
    other = feedback_path(settings.secret, await asked(database, session_id, "recording_ready"))
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (changed, other, "/feedback/sample"):
        assert (await client.get(wrong)).status_code == 404
        assert (await client.post(wrong, data={"rating": "1"})).status_code == 404
    assert await rows(database, "select from session_feedback") == []


async def test_a_student_says_it_on_the_page_of_a_class_of_theirs_and_admins_read_it(
    app, as_student, as_outsider, as_admin, clock_at, schedules, enrolment_id
):
    session_id = await schedules(host="meera@example.test")
    place = f"/student/sessions/{session_id}"
    assert "How was it for you?" not in (await as_student.get(place)).text
    await clock_at(MONDAY + timedelta(hours=3))
    assert "How was it for you?" in (await as_student.get(place)).text
    said = {"rating": "2", "comment": "=The sound broke off."}
    assert (await as_outsider.post(f"{place}/feedback", data=said)).status_code == 404
    assert (await as_student.post(f"{place}/feedback", data=said)).status_code == 303
    assert "The sound broke off." in (await as_admin.get(f"/admin/sessions/{session_id}")).text
    async with counted(app) as counting:
        counting.round_trips = 0
        page = await as_admin.get("/admin/feedback?host=meera@example.test&rating=2")
        assert counting.round_trips <= 4
    assert re.search(r"meera@example.test.*2\.0 of 5", page.text, re.DOTALL)
    axis = page.text[page.text.index("chart-wide") :].split("</svg>")[0]
    assert re.findall(r'text-anchor="end">([^<]+)<', axis) == ["1", "2", "3", "4", "5"]
    assert "The sound broke off." in page.text
    assert "The sound broke off." not in (await as_admin.get("/admin/feedback?host=-")).text
    export = await as_admin.get("/admin/feedback/export?rating=2")
    assert "'=The sound broke off." in export.text
