"""The two examples are off, and work once they are switched on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.accounts.profile import keep_birthday
from domain.automation.acting import act_on_due
from domain.automation.planning import plan_rule, plan_rules
from domain.automation.rule_states import read_states
from domain.automation.rules.examples import RULES
from domain.automation.steering import let_automations_go_on, stop_automations
from domain.work import Work
from tests.fixtures.cast import ASHA

ON = """
insert into automation_rules (key, is_on, settings, updated_at) values (%(key)s, true, %(settings)s, %(now)s)
"""


async def switch_on(work: Work) -> None:
    for rule in RULES:
        await work.run(ON, key=rule.key, settings=rule.defaults.as_values(), now=work.now)


async def act(work: Work) -> None:
    while await act_on_due(work):
        pass


async def test_a_birthday_is_greeted_on_the_day_and_the_next_one_planned(work):
    await work.run("update people set timezone = 'Asia/Kolkata' where id = %(id)s", id=ASHA.id)
    tomorrow = (work.now + timedelta(days=1)).date()
    await keep_birthday(work, ASHA.id, date(1996, tomorrow.month, tomorrow.day))
    assert await work.value("select count(*) from automation_steps where rule_key = 'birthday'") == 0
    await switch_on(work)
    await keep_birthday(work, ASHA.id, date(1995, tomorrow.month, tomorrow.day))
    steps = "select due_at, state from automation_steps where rule_key = 'birthday' order by due_at"
    first, second = await work.rows(steps)
    assert first.due_at.hour * 60 + first.due_at.minute == 3 * 60 + 30  # nine in the morning in India
    work.now = first.due_at
    await act(work)
    assert await work.value("select count(*) from deliveries where rule_key = 'birthday'") == 1
    work.now = second.due_at
    await act(work)
    assert [row.state for row in await work.rows(steps)] == ["done", "done", "planned"]
    assert await work.value("select count(*) from deliveries where rule_key = 'birthday'") == 2


async def test_who_lets_automations_go_on_is_greeted_the_years_after(work):
    await switch_on(work)
    work.now = datetime(2030, 5, 1, tzinfo=UTC)
    await keep_birthday(work, ASHA.id, date(1995, 5, 2))
    await stop_automations(work, ASHA.id)
    work.now += timedelta(days=30)
    await let_automations_go_on(work, ASHA.id)
    states = await work.rows("select state from automation_steps where rule_key = 'birthday' order by due_at")
    assert [row.state for row in states] == ["cancelled", "planned"]


async def test_who_was_born_on_29_february_is_greeted_on_the_28th_in_other_years(work):
    await work.run("update people set timezone = 'America/New_York' where id = %(id)s", id=ASHA.id)
    await switch_on(work)
    work.now = datetime(2027, 1, 10, 12, tzinfo=UTC)
    await keep_birthday(work, ASHA.id, date(1996, 2, 29))
    for day in (date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28)):
        due_at = await work.value("select min(due_at) from automation_steps where state = 'planned'")
        assert due_at == datetime.combine(day, time(9), ZoneInfo("America/New_York"))
        work.now = due_at
        await act(work)
    assert await work.value("select count(*) from deliveries where rule_key = 'birthday'") == 3


async def test_who_has_completed_a_course_is_told_of_the_certificate_once_the_rule_is_on(work, catalogue):
    enrolment_id = await work.value(
        "insert into enrolments (person_id, batch_id, state, enrolled_at) values (%(person)s, %(batch)s, 'completed', %(now)s)"
        " returning id",
        person=ASHA.id,
        batch=catalogue.batch_id,
        now=work.now,
    )
    assert await plan_rules(work, ["certificate_ready"], "subject_id", [enrolment_id]) == 0
    await switch_on(work)
    assert await plan_rule(work, (await read_states(work))["certificate_ready"], None) == 1
    work.now = await work.value("select due_at from automation_steps where rule_key = 'certificate_ready'")
    assert work.now.date() == date(2030, 5, 1)
    await act(work)
    params = await work.value(
        "select params from deliveries where rule_key = 'certificate_ready' and channel = 'email'"
    )
    assert (params["course"], params["certificate_path"]) == (
        "Data Analytics",
        f"/student/course?enrolment={enrolment_id}",
    )
