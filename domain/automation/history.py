"""The versions of a rule as its owner reads them: what is in each, what it changed, and what going back to it would."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.automation.overview import list_versions
from domain.automation.rule_states import RuleState, settings_of
from domain.automation.wording import Change, changes_between, facts_of
from domain.work import Row, Work


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``row`` says who made it and when, ``facts`` what is in it, ``changes`` what it changed from the one before.

    ``going_back`` is what going back to it would change now. Of the oldest that is shown no changes are known.
    """

    row: Row
    facts: Sequence[tuple[str, str]]
    changes: Sequence[Change]
    going_back: Sequence[Change]


async def read_history(work: Work, state: RuleState) -> list[Version]:
    """Return the versions of a rule, the last first: one round trip. A rule nobody has changed has none."""
    rows = await list_versions(work, state.key)
    states = [RuleState(state.rule, row.is_on, False, settings_of(row.settings), row.version) for row in rows]
    before: list[RuleState | None] = [*states[1:], None]
    return [
        Version(row, facts_of(one), changes_between(last, one) if last else (), changes_between(state, one))
        for row, one, last in zip(rows, states, before, strict=False)
    ]
