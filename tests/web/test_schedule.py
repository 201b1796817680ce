"""Students see their classes, and go in through us: at the right time, by their own link, and nobody else does."""

from datetime import timedelta

import pytest

from bench.round_trips import counted
from domain.work import SYSTEM
from tests.fixtures._ics import read_ics
from tests.fixtures.cast import ASHA, BEN, CHITRA

LINK = "https://zoom.test/j/1?pwd=x"
SET = """
update sessions set starts_at = %(at)s, ends_at = %(at)s + make_interval(mins => duration), zoom_state = 'ready',
  zoom_meeting_id = '1', zoom_join_url = %(link)s, zoom_passcode = '471100', zoom_start_url = 'https://zoom.test/s/host'
where id = %(id)s
"""


@pytest.fixture
def places(database, schedules, enrolment_id):
    """Places a class in Zoom that starts in so many minutes; returns its id."""

    async def place(minutes, **changes):
        session_id = await schedules(**changes)
        async with database.work(SYSTEM) as work:
            link = LINK if changes.get("create_zoom_meeting", True) else ""
            await work.run(SET, id=session_id, at=work.now + timedelta(minutes=minutes), link=link)
        return session_id

    return place


async def run(database, sql, **values):
    async with database.work(SYSTEM) as work:
        return await work.run(sql, **values)


async def one(database, sql, **values):
    async with database.work(SYSTEM) as work:
        return await work.row(sql, **values)


@pytest.mark.parametrize(
    ("minutes", "words", "can_join"),
    [
        (60, "Upcoming", False),
        (14, "Starting", True),
        (-10, "Live now", True),
    ],
)
async def test_the_first_page_shows_the_next_class_and_lets_in_from_a_quarter_of_an_hour_before(
    as_student, places, minutes, words, can_join
):
    session_id = await places(minutes)
    text = (await as_student.get("/student")).text
    assert words in text
    assert "471100" in text
    assert (f'href="/student/sessions/{session_id}/join"' in text) is can_join
    assert "data-countdown" in text
    assert "zoom.test" not in text


async def test_how_early_one_can_go_in_is_a_setting(as_student, as_admin, places, database):
    session_id = await places(40)
    assert f"{session_id}/join" not in (await as_student.get("/student")).text
    answer = await as_admin.post("/admin/settings/class-rules", data={"join_opens": "45", "late_after": "5"})
    assert answer.status_code == 303
    assert f"{session_id}/join" in (await as_student.get("/student")).text
    assert await one(database, "select 1 from audit_logs where action = 'class_rules.changed'")
    refused = await as_admin.post("/admin/settings/class-rules", data={"join_opens": "-1", "late_after": "x"})
    assert refused.status_code == 422
    assert 'value="x"' in refused.text


async def test_joining_leads_on_and_is_remembered_once(as_student, places, database):
    session_id = await places(5)
    for method in ("GET", "POST", "GET"):
        answer = await as_student.request(method, f"/student/sessions/{session_id}/join")
        assert (answer.status_code, answer.headers["location"]) == (303, LINK)
        assert answer.headers["cache-control"] == "no-store"
    stays = await one(database, "select count(*) as count, min(person_id::text) as who from session_stays")
    assert (stays.count, stays.who) == (1, str(ASHA.id))
    attendance = await one(database, "select * from attendance")
    assert (attendance.person_id, attendance.joined_at is not None) == (ASHA.id, True)


async def test_a_link_of_ones_own_is_used_while_it_is_the_meetings(as_student, places, database):
    session_id = await places(5)
    add = "insert into session_registrants values (%(id)s, %(me)s, %(meeting)s, 'r', 'https://zoom.test/w/own', now())"
    await run(database, add, id=session_id, me=ASHA.id, meeting="1")
    assert (await as_student.get(f"/student/sessions/{session_id}/join")).headers["location"].endswith("/w/own")
    await run(database, "update sessions set zoom_meeting_id = '2'")
    assert (await as_student.get(f"/student/sessions/{session_id}/join")).headers["location"] == LINK


@pytest.mark.parametrize(
    ("minutes", "words"), [(60, "It is too early to join"), (-120, "This class is over")], ids=["early", "over"]
)
async def test_outside_of_its_time_a_class_is_explained_and_nothing_is_noted(
    as_student, places, database, minutes, words
):
    session_id = await places(minutes)
    answer = await as_student.get(f"/student/sessions/{session_id}/join")
    assert (answer.status_code, words in answer.text) == (200, True)
    assert await one(database, "select 1 from session_stays union all select 1 from attendance") is None


async def test_a_class_that_is_off_lets_nobody_in(as_student, places, database):
    session_id = await places(5)
    await run(database, "update sessions set cancelled_at = now(), cancel_reason = 'Power cut.'")
    answer = await as_student.get(f"/student/sessions/{session_id}/join")
    assert "This class does not take place" in answer.text
    assert "Power cut." in (await as_student.get("/student")).text
    assert await one(database, "select 1 from attendance") is None


async def test_a_class_elsewhere_leads_to_its_link_or_says_its_place(as_student, places, database):
    linked = await places(5, create_zoom_meeting=False, place="https://meet.test/abc")
    assert (await as_student.get(f"/student/sessions/{linked}/join")).headers["location"] == "https://meet.test/abc"
    placed = await places(6, create_zoom_meeting=False, place="Room 4 <b>")
    answer = await as_student.get(f"/student/sessions/{placed}/join")
    assert (answer.status_code, "Room 4 &lt;b&gt;" in answer.text) == (200, True)
    assert (await one(database, "select count(*) as count from attendance")).count == 2


async def test_a_link_that_is_still_being_made_says_so_and_counts_who_came(as_student, places, database):
    session_id = await places(5)
    await run(database, "update sessions set zoom_join_url = '', zoom_state = 'creating'")
    answer = await as_student.get(f"/student/sessions/{session_id}/join")
    assert "The link is not ready yet" in answer.text
    assert await one(database, "select 1 from attendance") is not None


async def test_a_meeting_that_is_gone_leads_nowhere_and_says_that_it_is_made_again(as_student, places, database):
    session_id = await places(5)
    add = "insert into session_registrants values (%(id)s, %(me)s, '1', 'r', 'https://zoom.test/w/own', now())"
    await run(database, add, id=session_id, me=ASHA.id)
    await run(database, "update sessions set zoom_state = 'missing'")
    answer = await as_student.get(f"/student/sessions/{session_id}/join")
    assert (answer.status_code, "The link is being made again" in answer.text) == (200, True)
    assert "471100" not in (await as_student.get(f"/student/sessions/{session_id}")).text
    assert await one(database, "select 1 from attendance") is not None


async def test_a_class_taken_out_of_zoom_leads_to_its_place_at_once(as_student, places, database):
    session_id = await places(5)
    add = "insert into session_registrants values (%(id)s, %(me)s, '1', 'r', 'https://zoom.test/w/own', now())"
    await run(database, add, id=session_id, me=ASHA.id)
    elsewhere = "update sessions set create_zoom_meeting = false, place = %(place)s, zoom_state = 'deleting'"
    await run(database, elsewhere, place="https://meet.test/abc")
    path = f"/student/sessions/{session_id}/join"
    assert (await as_student.get(path)).headers["location"] == "https://meet.test/abc"
    await run(database, elsewhere, place="Room 4")
    answer = await as_student.get(path)
    assert (answer.status_code, "Room 4" in answer.text) == (200, True)
    assert "471100" not in (await as_student.get(f"/student/sessions/{session_id}")).text


async def test_others_find_nothing_of_a_class_and_leave_no_trace(as_outsider, places, database):
    session_id = await places(5)
    for path in ("", "/join", "/calendar"):
        assert (await as_outsider.get(f"/student/sessions/{session_id}{path}")).status_code == 404
    assert (await as_outsider.post(f"/student/sessions/{session_id}/join")).status_code == 404
    assert "Joins" not in (await as_outsider.get("/student/schedule")).text
    async with database.work(CHITRA.identity) as work:
        await work.rows("select come_in(%(id)s)", id=session_id)
    assert await one(database, "select 1 from session_stays union all select 1 from attendance") is None


async def test_who_follows_the_link_of_a_mail_signs_in_first_and_gets_there(client, places):
    session_id = await places(5)
    answer = await client.get(f"/student/sessions/{session_id}/join")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


async def test_the_schedule_has_what_comes_and_what_was_twenty_a_page(as_student, places, database, app):
    await places(-300, title="Long ago")
    await run(database, "update enrolments set enrolled_at = enrolled_at - interval '1 day'")
    for number in range(21):
        await places(60 + number, title=f"Class {number}")
    coming = (await as_student.get("/student/schedule")).text
    assert ("Class 0" in coming, "Class 19" in coming, "Class 20" in coming) == (True, True, False)
    assert "Class 20" in (await as_student.get("/student/schedule?page=2")).text
    past = (await as_student.get("/student/schedule?show=past")).text
    assert ("Long ago" in past, "You were not there" in past, "Class 0" in past) == (True, True, False)
    async with counted(app) as counting:
        await as_student.get("/student/schedule")
    assert counting.round_trips <= 4
    async with counted(app) as counting:
        await as_student.get("/student")
    assert counting.round_trips <= 4


async def test_a_past_class_leads_to_its_recording_from_the_schedule_and_from_the_course(as_student, places, database):
    session_id = await places(-300)
    add = """insert into recordings (session_id, kind, source, url, media_type, duration, is_visible, created_at, updated_at)
      values (%(id)s, 'link', 'link', 'https://video.test/a.mp4', 'video/mp4', 60, %(seen)s, now(), now()) returning id"""
    seen, hidden = [(await one(database, add, id=session_id, seen=seen)).id for seen in (True, False)]
    for address in ("/student/schedule?show=past", "/student/course"):
        text = (await as_student.get(address)).text
        assert f"/student/recordings/{seen}" in text, address
        assert f"/student/recordings/{hidden}" not in text, address


async def test_a_moved_class_says_when_it_was_to_be(as_student, places, database):
    session_id = await places(60)
    told = "select id, %(me)s, 1, now(), starts_at - interval '1 day' from sessions"
    await run(
        database,
        f"insert into session_tellings (session_id, person_id, version, told_at, starts_at) {told}",
        me=ASHA.id,
    )
    text = (await as_student.get(f"/student/sessions/{session_id}")).text
    assert ("Moved" in text, "It was to be on" in text) == (True, True)


async def test_a_class_can_be_taken_into_a_calendar(as_student, places):
    session_id = await places(60)
    answer = await as_student.get(f"/student/sessions/{session_id}/calendar")
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = read_ics(answer.content).components
    assert event.text("SUMMARY") == "Joins"
    text = (await as_student.get(f"/student/sessions/{session_id}")).text
    assert "https://calendar.google.com/calendar/render?action=TEMPLATE&amp;text=Joins" in text


async def test_a_subscribed_calendar_has_all_classes_needs_no_sign_in_and_can_be_ended(
    as_student, client, places, database, settings
):
    await places(60)
    off = await places(90, title="Off")
    await run(database, "update sessions set cancelled_at = now() where id = %(id)s", id=off)
    await as_student.post("/student/schedule/calendar")
    address = feed_address(await as_student.get("/student/schedule"), settings)
    answer = await client.get(address)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/calendar")
    calendar = read_ics(answer.content)
    assert sorted(event["STATUS"] for event in calendar.components) == ["CANCELLED", "CONFIRMED"]
    assert "zoom.test" not in answer.text.replace("\r\n ", "")
    await as_student.post("/student/schedule/calendar")
    assert (await client.get(address)).status_code == 404
    newer = feed_address(await as_student.get("/student/schedule"), settings)
    assert (await client.get(newer)).status_code == 200
    await as_student.post("/student/schedule/calendar/end")
    assert (await client.get(newer)).status_code == 404


async def test_a_made_up_calendar_address_opens_nothing(client, places, as_student, settings):
    await places(60)
    await as_student.post("/student/schedule/calendar")
    address = feed_address(await as_student.get("/student/schedule"), settings)
    forged = address[:-10] + ("A" if address[-10] != "A" else "B") + address[-9:]
    for path in (forged, "/calendar/sample.ics", "/calendar/.ics"):
        assert (await client.get(path)).status_code == 404


async def test_a_calendar_that_is_read_all_the_time_is_told_to_wait(client, places, as_student, settings, monkeypatch):
    monkeypatch.setattr("web.public.calendar.READS_AN_HOUR", 2)
    await places(60)
    await as_student.post("/student/schedule/calendar")
    address = feed_address(await as_student.get("/student/schedule"), settings)
    answers = [(await client.get(address)).status_code for _time in range(3)]
    assert answers == [200, 200, 429]


async def test_who_has_an_old_address_does_not_use_up_the_reads_of_the_new_one(
    client, places, as_student, settings, monkeypatch
):
    monkeypatch.setattr("web.public.calendar.READS_AN_HOUR", 2)
    await places(60)
    await as_student.post("/student/schedule/calendar")
    old = feed_address(await as_student.get("/student/schedule"), settings)
    await as_student.post("/student/schedule/calendar")
    new = feed_address(await as_student.get("/student/schedule"), settings)
    assert [(await client.get(old)).status_code for _time in range(5)] == [404] * 5
    assert (await client.get(new)).status_code == 200


def feed_address(answer, settings):
    start = answer.text.index(f"{settings.base_url}/calendar/")
    return answer.text[start : answer.text.index(".ics", start) + 4]


async def test_an_admin_has_no_student_pages(as_admin, places):
    session_id = await places(5)
    assert (await as_admin.get(f"/student/sessions/{session_id}/join")).status_code == 403
    assert BEN.role == "admin"


async def test_all_classes_one_can_go_into_are_shown_and_the_next_after_them(as_student, places, database):
    early, late = await places(-30, title="Early"), await places(10, title="Late")
    upcoming, far = await places(90, title="After these"), await places(500, title="Much later")
    for address in ("/student", "/student/schedule"):
        text = (await as_student.get(address)).text
        card = text[text.index('id="next-class"') :].partition('class="tabs-bar"')[0]
        for session_id in (early, late):
            assert f'href="/student/sessions/{session_id}/join"' in card
        assert f"/student/sessions/{upcoming}" in card
        assert f"/student/sessions/{far}" not in card
    assert 'id="next-class"' not in (await as_student.get("/student/schedule?show=past")).text
