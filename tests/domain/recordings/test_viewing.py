"""What counts as watched: what has played, each second once, and no more than can have played."""

import time
from datetime import timedelta

import pytest

from domain.errors import InvalidInput, NotFound
from domain.learning.progress import progress_of
from domain.recordings.viewing import count_view, ranges_of
from domain.sessions.roster import attendance_of
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA
from tests.fixtures.sessions import MONDAY


@pytest.fixture
def watches(work_as, recording_id):
    """Asha's browser claims that these seconds have played; the page was opened ``since`` seconds ago."""

    async def watch(claimed, *, since=1_000, position=0, actor=ASHA):
        async with work_as(actor.identity) as work:
            return await count_view(work, recording_id, claimed, position, int(time.time()) - since)

    return watch


@pytest.fixture
def passes(work_as):
    """Lets real time pass since it was last counted."""

    async def let_pass(seconds):
        async with work_as(SYSTEM) as work:
            await work.run(
                "update recording_views set counted_at = counted_at - make_interval(secs => %(s)s)", s=seconds
            )

    return let_pass


async def test_what_is_watched_again_counts_once_and_lowers_nothing(watches, passes):
    assert (await watches("0-40")).percent == 40
    await passes(100)
    assert (await watches("0-40,10-20")).percent == 40
    await passes(100)
    assert (await watches("30-60")).percent == 60


async def test_what_is_skipped_never_counts(watches):
    view = await watches("0-10,90-100", position=100)
    assert (view.percent, view.is_watched) == (20, False)


async def test_it_is_watched_at_ninety_percent_and_stays_so(watches, passes):
    assert not (await watches("0-89")).is_watched
    await passes(100)
    assert (await watches("89-90")).is_watched
    assert (await watches("")).is_watched


async def test_nobody_is_faster_than_double_speed_whatever_a_browser_claims(watches, passes):
    assert (await watches("0-100", since=10)).seconds <= 2 * 10 + 5 + 2
    before = (await watches("")).seconds
    await passes(10)
    after = (await watches("0-100")).seconds
    assert before < after <= before + 2 * 10 + 5 + 2


async def test_opening_the_page_anew_brings_no_credit_for_the_days_between(watches, passes):
    await watches("0-10")
    await passes(7 * 24 * 3600)
    assert (await watches("0-100", since=5)).seconds <= 10 + 2 * 5 + 5 + 2


async def test_claims_in_quick_succession_bring_nothing_that_one_would_not(watches, work_as, recording_id):
    async with work_as(SYSTEM) as work:
        await work.run("update recordings set duration = 3600 where id = %(id)s", id=recording_id)
    seconds = 0
    for claim in range(60):
        seconds = (await watches(f"{claim * 5}-{claim * 5 + 5}", since=10)).seconds
    assert 0 < seconds <= 2 * (10 + 20) + 5 + 2  # the claims themselves take a while


async def test_who_watches_at_double_speed_and_reports_late_loses_nothing(watches, passes):
    await watches("0-20", since=10)
    await passes(5)
    await watches("20-30")
    await passes(15)
    assert (await watches("30-60")).seconds >= 59


async def test_what_does_not_fit_is_cut_off_at_its_end_and_comes_with_the_next(watches, passes):
    first = await watches("0-100", since=20)
    await passes(100)
    assert first.seconds < 100
    assert (await watches("0-100")).percent == 100


async def test_what_lies_beyond_the_end_is_not_part_of_it(watches):
    assert (await watches("50-500")).percent == 50


async def test_an_outsider_cannot_count_and_a_hidden_recording_counts_for_nobody(watches, work_as, recording_id):
    with pytest.raises(NotFound):
        await watches("0-10", actor=CHITRA)
    async with work_as(SYSTEM) as work:
        await work.run("update recordings set is_visible = false where id = %(id)s", id=recording_id)
    with pytest.raises(NotFound):
        await watches("0-10")


@pytest.mark.parametrize("claimed", ["x", "1", "1-2;drop", "-1-4", "1-9999999", ",", "1-2," * 400])
def test_a_claim_that_is_none_is_refused(claimed):
    with pytest.raises(InvalidInput):
        ranges_of(claimed)


async def test_the_batchs_policy_hides_and_an_admins_word_shows(work_as, recording_id, catalogue):
    async def sees():
        async with work_as(ASHA.identity) as work:
            return bool(await work.rows("select id from recordings"))

    async with work_as(SYSTEM) as work:
        await work.run("update batches set recordings_visible = false")
    assert not await sees()
    async with work_as(SYSTEM) as work:
        await work.run("update recordings set is_visible = true")
    assert await sees()


async def test_a_class_is_watched_by_the_same_films_for_whoever_asks(
    watches, work_as, recording_id, adds_recording, enrolment_id, clock_at
):
    async with work_as(SYSTEM) as work:
        session_id = await work.value("select session_id from recordings")
    await clock_at(MONDAY + timedelta(days=1))
    second = await adds_recording(session_id, part=2, is_visible=False)
    await watches("0-95")

    async def standings():
        found = []
        for identity in (ASHA.identity, BEN.identity, SYSTEM):
            async with work_as(identity) as work:
                (row,) = (await attendance_of(work, ASHA.id))[0]
                progress = (await progress_of(work, [enrolment_id]))[enrolment_id]
                found.append((row.state, progress.done))
        return found

    assert await standings() == [("watched", 1)] * 3
    async with work_as(SYSTEM) as work:
        await work.run("update recordings set is_visible = true where id = %(id)s", id=second)
    assert await standings() == [("absent", 0)] * 3
    async with work_as(SYSTEM) as work:
        await work.run("update recordings set is_visible = null where id = %(id)s", id=second)
        await work.run("update batches set recordings_visible = false")
        await work.run("update recordings set is_visible = true where id <> %(id)s", id=second)
    assert await standings() == [("watched", 1)] * 3


async def test_where_the_files_lie_is_read_by_nobody_but_the_system(work_as, recording_id):
    import psycopg

    for statement in ("select zoom_download_url from recordings", "select stored_name from recordings"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with work_as(ASHA.identity) as work:
                await work.rows(statement)
    async with work_as(ASHA.identity) as work:
        assert await work.rows("select * from recording_source(%(id)s)", id=recording_id) == []
