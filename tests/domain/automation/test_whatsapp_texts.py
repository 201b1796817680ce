"""The WhatsApp templates of rules: what a rule cannot fill is refused on both sides, and nothing leaves that makes no sense."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.automation.changing import change_rule
from domain.automation.choices import filled_by
from domain.automation.overview import read_overview
from domain.automation.rule_states import find_rule
from domain.automation.rules import RULES
from domain.errors import Conflict, InvalidInput
from domain.messaging.whatsapp.facts import TemplateFacts, facts_of
from domain.messaging.whatsapp.templates import (
    add_template,
    find_template_by_id,
    switch_template,
    update_template,
)
from domain.problems.board import read_board
from domain.work import Row, Work
from tests.domain.automation.test_acting import act, later, sequence, steps
from tests.fixtures.leads import new_lead

KEY = "lead_day_1"
WHATSAPP = "lead_reminder"


async def template(work: Work, campaign: str) -> Row:
    return await find_template_by_id(
        work, await work.value("select id from whatsapp_templates where campaign = %(name)s", name=campaign)
    )


async def refused(work: Work, row: Row, **changes: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as found:
        await update_template(work, row.id, replace(facts_of(row), **changes))  # type: ignore[arg-type]
    return dict(found.value.fields)


async def send_by_whatsapp(work: Work, *channels: str) -> None:
    state = await find_rule(work, KEY)
    await change_rule(work, KEY, state.version, replace(state.settings, channels=channels), is_on=True)  # type: ignore[arg-type]


async def lead_with_phone(work: Work, course_id: UUID, name: str, *, email: bool) -> None:
    person_id = await new_lead(work, name)
    await work.run("update people set consent_whatsapp = true where id = %(id)s", id=person_id)
    if not email:
        await work.run("update people set email = null where id = %(id)s", id=person_id)
    await sequence(work, course_id, person_id)


async def test_a_template_that_a_rule_sends_keeps_names_buttons_campaign_and_use_and_who_breaks_it_is_told_which_rule(
    work: Work,
) -> None:
    row = await template(work, "session_reminder_15m")
    labels = (await refused(work, row, labels=("Naam", "Class", "Kab")))["labels"]
    assert labels.startswith("“Class reminder: 15 minutes before” does not know “Naam”. It fills: “First name”, ")
    assert "2 are named of 3" in (await refused(work, row, labels=("First name", "Class")))["labels"]
    assert "1 link button" in (await refused(work, row, buttons=()))["buttons"]
    assert set(await refused(work, row, media="image", category="marketing")) == {"media", "category"}
    assert "“Class reminder: 15 minutes before”" in (await refused(work, row, campaign="another"))["campaign"]
    with pytest.raises(Conflict, match="15 minutes before"):
        await switch_template(work, row.id, False)
    # Our own names and what people call them are the same to it.
    await update_template(work, row.id, replace(facts_of(row), labels=("Name", "class_title", "When")))
    state = await find_rule(work, "session_reminder_15m")
    await change_rule(work, state.key, 1, replace(state.settings, channels=("email",)), is_on=True)
    await switch_template(work, row.id, False)


async def test_what_the_product_sends_without_a_rule_keeps_its_parameters_and_its_name_too(work: Work) -> None:
    row = await template(work, "payment_link")
    body = "Hi {{1}}, pay {{2}}."
    assert "{{4}} Due" in (await refused(work, row, body=body, labels=()))["body"]
    assert "asked to pay" in (await refused(work, row, campaign="another"))["campaign"]
    with pytest.raises(Conflict, match="asked to pay"):
        await switch_template(work, row.id, False)
    # The request to pay fills a template by its names, as rules do that write their messages themselves.
    labels = await refused(work, row, labels=("First name", "Amount", "Weather", "Due"))
    assert "“Request to pay” does not know “Weather”" in labels["labels"]
    await work.run("update whatsapp_templates set is_active = false where id = %(id)s", id=row.id)
    assert [one.state.key for one in (await read_overview(work)).rules if one.problem] == ["approval_payment"]


async def test_a_rule_is_given_no_template_that_it_cannot_fill_and_can_always_be_switched_off(work: Work) -> None:
    facts = TemplateFacts("hello", "Hello", "marketing", "Hi {{1}}, {{2}}.", labels=("First name", "Weather"))
    await add_template(work, replace(facts, buttons=(("link", "Apply"),)))
    state = await find_rule(work, KEY)
    wrong = replace(state.settings, channels=("whatsapp",), templates={"email": KEY, "whatsapp": "hello"})
    with pytest.raises(InvalidInput) as found:
        await change_rule(work, KEY, 1, wrong, is_on=True)
    assert "does not know “Weather”" in found.value.fields["template_whatsapp"]
    await change_rule(work, KEY, 1, wrong, is_on=False)
    with pytest.raises(InvalidInput):
        await change_rule(work, KEY, 2, wrong, is_on=True)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("is_active = false", "is not in use"),
        ("campaign = 'elsewhere'", "There is no WhatsApp template “lead_reminder”."),
        ("param_labels = array['Naam', 'Kab']", "does not know “Naam”"),
    ],
)
async def test_a_rule_whose_template_is_gone_all_the_same_writes_e_mails_and_who_has_none_waits_until_it_is_mended(
    work: Work, course_id, broken: str, why: str
) -> None:
    await send_by_whatsapp(work, "email", "whatsapp")
    await lead_with_phone(work, course_id, "Asha", email=True)
    await lead_with_phone(work, course_id, "Chandra", email=False)
    row = await template(work, WHATSAPP)
    await work.run(f"update whatsapp_templates set {broken} where id = %(id)s", id=row.id)
    await later(work, days=1)
    await act(work)
    assert await work.value("select array_agg(channel) from deliveries where rule_key = %(key)s", key=KEY) == ["email"]
    mine = {(one.state, why in one.reason) for one in await steps(work) if one.rule_key == KEY}
    assert mine == {("done", True), ("planned", True)}
    # One row for the owner, whoever many wait.
    (concern,) = [one for one in (await read_board(work, 1.0)).standing if "WhatsApp" in one.text]
    assert (why in concern.text, "Lead sequence: day 1" in concern.text) == (True, True)
    assert concern.href == f"/admin/automations/{KEY}/edit"
    assert [one.state.key for one in (await read_overview(work)).rules if one.problem] == [KEY]
    await work.run(
        "update whatsapp_templates set is_active = true, campaign = %(campaign)s, param_labels = %(labels)s where id = %(id)s",
        id=row.id,
        campaign=row.campaign,
        labels=row.param_labels,
    )
    await later(work, hours=1)
    await act(work)
    (sent,) = await work.rows("select params from deliveries where channel = 'whatsapp'")
    assert sent.params["params"] == ["Chandra", "Data Analytics"]
    assert [one.state for one in await steps(work) if one.rule_key == KEY] == ["done", "done"]


async def test_what_was_planned_with_a_template_keeps_it_in_use_and_goes_with_the_rules_next_one_where_it_is_gone(
    work: Work, course_id
) -> None:
    await send_by_whatsapp(work, "whatsapp")
    await lead_with_phone(work, course_id, "Asha", email=False)
    row = await template(work, WHATSAPP)
    await add_template(work, replace(facts_of(row), campaign="lead_reminder_2", body="Come, {{1}}: {{2}}"))
    state = await find_rule(work, KEY)
    other = replace(state.settings, templates={**state.settings.templates, "whatsapp": "lead_reminder_2"})
    await change_rule(work, KEY, state.version, other, is_on=True)
    with pytest.raises(Conflict, match="Lead sequence: day 1"):
        await switch_template(work, row.id, False)
    await work.run("update whatsapp_templates set is_active = false where id = %(id)s", id=row.id)
    await later(work, days=1)
    await act(work)
    assert await work.value("select array_agg(template) from deliveries") == ["lead_reminder_2"]


def test_what_a_rule_says_it_fills_is_among_its_facts() -> None:
    rules = [rule for rule in RULES.values() if rule.act is None]
    assert [(rule.key, name) for rule in rules for name in filled_by(rule) if f"'{name}'" not in rule.facts] == []
