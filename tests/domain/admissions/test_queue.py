"""The review queue's list, counts, search, neighbours and news."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.admissions.bulk import Selection, approve_selection, batch_choices, reject_selection, selected
from domain.admissions.queue import Filters, list_applications, neighbours, news_since
from domain.errors import Conflict, NotAllowed
from domain.work import SYSTEM
from tests.fixtures.applicants import ARJUN, MEERA, ROHIT
from tests.fixtures.cast import ASHA, BEN


@pytest.fixture
async def three(applies, cast):
    return [await applies(ROHIT), await applies(MEERA), await applies(ARJUN)]


@pytest.fixture
async def work(database, three):
    async with database.work(BEN.identity) as work:
        yield work


async def names(work, **filters):
    return [row.name for row in (await list_applications(work, Filters(**filters))).applications]


async def test_the_newest_comes_first_and_every_sort_has_its_opposite(work):
    assert await names(work) == ["Arjun Sethi", "Meera Nair", "Rohit Deshmukh"]
    assert await names(work, sort="submitted") == ["Rohit Deshmukh", "Meera Nair", "Arjun Sethi"]
    assert await names(work, sort="city") == ["Arjun Sethi", "Meera Nair", "Rohit Deshmukh"]
    assert await names(work, sort="; drop table people") == await names(work)


@pytest.mark.parametrize("q", ["meera", "MEERA@", "98765 00002", "+91 98765-00002", "Nair"])
async def test_search_finds_by_name_e_mail_and_phone(work, q):
    assert await names(work, q=q) == ["Meera Nair"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'"])
async def test_search_takes_signs_as_they_are(work, q):
    assert await names(work, q=q) == []


async def test_tabs_count_what_the_search_finds(work, three):
    await work.run("update cta_submissions set status = 'rejected', decided_at = now() where id = %(id)s", id=three[0])
    counts = (await list_applications(work, Filters())).counts
    assert counts == {"": 3, "new": 2, "approved": 0, "rejected": 1}
    assert (await list_applications(work, Filters(q="rohit", state="new"))).counts["rejected"] == 1
    assert await names(work, state="rejected") == ["Rohit Deshmukh"]


async def test_an_unknown_course_has_no_applications(work):
    assert await names(work, course=uuid4()) == []


async def test_a_page_has_twenty(work, catalogue):
    await work.run(
        """insert into cta_submissions (person_id, course_id, name, email, phone, status, submitted_at, updated_at)
        select person_id, course_id, 'Copy ' || n, email, phone, 'rejected', submitted_at - make_interval(mins => n), now()
        from cta_submissions, generate_series(1, 14) n where status = 'new'"""
    )
    first = await list_applications(work, Filters())
    third = await list_applications(work, Filters(), page=3)
    assert (len(first.applications), first.total, first.pages, len(third.applications)) == (20, 45, 3, 5)
    beyond = await list_applications(work, Filters(), page=99)
    assert (beyond.applications, beyond.total) == ([], 45)


async def test_the_list_costs_one_round_trip(work):
    before = work.connection.round_trips
    await list_applications(work, Filters(state="new", q="a"))
    assert work.connection.round_trips - before == 1


async def test_neighbours_follow_the_list_as_it_is_filtered(work, three):
    rohit, meera, arjun = three
    assert await neighbours(work, meera, Filters()) == (arjun, rohit)
    assert await neighbours(work, meera, Filters(sort="name")) == (arjun, rohit)
    assert await neighbours(work, arjun, Filters()) == (None, meera)


async def test_news_counts_what_came_and_what_others_decided(database, applies, three, catalogue):
    async with database.work(BEN.identity) as work:
        since = work.now
    await applies(replace(ROHIT, email="new@example.com", phone="+919876511111"))
    async with database.work(SYSTEM) as work:
        await work.run(
            "update cta_submissions set status = 'rejected', decided_at = %(now)s where id = %(id)s",
            now=work.now,
            id=three[0],
        )
    async with database.work(BEN.identity) as work:
        news = await news_since(work, since, Filters())
    assert (news.arrived, news.decided) == (1, 1)


async def test_a_student_sees_no_queue(database, three):
    async with database.work(ASHA.identity) as work:
        with pytest.raises(NotAllowed):
            await list_applications(work, Filters())
        assert await work.rows("select * from cta_submissions") == []


async def test_all_that_match_are_approved_each_into_the_batch_they_asked_for(work, catalogue):
    everybody = Selection(filters=Filters(state="new"))
    (choice,) = await batch_choices(work, await selected(work, everybody))
    assert (choice.count, choice.without_batch) == (3, 0)
    result = await approve_selection(work, everybody, confirmed=3, batches={}, beyond_capacity=True)
    assert result == (3, 0)
    assert await work.value("select count(*) from enrolments") == 3
    assert await work.value("select count(*) from deliveries where kind = 'welcome'") == 3


async def test_who_asked_for_no_batch_is_left_out_unless_one_is_chosen(work, three, catalogue):
    await work.run("update cta_submissions set batch_id = null where id = %(id)s", id=three[0])
    ticked = Selection(ids=three[:2])
    assert await approve_selection(work, ticked, confirmed=2, batches={}) == (1, 1)
    chosen = {catalogue.course_id: catalogue.batch_id}
    assert await approve_selection(work, ticked, confirmed=1, batches=chosen) == (1, 0)


async def test_a_number_that_is_no_longer_the_confirmed_one_stops_all(work, three):
    with pytest.raises(Conflict, match="You confirmed 2, but by now it would be 3"):
        await reject_selection(work, Selection(filters=Filters()), confirmed=2, reason="", with_email=False)
    assert await names(work, state="rejected") == []


async def test_what_came_after_the_question_is_not_decided_with_it(database, three, applies):
    async with database.work(BEN.identity) as work:
        asked = Filters(state="new").before(work.now)
    await applies(replace(ROHIT, email="late@example.com", phone="+919876522222"))
    async with database.work(BEN.identity) as work:
        assert await reject_selection(work, Selection(filters=asked), confirmed=3, reason="", with_email=True) == 3
        assert await names(work, state="new") == ["Rohit Deshmukh"]
