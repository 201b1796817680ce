"""Each figure against the rows it is made of."""

import pytest

from domain.dashboard.figures import Figures
from domain.dashboard.reading import read_dashboard
from domain.work import Work
from tests.domain.dashboard.rows import add_application, add_batch, add_lead, add_payment, enrol
from tests.fixtures.cast import ASHA, BEN, CHITRA

SEEN = 1.0


async def figures(work: Work) -> Figures:
    return (await read_dashboard(work, SEEN)).figures


async def test_leads_are_counted_by_whole_weeks_back_from_now(work: Work):
    for days_ago in (0, 0.5, 6.9, 7.1, 13.9, 14.1):
        await add_lead(work, days_ago)
    leads = (await figures(work)).leads
    assert (leads.value, leads.before, leads.trend) == (3, 2, 50)
    assert leads.series == [1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2]


async def test_applications_count_whatever_was_decided(work: Work):
    batch = await add_batch(work)
    for days_ago, status in ((1, "new"), (2, "rejected"), (3, "approved"), (8, "new"), (15, "new")):
        await add_application(work, batch, days_ago, status)
    applications = (await figures(work)).applications
    assert (applications.value, applications.before) == (3, 1)


async def test_a_student_who_joins_another_batch_is_not_new(work: Work):
    first, second = await add_batch(work), await add_batch(work)
    await enrol(work, first, ASHA.id, days_ago=30)
    await enrol(work, second, ASHA.id, days_ago=1)
    await enrol(work, first, CHITRA.id, days_ago=2)
    assert (await figures(work)).students.value == 1


async def test_two_batches_begun_at_once_make_one_new_student(work: Work):
    for batch in (await add_batch(work), await add_batch(work)):
        await enrol(work, batch, ASHA.id, days_ago=1)
    assert (await figures(work)).students.value == 1


async def test_withdrawn_enrolments_are_neither_students_nor_revenue(work: Work):
    batch = await add_batch(work)
    await enrol(work, batch, ASHA.id, days_ago=1, state="withdrawn")
    found = await figures(work)
    assert (found.students.value, found.revenue.value) == (0, 0)


async def test_until_money_has_come_in_revenue_adds_the_prices_of_all_enrolments_begun(work: Work):
    first, second = await add_batch(work), await add_batch(work)
    await enrol(work, first, ASHA.id, days_ago=3, price=24_999_00)
    await enrol(work, second, ASHA.id, days_ago=2, price=10_000_50)
    await enrol(work, first, CHITRA.id, days_ago=9, price=70_00)
    revenue = (await figures(work)).revenue
    assert (revenue.value, revenue.before) == (34_999_50, 70_00)


async def test_once_money_has_come_in_it_is_what_revenue_counts_less_what_went_back(work: Work):
    await enrol(work, await add_batch(work), ASHA.id, days_ago=3, price=24_999_00)
    await add_payment(work, 2, 20_000_00, refunded=5_000_00)
    await add_payment(work, 9, 70_00)
    await add_payment(work, 1, 99_00, overdue=True)
    found = await figures(work)
    assert (found.revenue.value, found.revenue.before, found.is_received) == (15_000_00, 70_00, True)


async def test_conversion_is_the_share_of_decided_applications_that_became_students(work: Work):
    batch = await add_batch(work)
    for days_ago, status in ((1, "approved"), (2, "rejected"), (2, "rejected"), (3, "rejected"), (1, "new")):
        await add_application(work, batch, days_ago, status)
    conversion = (await figures(work)).conversion
    assert conversion.value == 0.25
    assert conversion.before is None
    assert conversion.trend is None


async def test_without_decisions_there_is_no_conversion(work: Work):
    assert (await figures(work)).conversion.value is None


async def test_a_first_week_has_nothing_to_compare_with(work: Work):
    await add_lead(work, 1)
    assert (await figures(work)).leads.trend is None


async def test_the_line_adds_up_to_both_weeks(work: Work):
    for days_ago in range(14):
        await add_lead(work, days_ago + 0.3)
    leads = (await figures(work)).leads
    assert sum(leads.series) == leads.value + leads.before == 14


async def test_the_whole_dashboard_is_one_round_trip(work: Work):
    before = work.connection.round_trips  # type: ignore[attr-defined]
    await read_dashboard(work, SEEN)
    assert work.connection.round_trips - before == 1  # type: ignore[attr-defined]


async def test_students_cannot_read_it(work_as):
    with pytest.raises(Exception, match="Only admins"):
        async with work_as(ASHA.identity) as work:
            await read_dashboard(work, SEEN)
    async with work_as(BEN.identity) as work:
        await read_dashboard(work, SEEN)
