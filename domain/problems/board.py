"""The board: every problem with its rows, a few of each, in one round trip; and all rows of one problem, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.problems import standing
from domain.problems.concern import Concern
from domain.problems.conditions import COUNTED, count
from domain.problems.kinds import PROBLEMS, Problem
from domain.problems.rows import ProblemRow, row_of
from domain.problems.together import Cause, causes_sql
from domain.work import Work

SHOWN = 10  # of each problem on the board
PER_PAGE = 20

# The newest first, so that what happens now is seen although there is much of it.
# A first page that is not full has said how many there are.
ROWS = """
(select jsonb_build_array({causes}, case when %(skip)s::int = 0 and count(*) < %(most)s then count(*) else {count} end,
    coalesce(jsonb_agg(to_jsonb(r) order by r.since desc, r.id), '[]'))
  from (select {id} as id, {since} as since, {facts} as facts from {condition} order by 2 desc, 1
    limit %(most)s offset %(skip)s) r)
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One problem: how many there are, some of them, and which causes several of them have."""

    problem: Problem
    count: int
    rows: Sequence[ProblemRow]
    causes: Sequence[Cause] = ()

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return f"{COUNTED - 1}+" if self.count == COUNTED else str(self.count)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PER_PAGE))


@dataclass(frozen=True, slots=True)
class Board:
    """What stands still, and the problems there are; those that are not are left out."""

    standing: Sequence[Concern]
    groups: Sequence[Group]

    @property
    def total(self) -> int:
        return sum(concern.count or 1 for concern in self.standing) + sum(group.count for group in self.groups)


async def read_board(work: Work, worker_age: float | None) -> Board:
    """Return the whole board in one round trip. ``worker_age``: seconds since a worker was seen, None for never."""
    work.require_admin()
    found = await work.row(_statement(list(PROBLEMS.values())), now=work.now, most=SHOWN, skip=0)
    assert found is not None
    groups = [_group(problem, found.problems[key]) for key, problem in PROBLEMS.items()]
    still = standing.read_standing(found.standing, work.now, worker_age)
    return Board(still, [group for group in groups if group.count])


async def read_problem(work: Work, problem: Problem, page: int = 1) -> Group:
    """Return a page of one problem's rows in one round trip."""
    work.require_admin()
    found = await work.row(_statement([problem]), now=work.now, most=PER_PAGE, skip=(page - 1) * PER_PAGE)
    assert found is not None
    return _group(problem, found.problems[problem.key])


def _statement(problems: Sequence[Problem]) -> str:
    parts = [f"'{one.key}', {_rows(one)}" for one in problems]
    return f"select ({standing.SQL}) as standing, jsonb_build_object({', '.join(parts)}) as problems"


def _rows(one: Problem) -> str:
    values = {"id": one.id, "since": one.since, "facts": one.facts, "condition": one.condition}
    return ROWS.format(count=count(one.condition), causes=causes_sql(one), **values)


def _group(problem: Problem, found: Sequence[Any]) -> Group:
    causes: Sequence[Mapping[str, Any]] = found[0]
    rows: Sequence[Mapping[str, Any]] = found[2]
    return Group(problem, found[1], [row_of(problem.key, row) for row in rows], [Cause(**one) for one in causes])
