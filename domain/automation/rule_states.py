"""How a rule stands now: as the code has it, or as an admin has changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.automation.rule import Rule, RuleSettings
from domain.automation.rules import RULES
from domain.work import Row, Work

READ = "select key, is_on, is_paused, settings, version, updated_at from automation_rules where key = any(%(keys)s)"


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule with its settings. ``version`` 1 is as the code has it."""

    rule: Rule
    is_on: bool
    is_paused: bool
    settings: RuleSettings
    version: int

    @property
    def key(self) -> str:
        return self.rule.key


async def read_states(work: Work, keys: Sequence[str] = ()) -> dict[str, RuleState]:
    """Return these rules, or all, as they stand: one round trip."""
    wanted = list(keys or RULES)
    changed = {row.key: row for row in await work.rows(READ, keys=wanted)}
    return {key: state_of(RULES[key], changed.get(key)) for key in wanted}


def state_of(rule: Rule, row: Row | None) -> RuleState:
    """Return how a rule stands, from its row in automation_rules if it has one."""
    if row is None:
        return RuleState(rule, rule.is_on, False, rule.defaults, 1)
    return RuleState(rule, row.is_on, row.is_paused, settings_of(row.settings), row.version)


def settings_of(values: Mapping[str, Any]) -> RuleSettings:
    """Return settings as they were stored."""
    quiet = values.get("quiet_hours")
    return RuleSettings(
        amount=values["amount"],
        unit=values["unit"],
        channels=tuple(values["channels"]),
        templates=dict(values["templates"]),
        quiet_hours=(quiet[0], quiet[1]) if quiet else None,
    )
