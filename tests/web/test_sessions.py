"""Sessions in the browser of an admin: scheduled, seen, changed, called off."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from adapters.provider_settings import SANDBOX_VALUES
from bench.round_trips import counted
from domain.courses.batches import BatchFacts, create_batch
from domain.work import SYSTEM
from tests.fixtures.cast import BEN, signed_in_browser
from tests.fixtures.sessions import MONDAY

SESSIONS = "/admin/sessions"


async def rows(database, sql, **values):
    async with database.work(SYSTEM) as work:
        return await work.rows(sql, **values)


def typed(catalogue, **changes):
    return {
        "title": "Joins",
        "batch": str(catalogue.batch_id),
        "day": "2030-01-14",
        "time": "19:00",
        "duration": "90",
        "where": "zoom",
        "recording": "cloud",
        "weeks": "1",
        "action": "tell",
    } | changes


async def planned(database):
    return {row.kind for row in await rows(database, "select kind from automation_steps")}


async def test_a_class_is_scheduled_on_the_clocks_of_its_batch(as_admin, catalogue, database):
    answer = await as_admin.post(SESSIONS, data=typed(catalogue))
    (session,) = await rows(database, "select id, starts_at, zoom_state from sessions")
    assert answer.headers["location"] == f"{SESSIONS}/{session.id}"
    assert (session.starts_at, session.zoom_state) == (MONDAY, "creating")
    assert {"sync_meeting", "tell_session"} <= await planned(database)
    page = await as_admin.get(answer.headers["location"])
    assert "Creating the meeting…" in page.text
    assert "14 Jan 2030, 19:00 IST" in page.text
    assert "Nobody is in this batch yet" in page.text


async def test_a_form_that_is_sent_twice_leads_to_the_same_class(as_admin, catalogue, database):
    form = await as_admin.get(f"{SESSIONS}/new")
    key = re.search(r'name="form_key" value="([^"]+)"', form.text)[1]
    places = [
        (await as_admin.post(SESSIONS, data=typed(catalogue, form_key=key))).headers["location"] for _ in range(2)
    ]
    assert places[0] == places[1]


WRONG = [
    ({"title": ""}, "title", "fill this in"),
    ({"batch": ""}, "batch", "Choose a batch"),
    ({"day": "2020-01-14"}, "time", "This moment has passed"),
    ({"day": "x"}, "day", "write a date"),
    ({"time": "25:99"}, "time", "write a time"),
    ({"duration": "0"}, "duration", "5 minutes to 24 hours"),
    ({"duration": "1800"}, "duration", "5 minutes to 24 hours"),
    ({"duration": "long"}, "duration", "write a number"),
    ({"weeks": "99"}, "weeks", "1 to 52 weeks"),
]


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(as_admin, catalogue, database):
    for changes, field, words in WRONG:
        answer = await as_admin.post(SESSIONS, data=typed(catalogue, description="Kept as it is.", **changes))
        assert answer.status_code == 422, changes
        assert f'id="field-{field}-error"' in answer.text, changes
        assert words in answer.text, changes
        assert "Kept as it is." in answer.text, changes
    assert await rows(database, "select id from sessions") == []


async def test_a_time_that_comes_twice_asks_which_and_one_that_never_comes_names_the_next(
    as_admin, catalogue, database
):
    async with database.work(SYSTEM) as work:
        await work.run("update batches set timezone = 'America/New_York'")
    fold = typed(catalogue, day="2030-11-03", time="01:30")
    answer = await as_admin.post(SESSIONS, data=fold)
    assert "01:30 comes twice in America/New_York" in answer.text
    assert 'name="which" value="second"' in answer.text
    assert (await as_admin.post(SESSIONS, data=fold | {"which": "second"})).status_code == 303
    (session,) = await rows(database, "select starts_at from sessions")
    assert session.starts_at == datetime(2030, 11, 3, 6, 30, tzinfo=UTC)
    answer = await as_admin.post(SESSIONS, data=typed(catalogue, day="2030-03-10", time="02:30"))
    assert "The next time there is: 03:00" in answer.text


async def test_what_is_on_at_the_same_time_is_a_warning_that_is_confirmed(as_admin, catalogue, database, schedules):
    other = await schedules()
    form = typed(catalogue, time="20:00")
    answer = await as_admin.post(SESSIONS, data=form)
    assert answer.status_code == 422
    assert f"{SESSIONS}/{other}" in answer.text
    assert "the same batch" in answer.text
    seal = re.search(r'name="confirmed"[^>]*value="(\w+)"', answer.text)[1]
    assert (await as_admin.post(SESSIONS, data=form | {"confirmed": seal})).status_code == 303
    # What was confirmed were these classes: with another one it is asked again.
    assert (await as_admin.post(SESSIONS, data=form | {"confirmed": seal, "title": "Third"})).status_code == 422


async def test_a_host_is_warned_of_as_a_batch_is(as_admin, catalogue, schedules, database):
    await schedules()
    async with database.work(SYSTEM) as work:
        other = await create_batch(work, catalogue.course_id, BatchFacts("Batch 8"))
    answer = await as_admin.post(SESSIONS, data=typed(catalogue, batch=str(other)))
    assert "the same host" in answer.text
    assert (
        await as_admin.post(SESSIONS, data=typed(catalogue, batch=str(other), host="other@example.test"))
    ).status_code == 303


async def test_the_host_of_the_settings_is_the_same_whether_typed_or_not(as_admin, catalogue, schedules, database):
    await schedules()
    async with database.work(SYSTEM) as work:
        other = await create_batch(work, catalogue.course_id, BatchFacts("Batch 8"))
    answer = await as_admin.post(
        SESSIONS, data=typed(catalogue, batch=str(other), host=SANDBOX_VALUES["ZOOM_HOST"].upper())
    )
    assert (answer.status_code, "the same host" in answer.text) == (422, True)


async def test_a_weekly_class_keeps_its_time_and_is_told_once(as_admin, catalogue, database):
    async with database.work(SYSTEM) as work:
        await work.run("update batches set timezone = 'Europe/Berlin'")
    await as_admin.post(SESSIONS, data=typed(catalogue, day="2030-03-25", weeks="3"))
    found = await rows(database, "select starts_at, series_id from sessions order by starts_at")
    assert [row.starts_at.hour for row in found] == [18, 17, 17]
    assert len({row.series_id for row in found}) == 1
    told = await rows(database, "select payload from automation_steps where kind = 'tell_session'")
    assert [row.payload for row in told] == [{"what": "scheduled", "series_id": str(found[0].series_id)}]


async def test_a_change_is_told_or_saved_quietly(as_admin, database, schedules, enrolment_id, catalogue):
    session_id = await schedules(tell=False)
    page = await as_admin.get(f"{SESSIONS}/{session_id}/edit")
    assert "Save and tell 1 student<" in page.text
    form = typed(catalogue, version="1", time="20:00", action="quietly")
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form)).status_code == 303
    assert "tell_session" not in await planned(database)
    form |= {"version": "2", "time": "20:30", "action": "tell"}
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form)).status_code == 303
    assert "tell_session" in await planned(database)
    (session,) = await rows(database, "select version, moved_from from sessions")
    assert (session.version, session.moved_from) == (3, MONDAY + timedelta(hours=1))


async def test_a_class_leads_to_an_assignment_of_its_own(as_admin, schedules, catalogue):
    session_id = await schedules()
    page = (await as_admin.get(f"{SESSIONS}/{session_id}")).text
    (path,) = re.findall(r'href="(/admin/assignments/new[^"]+)"', page)
    form = (await as_admin.get(path.replace("&amp;", "&"))).text
    assert f'<option value="{session_id}" selected' in form


async def test_only_what_students_see_is_said_to_be_told(as_admin, database, schedules, enrolment_id, catalogue):
    session_id = await schedules(tell=False)
    form = typed(catalogue, version="1", recording="none")
    answer = await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form)
    assert "Nobody is told." in (await as_admin.get(answer.headers["location"])).text
    answer = await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form | {"title": "Joins, anew"})
    assert "1 student is being told." in (await as_admin.get(answer.headers["location"])).text


async def test_of_two_who_change_a_class_the_second_sees_what_the_first_has_done(
    as_admin, schedules, catalogue, database
):
    session_id = await schedules()
    form = typed(catalogue, version="1", title="First")
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form)).status_code == 303
    answer = await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form | {"title": "Second"})
    assert answer.status_code == 422
    assert "Somebody has changed this class meanwhile" in answer.text
    assert 'value="Second"' in answer.text
    assert [row.title for row in await rows(database, "select title from sessions")] == ["First"]


async def test_a_class_is_called_off_with_the_number_of_those_who_are_told(as_admin, schedules, enrolment_id, database):
    session_id = await schedules()
    page = await as_admin.get(f"{SESSIONS}/{session_id}/cancellation")
    assert "Cancel and tell 1 student<" in page.text
    form = {"version": "1", "reason": "The teacher is ill.", "action": "tell"}
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/cancellation", data=form)).status_code == 303
    page = await as_admin.get(f"{SESSIONS}/{session_id}")
    assert "The teacher is ill." in page.text
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/cancellation", data=form)).status_code == 422
    (told,) = await rows(
        database, "select payload from automation_steps where kind = 'tell_session' and state = 'planned'"
    )
    assert told.payload == {"what": "cancelled"}


async def test_list_and_calendar_cost_three_round_trips(app, as_admin, schedules):
    await schedules()
    async with counted(app) as database:
        for query in ("", "?view=month&day=2030-01-01"):
            database.round_trips = 0
            assert "Joins" in (await as_admin.get(f"{SESSIONS}{query}")).text
            assert database.round_trips == 3


async def test_the_list_is_filtered_by_batch_module_state_and_title(as_admin, schedules, catalogue, database):
    (module,) = await rows(database, "select id from modules where title = 'SQL'")
    await schedules(title="Inner joins", module_id=module.id)
    await schedules(title="100% outer", starts_at=MONDAY + timedelta(days=7))
    cancelled = await schedules(title="Never held", starts_at=MONDAY + timedelta(days=9))
    await rows(database, "update sessions set cancelled_at = now() where id = %(id)s returning id", id=cancelled)
    shown = {
        "q=100%25": ["100% outer"],
        f"module={module.id}": ["Inner joins"],
        "state=cancelled": ["Never held"],
        f"batch={catalogue.batch_id}&sort=title": ["100% outer", "Inner joins"],
        "batch=00000000-0000-0000-0000-000000000000": [],
        "batch=nonsense&state=all&sort=starts": ["Inner joins", "100% outer", "Never held"],
    }
    for query, titles in shown.items():
        page = await as_admin.get(f"{SESSIONS}?{query}")
        assert re.findall(r'font-medium hover:underline" href="/admin/sessions/[^"]+">([^<]+)', page.text) == titles


@pytest.mark.parametrize(
    ("address", "days", "neighbours"),
    [
        ("view=month&day=2030-01-20", 35, ("2029-12-01", "2030-02-01")),
        ("view=week&day=2030-01-16", 7, ("2030-01-07", "2030-01-21")),
    ],
)
async def test_the_calendar_shows_whole_weeks_with_links_to_both_sides(as_admin, schedules, address, days, neighbours):
    session_id = await schedules()
    page = await as_admin.get(f"{SESSIONS}?{address}")
    assert page.text.count('class="calendar-day"') == days
    assert f'href="{SESSIONS}/{session_id}"' in page.text
    assert all(f"day={day}" in page.text for day in neighbours)


async def test_a_day_that_is_none_shows_today(as_admin):
    assert (await as_admin.get(f"{SESSIONS}?view=month&day=0000-99-99")).status_code == 200
    assert (await as_admin.get(f"{SESSIONS}?view=week&day=9999-12-31")).status_code == 200


async def test_the_modules_of_the_form_are_those_of_the_chosen_batch(as_admin, catalogue):
    page = await as_admin.get(f"{SESSIONS}/new?batch={catalogue.batch_id}&day=2030-05-01")
    assert ">SQL</option>" in page.text
    assert 'value="2030-05-01"' in page.text
    assert "On the clocks of Asia/Kolkata" in page.text


async def test_a_held_class_keeps_its_time_and_may_get_a_better_title(as_admin, schedules, catalogue, database):
    session_id = await schedules()
    await rows(
        database,
        "update sessions set starts_at = starts_at - interval '20 years', ends_at = ends_at - interval '20 years' returning id",
    )
    form = typed(catalogue, version="1", title="Inner joins", day="2010-01-14", action="quietly")
    assert (await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form)).status_code == 303
    answer = await as_admin.post(f"{SESSIONS}/{session_id}/edit", data=form | {"version": "2", "day": "2031-01-14"})
    assert answer.status_code == 422
    assert "This class is over" in answer.text
    answer = await as_admin.post(f"{SESSIONS}/{session_id}/cancellation", data={"version": "2"})
    assert "cannot be cancelled" in answer.text


async def test_the_hosts_link_is_asked_for_at_the_moment_and_in_no_page(house, as_admin_of_house, schedules):
    session_id = await schedules()
    await house.run_due()
    page = await as_admin_of_house.get(f"{SESSIONS}/{session_id}")
    assert "Start as host" in page.text
    assert "zak=" not in page.text
    assert house.settings.sandbox_url in page.headers["content-security-policy"]
    answer = await as_admin_of_house.post(f"{SESSIONS}/{session_id}/start")
    assert answer.status_code == 303
    assert "zak=" in answer.headers["location"]
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_meeting_deleted_in_zoom_is_noticed_when_it_is_started(house, as_admin_of_house, schedules):
    session_id = await schedules()
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        meeting = await work.value("select zoom_meeting_id from sessions")
    await house.services.meetings.delete(meeting)
    answer = await as_admin_of_house.post(f"{SESSIONS}/{session_id}/start")
    assert answer.headers["location"] == f"{SESSIONS}/{session_id}"
    page = await as_admin_of_house.get(f"{SESSIONS}/{session_id}")
    assert "Make it again" in page.text
    (told,) = await rows(house.database, "select title from notifications where person_id = %(id)s", id=BEN.id)
    assert told.title == "The meeting of “Joins” is gone from Zoom"
    assert (await as_admin_of_house.post(f"{SESSIONS}/{session_id}/meeting/again")).status_code == 303
    await house.run_due()
    assert "Meeting ready" in (await as_admin_of_house.get(f"{SESSIONS}/{session_id}")).text


@pytest.fixture
async def as_admin_of_house(house, cast):
    async with signed_in_browser(house.app, BEN) as client:
        yield client
