"""What each rule has done and has before it: the figures of the automations page, and the steps behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.automation.holding import Due, count_due
from domain.automation.leaves_at import LEAVES_AT, leaving_values
from domain.automation.rule_states import RuleState, find_rule, state_of
from domain.automation.rules import RULES
from domain.automation.unsendable import TEMPLATES, problems_of
from domain.work import Row, Work

PER_PAGE = 20
COUNTED = 10_000  # beyond, counting on would tell nobody more
VIEWS = ("planned", "done", "skipped", "failed")

# Nothing is counted that is not wanted: each figure reads at most so many entries of an index.
FIGURES = f"""
select k.key, r.is_on, coalesce(r.is_paused, false) as is_paused, r.settings, r.version, r.updated_at,
  r.key is not null as is_stored, p.planned, p.next_at, e.done_7, e.done_30, e.skipped_7, e.skipped_30, e.failed_7, e.failed_30,
  d.sent_7, d.sent_30, d.unsent_7, d.unsent_30
from unnest(%(keys)s::text[]) as k (key) left join automation_rules r on r.key = k.key
cross join lateral (
  select count(*) as planned, min(due_at) as next_at from (select due_at from automation_steps s
    where s.rule_key = k.key and s.state = 'planned' order by due_at limit {COUNTED}) x) p
cross join lateral (
  select count(*) filter (where state = 'done' and is_late) as done_7, count(*) filter (where state = 'done') as done_30,
    count(*) filter (where state = 'skipped' and is_late) as skipped_7, count(*) filter (where state = 'skipped') as skipped_30,
    count(*) filter (where state = 'failed' and is_late) as failed_7, count(*) filter (where state = 'failed') as failed_30
    from (select state, finished_at > %(now)s::timestamptz - interval '7 days' as is_late from automation_steps s
      where s.rule_key = k.key and s.finished_at > %(now)s::timestamptz - interval '30 days'
      order by s.finished_at desc limit {COUNTED}) x) e
cross join lateral (
  select count(*) filter (where state = 'sent' and is_late) as sent_7, count(*) filter (where state = 'sent') as sent_30,
    count(*) filter (where state in ('failed', 'unknown') and is_late) as unsent_7,
    count(*) filter (where state in ('failed', 'unknown')) as unsent_30
    from (select state, created_at > %(now)s::timestamptz - interval '7 days' as is_late from deliveries d
      where d.rule_key = k.key and d.created_at > %(now)s::timestamptz - interval '30 days'
      order by d.created_at desc limit {COUNTED}) x) d
"""
HOLDING = f"""
select (select value = 'true' from business_settings where key = 'automations_paused') as is_paused,
  (select value #>> '{{}}' from business_settings where key = 'automations_paused_why') as why,
  (select value = 'true' from business_settings where key = 'sending_paused') as is_sending_paused,
  (select value::int from business_settings where key = 'automatic_messages_an_hour') as an_hour,
  {TEMPLATES} as templates
"""
PLANNED = f"""
select t.id, t.state, t.reason, {LEAVES_AT} as due_at, t.finished_at, t.rule_version, t.person_id, p.name, p.email, p.phone,
  (select count(*) from (select from automation_steps x where x.rule_key = %(key)s and x.state = 'planned' limit {COUNTED}) c)
    as total
from automation_steps t join people p on p.id = t.person_id where t.rule_key = %(key)s and t.state = 'planned'
order by t.due_at, t.id limit {PER_PAGE} offset %(offset)s
"""
ENDED = f"""
select s.id, s.state, s.reason, s.due_at, s.finished_at, s.rule_version, s.person_id, p.name, p.email, p.phone,
  (select count(*) from (select from automation_steps x where x.rule_key = %(key)s and x.state = %(state)s
    and x.finished_at is not null limit {COUNTED}) c) as total
from automation_steps s join people p on p.id = s.person_id
where s.rule_key = %(key)s and s.state = %(state)s and s.finished_at is not null
order by s.finished_at desc, s.id limit {PER_PAGE} offset %(offset)s
"""
VERSIONS = """
select v.version, v.is_on, v.settings, v.changed_at, p.name as changed_by from automation_rule_versions v
left join people p on p.id = v.changed_by where v.key = %(key)s order by v.version desc limit 50
"""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """A rule, and how much it has done in 7 and in 30 days. ``found`` has the columns of FIGURES.

    ``problem`` says why it cannot send by WhatsApp, if so.
    """

    state: RuleState
    found: Row
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All rules, whether they are held back as a whole and why, and how many messages they may write in an hour.

    ``due`` is what would be done at once if they went on, where they are held back.
    """

    rules: Sequence[RuleFigures]
    holding: Row
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class StepsPage:
    """One page of a rule's steps in one state."""

    rows: Sequence[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def read_overview(work: Work, key: str | None = None) -> Overview:
    """Return all rules with their figures, or the one: two round trips, and one more while they are held back."""
    work.require_admin()
    if key:
        await find_rule(work, key)
    keys = [key] if key else list(RULES)
    rows = {row.key: row for row in await work.rows(FIGURES, keys=keys, now=work.now)}
    holding = await work.row(HOLDING)
    assert holding is not None
    states = {one: _state(rows[one]) for one in keys}
    due = await count_due(work) if holding.is_paused else None
    problems = dict(problems_of(states.values(), holding.templates))
    return Overview([RuleFigures(states[one], rows[one], problems.get(one, "")) for one in keys], holding, due)


async def list_steps(work: Work, key: str, view: str, page: int = 1) -> StepsPage:
    """Return one page of a rule's steps: what is planned, next first, or what has ended so, last first."""
    work.require_admin()
    values: dict[str, Any] = {"key": key, "offset": (page - 1) * PER_PAGE}
    is_planned = view not in VIEWS or view == "planned"
    if is_planned:
        rows = await work.rows(PLANNED, **values, **leaving_values())
    else:
        rows = await work.rows(ENDED, **values, state=view)
    return StepsPage(rows, rows[0].total if rows else 0, page)


async def list_versions(work: Work, key: str) -> Sequence[Row]:
    """Return the versions of a rule, the last first; a rule nobody has changed has none."""
    work.require_admin()
    return await work.rows(VERSIONS, key=key)


def _state(row: Row) -> RuleState:
    return state_of(RULES[row.key], row if row.is_stored else None)
