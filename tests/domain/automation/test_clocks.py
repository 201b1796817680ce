"""Days of a person's or a batch's own clocks: they keep their time of day when clocks change, and move when the zone does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.accounts.profile import keep_birthday, keep_zone
from domain.automation.acting import act_on_due
from domain.automation.changing import change_rule
from domain.automation.planning import plan_rules
from domain.automation.rule_states import find_rule
from domain.automation.rules.lead_sequence import KEYS
from domain.courses.batches import BatchFacts, update_batch
from domain.errors import InvalidInput
from tests.domain.automation.test_acting import sequence
from tests.domain.automation.test_example_rules import switch_on
from tests.fixtures.cast import ASHA
from tests.fixtures.leads import new_lead

LOCAL = """
select to_char(s.due_at at time zone p.timezone, 'MM-DD HH24:MI') as at from automation_steps s
join people p on p.id = s.person_id where s.rule_key = any(%(keys)s) and s.state = 'planned' order by s.due_at
"""
DUE = "select due_at from automation_steps where rule_key = %(key)s and state = 'planned' order by due_at"


async def local(work, *keys):
    return [row.at for row in await work.rows(LOCAL, keys=list(keys))]


@pytest.mark.parametrize(
    ("zone", "began", "days"),
    [
        ("America/New_York", datetime(2030, 3, 8, 15, 0, tzinfo=UTC), ["03-09 10:00", "03-11 10:00", "03-15 10:00"]),
        ("America/New_York", datetime(2030, 10, 31, 14, 0, tzinfo=UTC), ["11-01 10:00", "11-03 10:00", "11-07 10:00"]),
        ("Europe/London", datetime(2030, 3, 29, 10, 0, tzinfo=UTC), ["03-30 10:00", "04-01 10:00", "04-05 10:00"]),
        ("Europe/London", datetime(2030, 10, 25, 9, 0, tzinfo=UTC), ["10-26 10:00", "10-28 10:00", "11-01 10:00"]),
        ("Asia/Kolkata", datetime(2028, 2, 28, 4, 30, tzinfo=UTC), ["02-29 10:00", "03-02 10:00", "03-06 10:00"]),
        ("Asia/Kolkata", datetime(2030, 12, 30, 4, 30, tzinfo=UTC), ["12-31 10:00", "01-02 10:00", "01-06 10:00"]),
    ],
)
async def test_days_of_a_sequence_are_days_of_the_leads_clocks(work, course_id, zone, began, days) -> None:
    person_id = await new_lead(work)
    await work.run("update people set timezone = %(zone)s where id = %(id)s", zone=zone, id=person_id)
    work.now = began
    await sequence(work, course_id, person_id)
    assert await local(work, *KEYS) == days


async def test_who_moves_to_another_zone_is_written_to_by_the_clocks_there(work, course_id) -> None:
    """In India there is no summer time: the third day is an hour earlier for who is in New York by then."""
    work.now = datetime(2030, 3, 8, 15, 0, tzinfo=UTC)
    person_id = await new_lead(work)
    await sequence(work, course_id, person_id)
    before = [row.due_at for row in await work.rows(DUE, key="lead_day_3")]
    await keep_zone(work, person_id, "America/New_York")
    assert [row.due_at for row in await work.rows(DUE, key="lead_day_3")] == [before[0] - timedelta(hours=1)]
    assert await local(work, *KEYS) == ["03-09 10:00", "03-11 10:00", "03-15 10:00"]
    with pytest.raises(InvalidInput):
        await keep_zone(work, person_id, "Mars/Olympus")


async def test_a_birthday_begins_where_somebody_is_now_and_is_greeted_on_the_day_alone(work) -> None:
    await switch_on(work)
    work.now = datetime(2030, 5, 1, tzinfo=UTC)
    await keep_birthday(work, ASHA.id, date(1996, 5, 3))
    assert (await work.rows(DUE, key="birthday"))[0].due_at == datetime(2030, 5, 3, 3, 30, tzinfo=UTC)
    await keep_zone(work, ASHA.id, "America/New_York")
    assert await local(work, "birthday") == ["05-03 09:00", "05-03 09:00"]
    # At eight in the morning of New York it is half past five in the afternoon in India: at once, and no later than that day.
    work.now = datetime(2030, 5, 3, 12, 0, tzinfo=UTC)
    await keep_zone(work, ASHA.id, "Asia/Kolkata")
    while await act_on_due(work):
        pass
    greeting = await work.row("select expires_at from deliveries where rule_key = 'birthday'")
    assert greeting.expires_at == datetime(2030, 5, 3, 15, 30, tzinfo=UTC)
    assert [row.due_at.year for row in await work.rows(DUE, key="birthday")] == [2031]


async def test_what_was_planned_under_an_earlier_version_moves_by_that_version(work, course_id) -> None:
    work.now = datetime(2030, 3, 8, 15, 0, tzinfo=UTC)
    person_id = await new_lead(work)
    sequence_id = await sequence(work, course_id, person_id)
    state = await find_rule(work, "lead_day_3")
    await change_rule(work, "lead_day_3", 1, replace(state.settings, amount=5), is_on=True)
    await keep_zone(work, person_id, "America/New_York")
    assert await local(work, "lead_day_3") == ["03-11 10:00"]
    await work.run("delete from automation_steps where rule_key = 'lead_day_3'")
    await plan_rules(work, ["lead_day_3"], "subject_id", [sequence_id])
    await keep_zone(work, person_id, "Asia/Kolkata")
    assert await local(work, "lead_day_3") == ["03-13 20:30"]


async def test_a_certificate_follows_the_last_day_of_the_batch_and_its_clocks(work, catalogue) -> None:
    enrolment_id = await work.value(
        "insert into enrolments (person_id, batch_id, state, enrolled_at) values (%(person)s, %(batch)s, 'completed', %(now)s)"
        " returning id",
        person=ASHA.id,
        batch=catalogue.batch_id,
        now=work.now,
    )
    await switch_on(work)
    await plan_rules(work, ["certificate_ready"], "subject_id", [enrolment_id])
    facts = BatchFacts("Batch 7", date(2030, 1, 7), date(2030, 4, 30), capacity=2, timezone="Europe/London")
    await update_batch(work, catalogue.course_id, catalogue.batch_id, facts)
    assert (await work.rows(DUE, key="certificate_ready"))[0].due_at == datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
    facts = replace(facts, ends_on=date(2030, 6, 14))
    await update_batch(work, catalogue.course_id, catalogue.batch_id, facts)
    assert (await work.rows(DUE, key="certificate_ready"))[0].due_at == datetime(2030, 6, 15, 9, 0, tzinfo=UTC)
