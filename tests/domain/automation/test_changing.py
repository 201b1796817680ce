"""Changing a rule: version by version, for who comes from now on, or with those that are planned for and could be."""

from dataclasses import replace

import pytest

from domain.automation.changing import change_rule, find_reach, restore_version
from domain.automation.foreseeing import foresee
from domain.automation.overview import list_versions, read_overview
from domain.automation.rule_states import find_rule
from domain.errors import Conflict, InvalidInput
from domain.messaging.suppressions import suppress
from domain.work import Work
from tests.domain.automation.test_acting import act, later, sequence, steps, written
from tests.fixtures.leads import new_lead

KEY = "lead_day_1"


async def test_a_change_holds_from_now_on_and_what_is_planned_keeps_its_moment_and_version(work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work, "Early"))
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, replace(state.settings, amount=2), is_on=True)
    await sequence(work, course_id, await new_lead(work, "Late"))
    rows = await work.rows(
        "select p.name, s.rule_version, s.due_at - %(now)s as wait from automation_steps s join people p on p.id = s.person_id"
        " where rule_key = %(key)s order by 1",
        key=KEY,
        now=work.now,
    )
    assert [(row.name, row.rule_version, row.wait.days) for row in rows] == [("Early", 1, 1), ("Late", 2, 2)]
    assert [version.version for version in await list_versions(work, KEY)] == [2, 1]


async def test_what_is_planned_goes_by_the_ways_of_its_version_unless_the_change_is_for_existing_people(
    work: Work, course_id
) -> None:
    state = await find_rule(work, KEY)
    await sequence(work, course_id, await new_lead(work, "Early"))
    await change_rule(work, KEY, 1, replace(state.settings, channels=("whatsapp",)), is_on=True)
    await sequence(work, course_id, await new_lead(work, "Late"))
    await change_rule(work, KEY, 2, state.settings, is_on=True)
    await later(work, days=1)
    await act(work)
    ended = "select p.name, s.state, s.rule_version from automation_steps s join people p on p.id = s.person_id"
    rows = await work.rows(f"{ended} where rule_key = %(key)s order by 1", key=KEY)
    assert [tuple(row) for row in rows] == [("Early", "done", 1), ("Late", "skipped", 2)]


async def test_a_change_for_existing_people_gives_its_ways_to_what_is_planned(work: Work, course_id) -> None:
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, replace(state.settings, channels=("whatsapp",)), is_on=True)
    await sequence(work, course_id, await new_lead(work, "Meera"))
    reach = await find_reach(work, KEY, state.settings)
    await change_rule(work, KEY, 2, state.settings, is_on=True, expected=reach)
    await later(work, days=1)
    await act(work)
    assert await written(work) == [(KEY, "Meera")]


async def test_a_change_for_existing_people_moves_what_is_planned_and_plans_for_who_has_none(work, course_id) -> None:
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, state.settings, is_on=False)
    await sequence(work, course_id, await new_lead(work, "Without"))
    assert [one.rule_key for one in await steps(work)] == ["lead_day_3", "lead_day_7"]
    wanted = replace(state.settings, amount=6, unit="hours")
    reach = await find_reach(work, KEY, wanted)
    assert (reach.planned, reach.would) == (0, 1)
    await change_rule(work, KEY, 2, wanted, is_on=True, expected=reach)
    await later(work, hours=6)
    await act(work)
    assert await written(work) == [(KEY, "Without")]


async def test_nobody_is_written_to_whom_the_count_did_not_show(work, course_id) -> None:
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, state.settings, is_on=False)
    reach = await find_reach(work, KEY, state.settings)
    await sequence(work, course_id, await new_lead(work))
    with pytest.raises(Conflict, match="0 planned steps and 1 person more"):
        await change_rule(work, KEY, 2, state.settings, is_on=True, expected=reach)


async def test_what_was_planned_or_done_since_the_count_was_shown_has_it_shown_anew(work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work, "Shown"))
    wanted = replace((await find_rule(work, KEY)).settings, amount=2)
    shown = await find_reach(work, KEY, wanted)
    await sequence(work, course_id, await new_lead(work, "Meanwhile"))
    with pytest.raises(Conflict, match="2 planned steps and 0 people more"):
        await change_rule(work, KEY, 1, wanted, is_on=True, expected=shown)


async def test_the_count_says_for_how_many_the_moment_would_be_past(work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work, "Early"))
    await later(work, hours=4)
    await sequence(work, course_id, await new_lead(work, "Late"))
    wanted = replace((await find_rule(work, KEY)).settings, amount=3, unit="hours")
    reach = await find_reach(work, KEY, wanted)
    assert (reach.planned, reach.past) == (2, 1)
    await change_rule(work, KEY, 1, wanted, is_on=True, expected=reach)
    assert [one.state for one in await steps(work) if one.rule_key == KEY] == ["skipped", "planned"]


async def test_switching_off_cancels_what_is_planned_and_says_so(work: Work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work))
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, state.settings, is_on=False)
    first = (await steps(work))[0]
    assert (first.state, first.reason) == ("cancelled", "The rule was switched off.")


async def test_of_two_who_change_a_rule_at_once_one_is_told(work: Work) -> None:
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, 1, replace(state.settings, amount=2), is_on=True)
    with pytest.raises(Conflict, match="meanwhile"):
        await change_rule(work, KEY, 1, replace(state.settings, amount=5), is_on=True)
    await restore_version(work, KEY, 2, 1)
    assert (await find_rule(work, KEY)).settings == state.settings
    assert (await find_rule(work, KEY)).version == 3


async def test_settings_that_cannot_be_are_refused_field_by_field(work: Work) -> None:
    state = await find_rule(work, KEY)
    wrong = replace(state.settings, amount=400, channels=(), quiet_hours=("21:00", ""))
    with pytest.raises(InvalidInput) as refused:
        await change_rule(work, KEY, 1, wrong, is_on=True)
    assert set(refused.value.fields) == {"amount", "channels", "quiet_from"}


async def test_what_would_happen_is_told_without_anything_being_planned(work: Work, course_id) -> None:
    person_id = await new_lead(work)
    state = await find_rule(work, KEY)
    begun_now = await foresee(work, state, person_id=person_id)
    assert begun_now.supposed == "sequence"
    assert (begun_now.occasions[0].due_at - work.now).days == 1
    assert await steps(work) == []
    await sequence(work, course_id, person_id)
    await work.run("update people set automations_stopped_at = %(now)s where id = %(id)s", now=work.now, id=person_id)
    foreseen = (await foresee(work, state, person_id=person_id)).occasions[0]
    assert foreseen.reason == "As things are: Automations were stopped for this person."


async def test_the_figures_say_what_each_rule_did_and_has_before_it(work: Work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work))
    await later(work, days=1)
    await act(work)
    figures = {one.state.key: one.found for one in (await read_overview(work)).rules}
    assert (figures[KEY].planned, figures[KEY].done_7) == (0, 1)
    assert (figures["lead_day_3"].planned, figures["lead_day_3"].done_7) == (1, 0)


async def test_what_was_due_already_is_not_lost_by_a_change_that_applies_to_existing_people(work, course_id) -> None:
    await sequence(work, course_id, await new_lead(work))
    state = await find_rule(work, KEY)
    await later(work, days=1, hours=1)
    wanted = replace(state.settings, quiet_hours=("22:00", "06:00"))
    await change_rule(work, KEY, 1, wanted, is_on=True, expected=await find_reach(work, KEY, wanted))
    assert (await steps(work))[0].state == "planned"
    wanted = replace(state.settings, amount=1, unit="hours")
    await change_rule(work, KEY, 2, wanted, is_on=True, expected=await find_reach(work, KEY, wanted))
    assert (await steps(work))[0].reason == "Its moment had passed when the rule was changed."


async def test_what_would_happen_to_who_has_unsubscribed_says_so_before_anything_begins(work, course_id) -> None:
    person_id = await new_lead(work, email="gone@example.test")
    await suppress(work, "gone@example.test", "unsubscribed", "")
    (foreseen,) = (await foresee(work, await find_rule(work, KEY), person_id=person_id)).occasions
    assert (list(foreseen.ways), foreseen.reason) == ([], "takes no e-mail of this kind")
