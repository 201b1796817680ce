"""What a campaign e-mail changes once it has left: its lead, and in the end its campaign."""

from collections.abc import Sequence
from uuid import UUID

from domain.work import Work

# Leads in the order of their ids, so that two workers never wait for each other's rows.
MARK_LEADS = """
with sent as (
  select d.person_id, d.campaign_id from deliveries d where d.id = any(%(ids)s) and d.campaign_id is not null
), leads as (
  select l.id from imported_leads l where l.person_id in (select person_id from sent) order by l.id for update
), marked as (
  update imported_leads l set emailed_at = %(now)s, status = case when l.status = 'new' then 'emailed' else l.status end
    from leads where l.id = leads.id
)
select distinct campaign_id from sent
"""
FINISH = """
update lead_campaigns c set state = 'done', finished_at = %(now)s
 where c.id = any(%(ids)s) and c.state = 'sending' and not exists (
   select from deliveries d where d.campaign_id = c.id and d.state in ('pending', 'retry', 'sending'))
"""


async def on_sent(work: Work, delivery_ids: Sequence[UUID]) -> None:
    """Mark the leads of these sent deliveries as e-mailed, and end the campaigns that have nothing left to send."""
    rows = await work.rows(MARK_LEADS, ids=list(delivery_ids), now=work.now)
    if not rows:
        return
    campaigns = [row.campaign_id for row in rows]
    await work.run(FINISH, ids=campaigns, now=work.now)
    for campaign_id in campaigns:
        work.signal(f"campaign:{campaign_id}")
    work.signal("leads")
