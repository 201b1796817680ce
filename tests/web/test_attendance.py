"""Admins see who was in a class, correct it, and take the list along; programs that show it run nothing."""

import csv
from io import StringIO

import pytest

from bench.round_trips import counted
from domain.sessions.attending import keep_stays
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA


@pytest.fixture
async def held(database, schedules, enrolment_id):
    """A class of Asha's that ended an hour ago; returns its id."""
    session_id = await schedules(tell=False, duration=60)
    async with database.work(SYSTEM) as work:
        await work.run(
            "update sessions set starts_at = %(now)s - interval '2 hours', ends_at = %(now)s - interval '1 hour'",
            now=work.now,
        )
        await work.run("update enrolments set enrolled_at = enrolled_at - interval '1 day'")
    return session_id


async def stays(database, session_id, **changes):
    async with database.work(SYSTEM) as work:
        start = await work.value("select starts_at from sessions where id = %(id)s", id=session_id)
        stay = {"stay_key": "k", "name": "Phone of =A1", "email": "", "registrant_id": "", "left_at": None}
        await keep_stays(work, session_id, "report", [stay | {"joined_at": start.isoformat()} | changes])


async def test_the_list_says_who_was_there_and_by_which_rule(as_admin, database, held, app):
    await stays(database, held, email=ASHA.email)
    answer = await as_admin.get(f"/admin/sessions/{held}/attendance")
    assert answer.status_code == 200
    for words in (ASHA.name, "Present", "came in up to 10 minutes after the start", "Zoom&#39;s report"):
        assert words in answer.text
    async with counted(app) as counting:
        await as_admin.get(f"/admin/sessions/{held}/attendance")
    assert counting.round_trips <= 3
    assert ASHA.name not in (await as_admin.get(f"/admin/sessions/{held}/attendance?state=absent")).text
    assert "Nothing matches" in (await as_admin.get(f"/admin/sessions/{held}/attendance?q=nobody")).text


async def test_who_was_enrolled_after_a_class_was_not_absent_from_it(as_admin, as_student, database, held):
    async with database.work(SYSTEM) as work:
        await work.run("update enrolments set enrolled_at = %(now)s", now=work.now)
    assert "Nobody is in this batch" in (await as_admin.get(f"/admin/sessions/{held}/attendance")).text
    assert "No class of theirs has begun yet." in (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    assert "You were not there" not in (await as_student.get("/student/schedule?show=past")).text


async def test_a_mark_by_hand_is_kept_with_who_made_it(as_admin, database, held):
    path = f"/admin/sessions/{held}/attendance"
    answer = await as_admin.post(f"{path}/marks/{ASHA.id}?state=absent", data={"mark": "present"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?state=absent")
    assert f"marked by {BEN.name}" in (await as_admin.get(path)).text
    assert (await as_admin.post(f"{path}/marks/{ASHA.id}", data={"mark": "dead"})).status_code == 422
    assert (await as_admin.post(f"{path}/marks/{BEN.id}", data={"mark": "present"})).status_code == 404


async def test_an_unknown_participant_is_matched_or_dismissed_once(as_admin, database, held):
    path = f"/admin/sessions/{held}/attendance"
    await stays(database, held)
    await stays(database, held, stay_key="k2", name="Projector")
    text = (await as_admin.get(path)).text
    assert ("Who was this?" in text, "Phone of =A1" in text, "Projector" in text) == (True, True, True)
    async with database.work(SYSTEM) as work:
        ids = {row.name: row.id for row in await work.rows("select name, id from session_stays")}
    phone, projector = (f"{path}/stays/{ids[name]}" for name in ("Phone of =A1", "Projector"))
    assert (await as_admin.post(f"{phone}/match", data={"person": ""})).status_code == 422
    assert (await as_admin.post(f"{phone}/match", data={"person": str(ASHA.id)})).status_code == 303
    assert (await as_admin.post(f"{projector}/dismissal")).status_code == 303
    assert (await as_admin.post(f"{projector}/dismissal")).status_code == 409
    text = (await as_admin.get(path)).text
    assert "Who was this?" not in text
    async with database.work(SYSTEM) as work:
        assert await work.value("select seconds is not null and joined_at is not null from attendance")
        actions = [
            row.action for row in await work.rows("select action from audit_logs where action like 'attendance%%'")
        ]
    assert sorted(actions) == ["attendance.dismissed", "attendance.matched"]


async def test_the_csv_has_everybody_and_no_formula(as_admin, database, held):
    async with database.work(SYSTEM) as work:
        await work.run("update people set name = '=HYPERLINK(1)' where id = %(id)s", id=ASHA.id)
    await stays(database, held, email=ASHA.email)
    answer = await as_admin.get(f"/admin/sessions/{held}/attendance/export")
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Name"], row["Attendance"], row["Phone"][:2]) == ("'=HYPERLINK(1)", "Present", "'+")
    async with database.work(SYSTEM) as work:
        assert await work.value("select 1 from audit_logs where action = 'attendance.exported'")


async def test_the_csv_has_whom_the_list_shows(as_admin, database, held, enrols):
    await enrols(CHITRA)
    async with database.work(SYSTEM) as work:
        await work.run("update enrolments set enrolled_at = enrolled_at - interval '1 day'")
    await stays(database, held, email=ASHA.email)
    path = f"/admin/sessions/{held}/attendance"

    async def names(query):
        shown = (await as_admin.get(f"{path}?{query}")).text
        link = f"{path}/export?{query.replace('&', '&amp;')}"
        assert f'href="{link}"' in shown, query
        answer = await as_admin.get(f"{path}/export?{query}")
        return [row["Name"] for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))]

    assert await names("state=present") == [ASHA.name]
    assert await names("state=absent") == [CHITRA.name]
    assert await names("q=chitra") == [CHITRA.name]
    assert await names("") == [ASHA.name, CHITRA.name]
    empty = await as_admin.get(f"{path}/export?q=chitra&state=present")
    assert len(empty.content.decode("utf-8-sig").splitlines()) == 1


async def test_a_student_has_all_their_classes_and_a_csv_of_them(as_admin, database, held, schedules):
    for number in range(25):
        await schedules(tell=False, title=f"Class {number:02}")
    async with database.work(SYSTEM) as work:
        await work.run(
            "update sessions set starts_at = app_now() - interval '3 hours' * (1 + right(title, 2)::int),"
            " ends_at = app_now() - interval '3 hours' * (1 + right(title, 2)::int) + interval '90 minutes'"
            " where title like 'Class%%'"
        )
        await work.run("update enrolments set enrolled_at = enrolled_at - interval '9 days'")
        await work.run("update sessions set title = '=Joins' where id = %(id)s", id=held)
    await stays(database, held, email=ASHA.email)
    path = f"/admin/students/{ASHA.id}/attendance"
    assert f'href="{path}"' in (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    first, second = [(await as_admin.get(f"{path}?page={page}")).text for page in (1, 2)]
    assert "1 present, 0 late, 25 absent" in first
    assert ("Class 00" in first, "Class 24" in first, "Class 24" in second) == (True, False, True)
    answer = await as_admin.get(f"{path}/export")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 26
    assert (rows[0]["Class"], rows[0]["Attendance"], rows[1]["Attendance"]) == ("'=Joins", "Present", "Absent")
    async with database.work(SYSTEM) as work:
        assert (
            await work.value("select details ->> 'count' from audit_logs where action = 'attendance.exported'") == "26"
        )
    for nobody in (f"/admin/students/{BEN.id}/attendance", f"/admin/students/{BEN.id}/attendance/export"):
        assert (await as_admin.get(nobody)).status_code == 404


async def test_a_students_page_shows_how_they_attended(as_admin, database, held):
    await stays(database, held, email=ASHA.email)
    text = (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    assert "1 present, 0 late, 0 absent" in text
    assert f"/admin/sessions/{held}/attendance" in text


async def test_attendance_of_no_class_is_not_found(as_admin):
    assert (await as_admin.get(f"/admin/sessions/{ASHA.id}/attendance")).status_code == 404
    assert (await as_admin.get(f"/admin/sessions/{ASHA.id}/attendance/export")).status_code == 404


async def test_participants_nobody_could_name_are_found_from_the_first_page_and_from_the_class(
    as_admin, database, held
):
    await stays(database, held)
    assert "/admin/sessions?state=unmatched" in (await as_admin.get("/admin")).text
    found = (await as_admin.get("/admin/sessions?state=unmatched")).text
    assert f'href="/admin/sessions/{held}/attendance"' in found
    for place in ("", "/attendance", "/recordings"):
        page = await as_admin.get(f"/admin/sessions/{held}{place}")
        assert page.status_code == 200
    assert "1 unknown participant" in (await as_admin.get(f"/admin/sessions/{held}")).text
    async with database.work(SYSTEM) as work:
        await work.run("update session_stays set dismissed_at = %(now)s", now=work.now)
    assert "state=unmatched" not in (await as_admin.get("/admin")).text
    assert f"{held}" not in (await as_admin.get("/admin/sessions?state=unmatched")).text
    assert "unknown participant" not in (await as_admin.get(f"/admin/sessions/{held}")).text
