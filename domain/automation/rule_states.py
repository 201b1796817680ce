"""How a rule stands now: as the code has it, or as an admin has changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.automation.rule import Rule, RuleSettings
from domain.automation.rules import RULES
from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

READ = "select key, is_on, is_paused, settings, version, updated_at from automation_rules where key = any(%(keys)s)"

VERSION = "select is_on, settings from automation_rule_versions where key = %(key)s and version = %(version)s"


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


async def find_rule(work: Work, key: str) -> RuleState:
    """Return one rule as it stands, or raise NotFound."""
    if key not in RULES:
        raise NotFound(_("There is no such automation."))
    return (await read_states(work, [key]))[key]


async def read_version(work: Work, key: str, version: int) -> RuleState:
    """Return a rule as it stood in one of its versions, or raise NotFound."""
    row = await work.row(VERSION, key=key, version=version)
    if row is None or key not in RULES:
        raise NotFound(_("There is no such version."))
    return RuleState(RULES[key], row.is_on, False, settings_of(row.settings), version)


async def read_settings(work: Work, key: str, version: int) -> RuleSettings:
    """Return a rule's settings as they were in one of its versions. One that nobody has changed is as the code has it."""
    row = await work.row(VERSION, key=key, version=version)
    return settings_of(row.settings) if row else RULES[key].defaults


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
