"""What rules have written leaves as it was meant, unless it has become pointless or the rule is held back meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.automation.acting import act_on_due
from domain.automation.changing import change_rule
from domain.automation.holding import pause_rule
from domain.automation.rule_states import find_rule
from domain.payments.money import HOME_ZONE
from domain.work import SYSTEM
from tests.domain.automation.test_acting import sequence
from tests.fixtures.house import House
from tests.fixtures.leads import new_course, new_lead

DUE = "update automation_steps set due_at = %(now)s where rule_key = 'lead_day_1'"
STATES = "select state, reason from deliveries where rule_key = 'lead_day_1' order by to_name"


def around(now: datetime) -> tuple[str, str]:
    """Return quiet hours for two hours around now, where the leads are."""
    here = now.astimezone(HOME_ZONE)
    return f"{here - timedelta(hours=1):%H:%M}", f"{here + timedelta(hours=1):%H:%M}"


async def due(house: House, *names: str) -> None:
    """Begin a lead sequence for each whose first day has come."""
    async with house.database.work(SYSTEM) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
        for name in names:
            await sequence(work, course_id, await new_lead(work, name, email=f"{name.lower()}@example.test"))
        await work.run(DUE, now=work.now)


async def test_each_gets_their_own_link_and_a_way_to_unsubscribe_in_one_request(house: House) -> None:
    await due(house, "Asha", "Binu")
    for _time in range(3):
        await house.run_due()
    mails = {mail["to"]: mail for mail in await house.mailbox()}
    assert set(mails) == {"asha@example.test", "binu@example.test"}
    whole = list(mails.values())
    assert len({mail["message_id"] for mail in mails.values()}) == 1
    links = [next(link for link in mail["links"] if "/apply/data-analytics?t=" in link) for mail in whole]
    assert len(set(links)) == 2
    assert all("List-Unsubscribe" in mail["headers"] for mail in whole)
    assert all("Data Analytics" in mail["subject"] for mail in whole)


async def test_what_was_written_before_somebody_applied_does_not_leave_after_it(house: House) -> None:
    await due(house, "Asha", "Binu")
    async with house.database.work(SYSTEM) as work:
        assert await act_on_due(work) == 2
        await work.run(
            "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
            " select person_id, course_id, 'Asha', '', '', %(now)s, %(now)s from lead_sequences order by started_at limit 1",
            now=work.now,
        )
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        states = [(row.state, row.reason) for row in await work.rows(STATES)]
    assert sorted(states) == [("cancelled", "They have applied."), ("sent", "")]


async def test_what_a_paused_rule_has_written_waits(house: House) -> None:
    await due(house, "Asha")
    async with house.database.work(SYSTEM) as work:
        await act_on_due(work)
        await pause_rule(work, "lead_day_1", paused=True)
    await house.run_due()
    assert await house.mailbox() == []
    async with house.database.work(SYSTEM) as work:
        await pause_rule(work, "lead_day_1", paused=False)
    await house.run_due()
    assert len(await house.mailbox()) == 1


async def test_quiet_hours_of_a_rule_are_kept_by_what_leaves_later_than_it_was_written(house: House) -> None:
    async with house.database.work(SYSTEM) as work:
        settings = (await find_rule(work, "lead_day_1")).settings
        await change_rule(work, "lead_day_1", 1, replace(settings, quiet_hours=around(work.now)), is_on=True)
    await due(house, "Asha")
    async with house.database.work(SYSTEM) as work:
        await act_on_due(work)
        await work.run("update deliveries set due_at = %(now)s", now=work.now)  # as after a retry
        await change_rule(work, "lead_day_1", 2, settings, is_on=True)  # for who comes from now on
    await house.run_due()
    assert await house.mailbox() == []
    async with house.database.work(SYSTEM) as work:
        waits = "select due_at - %(now)s > interval '50 minutes' and state = 'pending' from deliveries"
        assert await work.value(waits, now=work.now)


async def test_quiet_hours_that_a_rule_was_given_since_hold_for_who_comes_from_now_on(house: House) -> None:
    await due(house, "Asha")
    async with house.database.work(SYSTEM) as work:
        await act_on_due(work)
        wanted = replace((await find_rule(work, "lead_day_1")).settings, quiet_hours=around(work.now))
        await change_rule(work, "lead_day_1", 1, wanted, is_on=True)
    await house.run_due()
    assert [mail["to"] for mail in await house.mailbox()] == ["asha@example.test"]
