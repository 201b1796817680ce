"""What a rule would do, before it is switched on: for one person, or for those whom an import brought or came upon."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.automation.judging import find_facts, pointless, unreachable
from domain.automation.messages import find_whatsapp_texts, waits_for_morning
from domain.automation.planning import PLACE
from domain.automation.rule_states import RuleState
from domain.automation.supposing import suppose
from domain.language import _
from domain.leads.filters import LeadFilter
from domain.messaging.outbox import Channel
from domain.people import search_people
from domain.work import Row, Work

PER_PAGE = 20
MOST = 1_000  # people who are looked at, and occasions that are judged
PEOPLE = f"""
select p.id as person_id, p.name, p.email, p.phone, count(*) over () as total from people p
where p.id = %(person_id)s or p.id in (select l.person_id from imported_leads l {{where}})
order by p.created_at desc, p.id limit {MOST}
"""
# As it would be planned now, past moments, too: they are what is asked about. What is planned already is what will happen.
OCCASIONS = f"""
with real as materialized (select o.person_id, o.subject_id, o.version from ({{real}}) o where o.person_id = any(%(people)s)),
would as materialized (select o.*, m.due_at as place from ({{would}}) o cross join lateral (select {PLACE} as due_at) m
  where o.person_id = any(%(people)s))
select gen_random_uuid() as id, o.person_id, o.subject_id, o.version, o.due_at, o.state, o.reason, count(*) over () as total,
  r.person_id is null as is_supposed, {{leaves}}
from (select o.*, s.state, s.reason, case when s.state = 'planned' then s.due_at else o.place end as due_at
    from would o left join automation_steps s on s.state <> 'cancelled'
      and s.dedupe_key = %(rule)s || ':' || o.subject_id || ':' || o.person_id || ':' || o.version) o
  join people p on p.id = o.person_id left join (select value from business_settings where key = 'quiet_hours') q on true
  left join real r on (r.person_id, r.subject_id, r.version) = (o.person_id, o.subject_id, o.version)
order by o.due_at < %(now)s, case when o.due_at >= %(now)s then o.due_at end, o.due_at desc, o.person_id limit {MOST}
"""
# When a message written at its moment would leave.
_LEAVES = """
after_quiet_hours(greatest(o.due_at, %(now)s), p.timezone, coalesce(%(quiet_from)s::time, (q.value -> '{channel}' ->> 0)::time),
  coalesce(%(quiet_until)s::time, (q.value -> '{channel}' ->> 1)::time)) as {channel}_leaves
"""
LEAVES = ", ".join(_LEAVES.format(channel=channel) for channel in ("email", "whatsapp", "call"))
COURSES = "select id, title from courses where is_published and archived_at is null order by created_at, id"
ASKED_FOR = """
select c.id from lead_imports i join courses c on c.id::text = i.options ->> 'sequence_course'
  and c.is_published and c.archived_at is null where i.id = %(id)s
"""
IMPORTS = """
select id, file_name, created_at from lead_imports where state in ('running', 'stopped', 'done')
order by created_at desc limit 20
"""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One occasion: who, when, and what would happen, in words. ``ways`` are the channels it would go by.

    ``later`` says of channels that wait for the end of quiet hours when that is. ``due_at`` is None where there is no occasion.
    ``happens`` says whether anything would.
    """

    person: Row
    due_at: datetime | None
    ways: Sequence[Channel] = ()
    reason: str = ""
    happens: bool = False
    later: Mapping[Channel, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foresight:
    """A page of occasions out of ``total``, and what all that were judged come to: how many would go, and why others not.

    ``supposed`` is the cause that was taken to come now for who had no occasion, or nothing; ``course`` what it is about.
    """

    occasions: Sequence[Foreseen]
    total: int
    page: int = 1
    judged: int = 0
    going: int = 0
    reasons: Sequence[tuple[str, int]] = ()
    supposed: str = ""
    course: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.judged // PER_PAGE))


async def foresee(
    work: Work,
    state: RuleState,
    *,
    person_id: UUID | None = None,
    import_id: UUID | None = None,
    course_id: UUID | None = None,
    page: int = 1,
) -> Foresight:
    """Return what the rule would do with its settings, for a person or for an import's leads. Nothing is written.

    Who has no occasion yet is judged as if its cause came now, about a course if one is given.
    """
    work.require_admin()
    where, values = LeadFilter(import_id=import_id).conditions() if import_id else ("where false", {})
    people = await work.rows(PEOPLE.format(where=where), person_id=person_id, **values)
    if not people:
        return Foresight((), 0)
    course = await _course(work, state, import_id, course_id)
    rule = suppose(state.rule, work.now, course.id if course else course_id)
    rows = await _occasions(work, state, rule.occasions, people)
    facts = {fact.id: fact for fact in await find_facts(work, replace(state, rule=rule), rows, at_their_moments=True)}
    names = {person.person_id: person for person in people}
    problem = (await find_whatsapp_texts(work, state)).problem
    found = [
        _foreseen(work, state, names[row.person_id], row, facts[row.id], problem) for row in rows if row.id in facts
    ]
    with_any = {row.person_id for row in rows}
    found += [Foreseen(one, None, reason=_(state.rule.otherwise)) for one in people if one.person_id not in with_any]
    total = people[0].total - len(people) + len(found) + (rows[0].total - len(rows) if rows else 0)
    supposed = state.rule.supposes if any(row.is_supposed for row in rows) else ""
    return _paged(found, total, page, supposed, course.title if course else "")


async def list_choices(work: Work, q: str) -> tuple[Sequence[Row], Sequence[Row], Sequence[Row]]:
    """Return whom may be asked about: people found by ``q``, and the last imports; and the courses it may be about."""
    work.require_admin()
    return await search_people(work, q), await work.rows(IMPORTS), await work.rows(COURSES)


async def _course(work: Work, state: RuleState, import_id: UUID | None, course_id: UUID | None) -> Row | None:
    """Return the course that is meant: the one given; of a lead sequence else that of the import, else the first there is."""
    if state.rule.supposes == "nothing":
        return None
    courses = {course.id: course for course in await work.rows(COURSES)}
    if course_id in courses or state.rule.supposes != "sequence":
        return courses.get(course_id)
    asked_for = await work.value(ASKED_FOR, id=import_id) if import_id else None
    return courses.get(asked_for) or next(iter(courses.values()), None)


async def _occasions(work: Work, state: RuleState, would: str, people: Sequence[Row]) -> Sequence[Row]:
    sql = OCCASIONS.format(real=state.rule.occasions, would=would, leaves=LEAVES)
    settings = state.settings
    quiet_from, quiet_until = settings.quiet_hours or (None, None)
    values: dict[str, Any] = {"amount": settings.amount * state.rule.sign, "unit": settings.unit, "now": work.now}
    values |= {"people": [one.person_id for one in people], "quiet_from": quiet_from, "quiet_until": quiet_until}
    return await work.rows(sql, rule=state.key, **values)


def _foreseen(work: Work, state: RuleState, person: Row, row: Row, fact: Row, problem: str) -> Foreseen:
    if row.state in ("done", "skipped", "failed"):
        words = {"done": _("It was done."), "skipped": _("It was left out."), "failed": _("It failed.")}
        return Foreseen(person, row.due_at, reason=" ".join(filter(None, (words[row.state], row.reason))))
    if row.due_at < work.now and row.state is None:
        return Foreseen(person, row.due_at, reason=_("Its moment is past: nothing would be sent."))
    moment = max(row.due_at, work.now)
    if reason := pointless(fact, moment):
        return Foreseen(person, row.due_at, reason=_("As things are: {reason}", reason=reason))
    obstacles = {one: unreachable(fact, one, state.rule) for one in state.settings.channels}
    if problem and not obstacles["whatsapp"]:
        obstacles["whatsapp"] = problem
    leaves = {one: getattr(row, f"{one}_leaves") for one in obstacles if waits_for_morning(state, one)}
    for channel, leaves_at in leaves.items():
        if fact.expires_at is not None and leaves_at > fact.expires_at:
            obstacles[channel] = obstacles[channel] or _("after the quiet hours it is of no use any more")
    ways = [channel for channel, obstacle in obstacles.items() if not obstacle]
    later = {channel: at for channel, at in leaves.items() if channel in ways and at > moment}
    is_act = state.rule.act is not None
    reasons = [_("It would be done.") if is_act else "", fact.waits_for if ways else "", *obstacles.values()]
    text = "; ".join(filter(None, reasons))
    return Foreseen(person, row.due_at, ways, text, happens=bool(ways) or is_act, later=later)


def _paged(found: Sequence[Foreseen], total: int, page: int, supposed: str, course: str) -> Foresight:
    left_out = Counter(one.reason for one in found if not one.happens)
    page = min(page, max(1, -(-len(found) // PER_PAGE)))
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    going = len(found) - left_out.total()
    return Foresight(shown, total, page, len(found), going, left_out.most_common(), supposed, course)
