"""What a rule would do, before it is switched on: for one person, or for those who came in with an import."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.automation.judging import find_facts, pointless, unreachable
from domain.automation.messages import find_whatsapp_texts
from domain.automation.planning import PLACE
from domain.automation.rule_states import RuleState
from domain.language import _
from domain.people import search_people
from domain.work import Row, Work

MOST = 20
# As it would be planned now, past moments, too: they are what is asked about. What is planned already is what will happen.
OCCASIONS = f"""
select gen_random_uuid() as id, o.person_id, o.subject_id, o.version, m.due_at, p.name, p.email, p.phone,
  count(*) over () as total
from ({{occasions}}) o cross join lateral (select {PLACE} as due_at) m join people p on p.id = o.person_id
where {{which}} order by m.due_at desc, o.person_id limit {MOST}
"""
OF_IMPORT = "o.person_id in (select l.person_id from imported_leads l where l.import_id = %(import_id)s)"
OF_PERSON = "o.person_id = %(person_id)s"
# Of a cause that has not come nothing is known but the person.
NO_FACTS = "select w.id, null::text as reason, '{}'::jsonb as params, null::timestamptz as expires_at from w"

IMPORTS = """
select id, file_name, created_at from lead_imports where state in ('running', 'stopped', 'done')
order by created_at desc limit 20
"""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One occasion: who, when, and what would happen, in words. ``ways`` are the channels it would go by."""

    person: Row
    due_at: datetime
    ways: Sequence[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """The first occasions of a choice, and how many there are. ``is_begun_now``: as if its cause came now."""

    occasions: Sequence[Foreseen]
    total: int
    is_begun_now: bool = False


async def foresee(
    work: Work, state: RuleState, *, person_id: UUID | None = None, import_id: UUID | None = None
) -> Foresight:
    """Return what the rule would do with its settings, for a person or for an import's leads. Nothing is written."""
    work.require_admin()
    which = OF_PERSON if person_id else OF_IMPORT
    rule = state.rule
    rows = await _occasions(work, state, rule.occasions, which, person_id, import_id)
    is_begun_now = not rows and bool(rule.would)
    if is_begun_now:
        rows = await _occasions(work, state, rule.would, which, person_id, import_id)
        state = replace(state, rule=replace(rule, facts=NO_FACTS))
    if not rows:
        return Foresight((), 0, is_begun_now)
    facts = {fact.id: fact for fact in await find_facts(work, state, rows, at_their_moments=True)}
    problem = (await find_whatsapp_texts(work, state)).problem
    found = [_foreseen(work, state, row, facts[row.id], problem) for row in rows if row.id in facts]
    return Foresight(found, rows[0].total, is_begun_now)


async def list_choices(work: Work, q: str) -> tuple[Sequence[Row], Sequence[Row]]:
    """Return whom may be asked about: people found by ``q``, and the last imports."""
    work.require_admin()
    return await search_people(work, q), await work.rows(IMPORTS)


async def _occasions(
    work: Work, state: RuleState, occasions: str, which: str, person_id: UUID | None, import_id: UUID | None
) -> Sequence[Row]:
    sql = OCCASIONS.format(occasions=occasions, which=which)
    settings = state.settings
    values = {"amount": settings.amount * state.rule.sign, "unit": settings.unit, "now": work.now}
    return await work.rows(sql, person_id=person_id, import_id=import_id, **values)


def _foreseen(work: Work, state: RuleState, row: Row, fact: Row, problem: str) -> Foreseen:
    if row.due_at < work.now:
        return Foreseen(row, row.due_at, (), _("Its moment is past: nothing would be sent."))
    if reason := pointless(fact, work.now):
        return Foreseen(row, row.due_at, (), _("As things are: {reason}", reason=reason))
    if state.rule.act is not None:
        return Foreseen(row, row.due_at, (), _("It would be done."))
    obstacles = {one: unreachable(fact, one, state.rule) for one in state.settings.channels}
    if problem and not obstacles["whatsapp"]:
        obstacles["whatsapp"] = problem
    ways = [channel for channel, obstacle in obstacles.items() if not obstacle]
    reasons = [fact.waits_for, *obstacles.values()] if ways else list(obstacles.values())
    return Foreseen(row, row.due_at, ways, "; ".join(filter(None, reasons)))
