"""What rules have written leaves as it was meant, unless it has become pointless or the rule is held back meanwhile."""

from domain.automation.acting import act_on_due
from domain.automation.holding import pause_rule
from domain.work import SYSTEM
from tests.domain.automation.test_acting import sequence
from tests.fixtures.house import House
from tests.fixtures.leads import new_course, new_lead

DUE = "update automation_steps set due_at = %(now)s where rule_key = 'lead_day_1'"
STATES = "select state, reason from deliveries where rule_key = 'lead_day_1' order by to_name"
# For two hours around now, where the leads are.
QUIET_NOW = """
update automation_rules set settings = settings || jsonb_build_object('quiet_hours', jsonb_build_array(
  to_char((%(now)s::timestamptz at time zone 'Asia/Kolkata') - interval '1 hour', 'HH24:MI'),
  to_char((%(now)s::timestamptz at time zone 'Asia/Kolkata') + interval '1 hour', 'HH24:MI')))
"""


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
    await due(house, "Asha")
    async with house.database.work(SYSTEM) as work:
        await act_on_due(work)
        await pause_rule(work, "lead_day_1", paused=True)
        await pause_rule(work, "lead_day_1", paused=False)
        await work.run(QUIET_NOW, now=work.now)
    await house.run_due()
    assert await house.mailbox() == []
    async with house.database.work(SYSTEM) as work:
        waits = "select due_at - %(now)s > interval '50 minutes' and state = 'pending' from deliveries"
        assert await work.value(waits, now=work.now)
