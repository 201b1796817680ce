"""What an owner reads of a rule's versions: what is in each, what it changed, and what going back would change."""

from dataclasses import replace

from domain.automation.changing import change_rule, restore_version
from domain.automation.history import read_history
from domain.automation.rule_states import find_rule
from domain.dashboard.activity import list_activity
from domain.work import Work

KEY = "session_reminder_24h"


async def test_each_version_says_what_it_changed_and_what_going_back_to_it_would(work: Work) -> None:
    settings = (await find_rule(work, KEY)).settings
    assert await read_history(work, await find_rule(work, KEY)) == []
    without = replace(settings, channels=("email",), quiet_hours=("21:00", "08:00"))
    await change_rule(work, KEY, 1, without, is_on=True)
    await change_rule(work, KEY, 2, replace(without, amount=30), is_on=False)
    third, second, first = await read_history(work, await find_rule(work, KEY))
    assert [str(change) for change in third.changes] == [
        "State: On → Off",
        "When: 24 hours before the class begins → 30 hours before the class begins",
    ]
    assert [str(change) for change in second.changes] == [
        "By: E-mail, WhatsApp → E-mail",
        "Quiet hours: Those of the business → 21:00 to 08:00, its own",
    ]
    assert (first.changes, third.going_back) == ((), [])
    assert dict(first.facts)["By"] == "E-mail, WhatsApp"
    await restore_version(work, KEY, 3, 1)
    assert "WhatsApp template: – → Class tomorrow" in [str(change) for change in first.going_back]
    undone = [(change.what, change.now) for change in (await read_history(work, await find_rule(work, KEY)))[0].changes]
    assert undone == [(change.what, change.now) for change in first.going_back]


async def test_the_activity_says_what_was_changed_of_an_automation(work: Work) -> None:
    settings = (await find_rule(work, KEY)).settings
    await change_rule(work, KEY, 1, replace(settings, amount=30), is_on=True)
    event = (await list_activity(work))[0]
    assert event.text.startswith(
        "Class reminder: a day before, When: 24 hours before the class begins → 30 hours before the class begins · by"
    )
