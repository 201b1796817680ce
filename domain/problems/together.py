"""Failures of one cause are told together, and mended with one press: only those that were counted, and each once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.automation.steering import retry_steps
from domain.dashboard.kinds import step_name
from domain.errors import Conflict, NotFound
from domain.language import _, ngettext
from domain.messaging.interventions import retry_deliveries
from domain.problems.conditions import COUNTED
from domain.problems.kinds import PROBLEMS, Problem
from domain.work import Work

MOST_CAUSES = 5
# As SQL: the causes of several rows each, those of most rows first.
CAUSES = """
(select coalesce(jsonb_agg(to_jsonb(c) order by c.count desc, c.kind, c.reason), '[]') from (
  select kind, reason, md5(kind || ':' || reason) as key, count(*) as count from (
    select {kind} as kind, {reason} as reason from {condition} and {which} limit {counted}) x
  where reason <> '' group by kind, reason having count(*) > 1 order by count(*) desc, kind, reason limit {most}) c)
"""
CHOSEN = """
select {id} as id, {reason} as reason from {condition} and {which} and md5({kind} || ':' || {reason}) = %(key)s
order by {since}, {id}
limit {counted}
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows of one problem that have one reason. ``kind`` is the channel of messages, or what steps are to do; ``key`` is
    both, short enough for a form."""

    key: str
    kind: str
    reason: str
    count: int


def causes_sql(problem: Problem) -> str:
    """Return SQL for the causes of a problem as jsonb, an empty list for one whose rows are mended one by one."""
    if not problem.kind:
        return "'[]'::jsonb"
    return CAUSES.format(**_parts(problem), counted=COUNTED, most=MOST_CAUSES)


def words_of(problem: Problem, cause: Cause) -> tuple[str, str, str]:
    """Return what a cause concerns, what its button says, and what is asked before."""
    if problem.key == "steps":
        return (
            step_name(cause.kind),
            _("Try all {count} again", count=cause.count),
            _("Try these {count} once more?", count=cause.count),
        )
    channel = {"email": _("E-mail"), "whatsapp": _("WhatsApp"), "call": _("Call")}[cause.kind]
    if cause.kind == "call":
        return (
            channel,
            _("Call all {count} again", count=cause.count),
            _("Call these {count} again?", count=cause.count),
        )
    return channel, _("Send all {count} again", count=cause.count), _("Send these {count} again?", count=cause.count)


async def mend_together(work: Work, problem_key: str, key: str, count: int) -> str:
    """Try again all that failed for the cause of this key, ``count`` at most; return what follows, in words.

    Raises NotFound for a problem that is not mended so, and Conflict when there is nothing of it any more, or more by now.
    """
    work.require_admin()
    problem = PROBLEMS.get(problem_key)
    if problem is None or problem_key not in AGAIN:
        raise NotFound(_("There is no such problem."))
    sql = CHOSEN.format(**_parts(problem), id=problem.id, since=problem.since, counted=COUNTED)
    rows = await work.rows(sql, key=key, now=work.now)
    if len(rows) > count:
        raise Conflict(_("There are {count} of them by now. Nothing was done; please look again.", count=len(rows)))
    done = await AGAIN[problem_key](work, [row.id for row in rows], rows[0].reason) if rows else 0
    if not done:
        raise Conflict(_("This has moved on meanwhile. Look at it again."))
    return ngettext("{count} is on its way again.", "{count} are on their way again.", done)


def _parts(problem: Problem) -> Mapping[str, str]:
    return {"kind": problem.kind, "reason": problem.reason, "condition": problem.condition, "which": problem.failed}


AGAIN: Mapping[str, Callable[[Work, Sequence[UUID], str], Awaitable[int]]] = {
    "failed": retry_deliveries,
    "steps": retry_steps,
}
