"""The recording of a class appears by itself, whenever Zoom is done with it, and what cannot be had is said."""

from datetime import timedelta

from domain.dashboard.reading import read_dashboard
from domain.recordings.chapters import type_chapters
from domain.recordings.managing import add_link, list_sessions, session_recordings, sync_now
from domain.recordings.playing import transcript_of
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_zooms_event_brings_the_recording_with_its_length_and_what_was_said(held_class):
    await held_class.hold()
    await held_class.told("recording.transcript_completed")
    session = await held_class.session()
    assert (session.zoom_recording_status, session.zoom_recording_reason) == ("synced", "")
    files = await held_class.files()
    assert [file.kind for file in files] == ["video", "audio", "transcript", "chat", "chapters"]
    # What the film itself says, not the half hour that Zoom recorded.
    assert files[0].duration == 8
    async with held_class.house.database.work(ASHA.identity) as work:
        said = await work.rows(
            "select text from recording_cues where kind = 'line' and recording_id = %(id)s", id=files[0].id
        )
        told = await work.value("select count(*) from notifications where kind = 'recording'")
    assert any("Welcome to Joins" in line.text for line in said)
    assert told == 1


async def test_what_an_admin_types_stands_in_place_of_zooms_chapters_until_it_is_cleared(held_class):
    await held_class.hold()
    await held_class.told("recording.transcript_completed")
    film = (await held_class.files())[0].id

    async def chapters(typed=None):
        async with held_class.house.database.work(BEN.identity) as work:
            if typed is not None:
                await type_chapters(work, film, typed)
            await work.run("update recordings set read_at = null where kind = 'chapters'")
            await sync_now(work, held_class.session_id)
        await held_class.look()
        async with held_class.house.database.work(ASHA.identity) as work:
            return [cue.text for cue in (await transcript_of(work, film)).chapters]

    (zooms,) = await chapters()
    assert zooms.endswith("speaks")
    assert await chapters("0:00 Welcome\n0:04 Joins") == ["Welcome", "Joins"]
    assert await chapters("") == [zooms]


async def test_without_any_event_the_hourly_look_finds_it(held_class):
    await held_class.hold()
    await held_class.is_processed_for(3 * HOUR)
    await held_class.passes(HOUR)
    assert (await held_class.look()).zoom_recording_status == "waiting"
    for _hour in range(2):
        await held_class.passes(HOUR)
        await held_class.house.run_due()
    assert (await held_class.session()).zoom_recording_status == "synced"


async def test_a_recording_that_needs_three_days_comes_by_the_daily_look(held_class):
    await held_class.hold()
    await held_class.is_processed_for(timedelta(days=3))
    await held_class.passes(2 * HOUR)
    await held_class.look()
    await held_class.passes(2 * DAY)
    assert (await held_class.look()).zoom_recording_status == "waiting"
    async with held_class.house.database.work(SYSTEM) as work:
        due = await work.value(
            "select due_at - app_now() from automation_steps where kind = 'check_recordings' and state = 'planned'"
        )
    assert due > 22 * HOUR
    for _day in range(2):
        await held_class.passes(DAY)
        await held_class.house.run_due()
    assert (await held_class.session()).zoom_recording_status == "synced"


async def test_after_nine_days_without_any_it_is_missing_and_somebody_is_told(held_class):
    await held_class.passes(9 * DAY)
    await held_class.look()
    for _again in range(2):
        await held_class.passes(DAY)
        await held_class.look()
    session = await held_class.session()
    assert session.zoom_recording_status == "missing"
    assert session.zoom_recording_reason
    async with held_class.house.database.work(SYSTEM) as work:
        planned = "select count(*) from automation_steps where state = 'planned' and kind = 'check_recordings'"
        assert await work.value(planned) == 0
        assert await work.value("select count(*) from audit_logs where action = 'recordings.missing'") == 1
    async with held_class.house.database.work(BEN.identity) as work:
        told = "select count(*) from notifications where kind = 'recording' and person_id = %(me)s"
        assert await work.value(told, me=BEN.id) == 1


async def test_a_class_without_a_recording_needs_attention_until_one_is_added_by_hand(work_as, schedules):
    session_id, href = await schedules(), "/admin/session-recordings?state=trouble"
    async with work_as(SYSTEM) as work:
        await work.run("update sessions set zoom_recording_status = 'missing'")
    async with work_as(BEN.identity) as work:
        assert href in [one.href for one in (await read_dashboard(work, 1.0)).attention]
        assert [one.id for one in (await list_sessions(work, "trouble"))[0]] == [session_id]
        await add_link(work, session_id, "https://videos.example.test/1", "")
        assert href not in [one.href for one in (await read_dashboard(work, 1.0)).attention]
        assert await list_sessions(work, "trouble") == ([], 0)


async def test_a_class_held_twice_under_one_number_leaves_two_parts_in_order(held_class):
    await held_class.hold(10)
    await held_class.hold(15)
    await held_class.told()
    await held_class.passes(HOUR)
    await held_class.look()
    films = [file for file in await held_class.files() if file.kind == "video"]
    assert [film.part for film in films] == [1, 2]


async def test_what_is_half_done_is_partial_and_completed_later(held_class):
    await held_class.hold(10)
    await held_class.told()
    await held_class.hold(10)
    await held_class.is_processed_for(5 * HOUR)
    await held_class.passes(2 * HOUR)
    assert (await held_class.look()).zoom_recording_status == "partial"
    await held_class.passes(5 * HOUR)
    assert (await held_class.look()).zoom_recording_status == "synced"
    assert [file.part for file in await held_class.files() if file.kind == "video"] == [1, 2]


async def test_when_zoom_cannot_answer_nothing_is_lost_and_it_is_tried_again(held_class):
    await held_class.hold()
    await held_class.told("recording.transcript_completed")
    before = await held_class.files()
    fault = {"provider": "zoom", "kind": "503", "count": 1}
    (await held_class.house.sandbox.post("/faults.json", json=fault)).raise_for_status()
    async with held_class.house.database.work(BEN.identity) as work:
        await sync_now(work, held_class.session_id)
    session = await held_class.look()
    assert session.zoom_recording_status == "synced"
    assert "503" in session.zoom_recording_reason
    assert await held_class.files() == before
    async with held_class.house.database.work(SYSTEM) as work:
        again = "select retry_at > now() from automation_steps where state = 'planned' and payload ? 'cause'"
        assert await work.value(again)


async def test_a_second_look_changes_nothing(held_class):
    await held_class.hold()
    await held_class.told("recording.transcript_completed")
    before = await held_class.files()
    async with held_class.house.database.work(BEN.identity) as work:
        await sync_now(work, held_class.session_id)
        session, _files = await session_recordings(work, held_class.session_id)
        assert session.is_looking
    await held_class.look()
    assert await held_class.files() == before


async def test_a_trial_before_the_class_is_kept_from_students(held_class):
    async with held_class.house.database.work(SYSTEM) as work:
        await work.run(
            "update sessions set starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'"
            " where id = %(id)s",
            id=held_class.session_id,
        )
    await held_class.hold(5)
    await held_class.told()
    async with held_class.house.database.work(ASHA.identity) as work:
        assert await work.rows("select id from recordings") == []
    assert all(file.is_visible is False for file in await held_class.files())


async def test_a_class_that_is_not_recorded_asks_for_nothing(held_class):
    async with held_class.house.database.work(SYSTEM) as work:
        await work.run("update sessions set recording = 'none' where id = %(id)s", id=held_class.session_id)
    await held_class.passes(2 * HOUR)
    assert (await held_class.look()).zoom_recording_status == ""
