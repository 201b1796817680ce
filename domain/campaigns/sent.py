"""What an e-mail to a lead changes once it has left: its lead, and in the end its campaign."""

from collections.abc import Sequence
from uuid import UUID

from domain.automation.rules.lead_sequence import KEYS as LEAD_RULES
from domain.work import Row, Work

# Leads in the order of their ids, so that two workers never wait for each other's rows.
MARK_LEADS = """
with sent as (
  select d.person_id, d.campaign_id from deliveries d where d.id = any(%(ids)s) and d.channel = 'email'
    and (d.campaign_id is not null or d.rule_key = any(%(rules)s))
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
    """Mark the leads of what campaigns and sequences have sent as e-mailed, and end the campaigns with nothing left to send."""
    rows = await work.rows(MARK_LEADS, ids=list(delivery_ids), rules=list(LEAD_RULES), now=work.now)
    if not rows:
        return
    if campaigns := [row.campaign_id for row in rows if row.campaign_id]:
        await work.run(FINISH, ids=campaigns, now=work.now)
    for campaign_id in campaigns:
        work.signal(f"campaign:{campaign_id}")
    work.signal("leads")


def is_to_lead(row: Row) -> bool:
    """Say whether a delivery, with its campaign_id and rule_key, is one that `on_sent` is told of."""
    return row.campaign_id is not None or row.rule_key in LEAD_RULES
