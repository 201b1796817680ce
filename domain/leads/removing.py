"""Deleting leads. A person who applied or has an account stays, since there is more to them than the lead."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.automation.planning import void_rules
from domain.automation.rules.lead_sequence import KEYS
from domain.language import _
from domain.leads.filters import LeadFilter
from domain.leads.listing import FROM
from domain.leads.tagging import check_count
from domain.work import Work

DELETE = f"""
with chosen as (select l.id {FROM} {{where}} order by l.id for update of l),
gone as (delete from imported_leads l using chosen where l.id = chosen.id returning l.person_id)
select (select array_agg(person_id) from gone) as people,
  (select array_agg(s.id) from lead_sequences s join chosen on s.lead_id = chosen.id) as sequences
"""
DELETE_PEOPLE = """
delete from people p where p.id = any(%(people)s)
   and not exists (select from profiles f where f.person_id = p.id)
   and not exists (select from cta_submissions a where a.person_id = p.id)
   and not exists (select from enrolments e where e.person_id = p.id)
   and not exists (select from payments m where m.person_id = p.id)
"""
FORGET_TAGS = """
delete from lead_tags t where not exists (select from imported_leads l where l.tags @> array[t.tag])
"""


async def void_sequences(work: Work, sequences: Sequence[UUID] | None) -> None:
    """Cancel what the sequences of deleted leads have planned: the person may stay."""
    if sequences:
        await void_rules(work, sequences, _("The lead was deleted."), rules=KEYS)


async def delete_leads(work: Work, wanted: LeadFilter, expected: int) -> int:
    """Delete the leads, and their people where nothing else is known of them; return how many leads.

    Raises Conflict when there are by now more or fewer than the ``expected`` ones that a person confirmed.
    """
    await check_count(work, wanted, expected)
    where, values = wanted.conditions()
    gone = await work.row(DELETE.format(where=where), **values)
    people = gone.people or [] if gone else []
    await void_sequences(work, gone.sequences if gone else None)
    kept = len(people) - await work.run(DELETE_PEOPLE, people=people)
    await work.run(FORGET_TAGS)
    await audit.record(work, "leads.deleted", "lead", count=len(people), people_kept=kept, filter=wanted.as_values())
    for topic in ("leads", "deliveries"):
        work.signal(topic)
    return len(people)
