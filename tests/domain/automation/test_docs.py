"""The documentation names every rule, with the way it comes."""

from pathlib import Path

from domain.automation.rules import RULES
from domain.messaging.quiet_hours import AT_ONCE

TEXT = (Path(__file__).parents[3] / "docs/automations.md").read_text()
ROWS = {line.split("`")[1]: line for line in TEXT.splitlines() if line.startswith("| `")}


def test_every_rule_has_its_line_and_no_line_is_of_a_rule_that_is_gone():
    assert set(ROWS) == set(RULES)


def test_a_line_says_by_which_offset_and_whether_the_rule_is_on_as_the_rule_comes():
    for key, rule in RULES.items():
        _, _, when, _, _, is_on, _ = ROWS[key].split("|")
        assert is_on.strip().startswith("yes" if rule.is_on else "no"), key
        if rule.defaults.amount and not key.startswith("lead_"):
            unit = rule.defaults.unit.removesuffix("s")
            assert f"{rule.defaults.amount} {unit} {rule.direction}" in when.replace("s ", " "), key


def test_what_is_urgent_waits_for_no_quiet_hours() -> None:
    assert {key for key, rule in RULES.items() if rule.is_urgent} <= set(AT_ONCE)
