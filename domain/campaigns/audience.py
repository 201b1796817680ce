"""Who a campaign goes to, and who is left out and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.leads.filters import LeadFilter
from domain.leads.listing import FROM
from domain.work import Row, Work

REST = timedelta(hours=24)  # between two campaign e-mails to one person

# In the order in which they are told: the first that holds is the reason.
REASON = """
case when p.email is null then 'no_email'
     when s.email is not null then s.reason
     when p.id in (
       select a.person_id from cta_submissions a where a.course_id = %(course_id)s
       union all
       select e.person_id from enrolments e join batches b on b.id = e.batch_id where b.course_id = %(course_id)s
     ) then 'applied'
     when l.emailed_at > %(rested)s or p.id in (
       select d.person_id from deliveries d where d.state in ('pending', 'retry', 'sending', 'unknown')
          and d.campaign_id <> %(campaign_id)s and d.person_id is not null
       union all
       select d.person_id from broadcasts b join deliveries d on d.broadcast_id = b.id
        where b.is_marketing and b.channel = 'email' and (b.state = 'sending' or b.finished_at > %(rested)s)
          and d.person_id is not null and (d.state in ('pending', 'retry', 'sending', 'unknown') or d.sent_at > %(rested)s)
     ) then 'mailed'
end
"""
JUDGED = f"""
select l.id as lead_id, l.created_at, p.id as person_id, p.email, p.name, {REASON} as reason
  {FROM} left join email_suppressions s on s.email = p.email
"""
COUNT = f"select reason, count(*) as count from ({JUDGED} {{where}}) j group by reason"
FIRST = f"select * from ({JUDGED} {{where}}) j where reason is null order by created_at desc, lead_id limit 1"


@dataclass(frozen=True, slots=True)
class Audience:
    """How many get the e-mail, and how many do not, by reason. ``first`` is who gets it first."""

    count: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    first: Row | None = None

    @property
    def total(self) -> int:
        return self.count + sum(self.left_out.values())


def audience_values(work: Work, campaign_id: UUID, course_id: UUID) -> dict[str, Any]:
    """Return the values that REASON asks for."""
    return {"campaign_id": campaign_id, "course_id": course_id, "rested": work.now - REST}


async def find_audience(work: Work, wanted: LeadFilter, campaign_id: UUID, course_id: UUID) -> Audience:
    """Return exactly who would get the e-mail now, and who would not."""
    where, values = wanted.conditions()
    values |= audience_values(work, campaign_id, course_id)
    counts = {row.reason: row.count for row in await work.rows(COUNT.format(where=where), **values)}
    first = await work.row(FIRST.format(where=where), **values) if counts.get(None) else None
    return Audience(counts.pop(None, 0), counts, first)
