"""Rules: planned with their cause, judged at their moment, written once, and held back when they are to be."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from domain.automation.acting import act_on_due
from domain.automation.holding import (
    count_due,
    limit_messages,
    pause_automations,
    pause_rule,
    resume_automations,
    stop_flood,
)
from domain.automation.planning import plan_rules, void_rules
from domain.automation.rules.lead_sequence import RULES
from domain.errors import Conflict
from domain.messaging.suppressions import suppress
from domain.work import Row, Work
from tests.fixtures.leads import new_course, new_lead

DAYS = [rule.key for rule in RULES]


async def sequence(work: Work, course_id: UUID, person_id: UUID, *, days_ago: float = 0) -> UUID:
    """Begin the lead sequence of a lead so many days ago, and plan it."""
    sequence_id: UUID = await work.value(
        "insert into lead_sequences (lead_id, person_id, course_id, started_at)"
        " select id, person_id, %(course)s, %(at)s from imported_leads where person_id = %(person)s returning id",
        course=course_id,
        person=person_id,
        at=work.now - timedelta(days=days_ago),
    )
    await plan_rules(work, DAYS, "subject_id", [sequence_id])
    return sequence_id


async def later(work: Work, days: float = 0, hours: float = 0) -> None:
    """Let time pass, as the worker sees it."""
    work.now += timedelta(days=days, hours=hours)


async def act(work: Work) -> None:
    while await act_on_due(work):
        pass


async def steps(work: Work) -> Sequence[Row]:
    return await work.rows("select rule_key, state, reason from automation_steps order by rule_key, due_at")


async def written(work: Work) -> list[tuple[str, str]]:
    rows = await work.rows(
        "select d.rule_key, p.name from deliveries d join people p on p.id = d.person_id"
        " where d.rule_key is not null order by 1, 2"
    )
    return [(row.rule_key, row.name) for row in rows]


async def test_each_day_of_the_sequence_is_written_once_and_not_before_its_moment(work: Work, course_id: UUID) -> None:
    await sequence(work, course_id, await new_lead(work, "Meera"))
    await later(work, hours=23)
    await act(work)
    assert await written(work) == []
    for day, key in ((1, "lead_day_1"), (2, "lead_day_3"), (4, "lead_day_7")):
        await later(work, days=day)
        await act(work)
        await act(work)
        assert (await written(work))[-1] == (key, "Meera")
    assert [one.state for one in await steps(work)] == ["done", "done", "done"]
    assert len(await written(work)) == 3


async def test_moments_that_are_past_are_skipped_and_say_so(work: Work, course_id: UUID) -> None:
    await sequence(work, course_id, await new_lead(work), days_ago=4)
    await act(work)
    assert [(one.state, one.reason) for one in await steps(work)] == [
        ("skipped", "Its moment had passed when it was planned."),
        ("skipped", "Its moment had passed when it was planned."),
        ("planned", ""),
    ]
    assert await written(work) == []


async def test_who_has_applied_or_wants_no_mail_meanwhile_gets_none_and_the_step_says_why(
    work: Work, course_id: UUID
) -> None:
    applied, unsubscribed, stays = [await new_lead(work, name) for name in ("Asha", "Binu", "Chitra")]
    for person in (applied, unsubscribed, stays):
        await sequence(work, course_id, person)
    await work.run(
        "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
        " values (%(person)s, %(course)s, 'Asha', 'a@example.test', '+919800000001', %(now)s, %(now)s)",
        person=applied,
        course=course_id,
        now=work.now,
    )
    email = await work.value("select email from people where id = %(id)s", id=unsubscribed)
    await suppress(work, email, "unsubscribed")
    await later(work, days=1)
    await act(work)
    assert await written(work) == [("lead_day_1", "Chitra")]
    assert {(one.state, one.reason) for one in await steps(work) if one.state in ("skipped", "cancelled")} == {
        ("skipped", "They have applied."),
        ("cancelled", "They have unsubscribed."),
    }


async def test_a_rule_that_is_paused_does_nothing_and_what_is_pointless_then_is_skipped(
    work: Work, course_id: UUID
) -> None:
    await sequence(work, course_id, await new_lead(work))
    await pause_rule(work, "lead_day_1", paused=True)
    await later(work, days=1)
    await act(work)
    assert await written(work) == []
    await later(work, days=2, hours=1)
    await pause_rule(work, "lead_day_1", paused=False)
    await act(work)
    assert [key for key, _name in await written(work)] == ["lead_day_3"]
    first = (await steps(work))[0]
    assert (first.state, first.reason) == ("skipped", "Its moment had passed before it could be done.")


async def test_all_rules_wait_while_automations_are_paused(work: Work, course_id: UUID) -> None:
    await sequence(work, course_id, await new_lead(work))
    await pause_automations(work)
    await later(work, days=1)
    await act(work)
    assert await written(work) == []
    await resume_automations(work)
    await act(work)
    assert len(await written(work)) == 1


async def test_a_flood_stops_the_rules_and_tells_the_admins_until_somebody_lets_them_go_on(
    work: Work, course_id: UUID
) -> None:
    await limit_messages(work, 2)
    for _number in range(3):
        await sequence(work, course_id, await new_lead(work))
    await later(work, days=1)
    await act_on_due(work)
    assert await written(work) == []
    assert await work.value("select value #>> '{}' from business_settings where key = 'automations_paused'") == "true"
    assert await work.value("select count(*) from notifications where kind = 'automations'") > 0
    await limit_messages(work, 3)
    await resume_automations(work)
    await act(work)
    assert len(await written(work)) == 3


async def test_more_than_the_limit_that_is_due_at_once_goes_when_somebody_lets_so_many_go_and_no_more_than_that(
    work: Work, course_id: UUID
) -> None:
    await limit_messages(work, 2)
    for _number in range(5):
        await sequence(work, course_id, await new_lead(work))
    await later(work, days=1)
    await act(work)
    why = await work.value("select value #>> '{}' from business_settings where key = 'automations_paused_why'")
    assert "let these go this once, or raise the limit" in why
    due = await count_due(work)
    assert (due.steps, due.messages, due.is_flood) == (5, 5, True)
    for let_go in (0, 4):  # all would stop again at once
        with pytest.raises(Conflict, match="Up to 5 messages"):
            await resume_automations(work, let_go=let_go)
    assert await written(work) == []
    await resume_automations(work, let_go=5)
    await later(work, hours=0.1)
    await act(work)
    assert len(await written(work)) == 5
    # What they let go is theirs, and an hour's limit is free besides.
    for count, is_stopped in ((2, False), (3, True)):
        assert await stop_flood(work, 2, count) is is_stopped


async def test_what_its_cause_takes_back_is_void_and_what_comes_back_is_planned_again(
    work: Work, course_id: UUID
) -> None:
    sequence_id = await sequence(work, course_id, await new_lead(work))
    assert await void_rules(work, [sequence_id], "The sequence was stopped.") == 3
    assert {one.state for one in await steps(work)} == {"cancelled"}
    await plan_rules(work, DAYS, "subject_id", [sequence_id])
    assert {one.state for one in await steps(work)} == {"planned"}


async def test_advertising_goes_no_more_often_than_the_rules_allow(work: Work, course_id: UUID) -> None:
    person_id = await new_lead(work)
    await sequence(work, course_id, person_id)
    await later(work, days=1)
    await advertise(work, person_id, hours_ago=4)
    await act(work)
    assert await written(work) == []
    first = (await steps(work))[0]
    assert first.state == "planned"
    assert "as often today" in first.reason
    await later(work, hours=21)
    await act(work)
    assert [key for key, _name in await written(work)] == ["lead_day_1"]


async def advertise(work: Work, person_id: UUID, *, hours_ago: int) -> None:
    """Let somebody have had an advertisement, as of a campaign."""
    await work.run(
        "insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, marketing, state, due_at,"
        " created_at) select 'email', 'single', id, email, '', gen_random_uuid(), true, 'sent', %(at)s, %(at)s"
        " from people where id = %(id)s",
        id=person_id,
        at=work.now - timedelta(hours=hours_ago),
    )


async def test_what_is_put_off_is_good_no_longer_than_it_was(work: Work, course_id: UUID) -> None:
    person_id = await new_lead(work)
    await sequence(work, course_id, person_id)
    await later(work, days=1)
    await advertise(work, person_id, hours_ago=1)
    await act(work)
    await later(work, days=2, hours=1)
    await act(work)
    first = (await steps(work))[0]
    assert (first.state, first.reason) == ("skipped", "Its moment had passed before it could be done.")


async def test_what_would_be_put_off_for_too_long_is_left_out_at_once(work: Work, course_id: UUID) -> None:
    person_id = await new_lead(work)
    await sequence(work, course_id, person_id)
    await later(work, days=1)
    for _day in range(3):  # each day another is first
        await advertise(work, person_id, hours_ago=1)
        await act(work)
        await later(work, hours=23)
    first = (await steps(work))[0]
    reason = "They have been written to as often as the rules allow, and later it is of no use."
    assert (first.state, first.reason) == ("skipped", reason)


async def test_who_asked_about_two_courses_gets_one_advertisement_a_day(work: Work, course_id: UUID) -> None:
    person_id = await new_lead(work)
    await sequence(work, course_id, person_id)
    await sequence(work, await new_course(work, "design", "Design"), person_id)
    await later(work, days=1)
    await act(work)
    assert len(await written(work)) == 1
    await later(work, days=1)
    await act(work)
    assert [key for key, _name in await written(work)] == ["lead_day_1", "lead_day_1"]
