"""How far campaigns are: counted from their deliveries and what the provider reports of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20

CAMPAIGN = """
select c.id, c.name, c.state, c.course_id, c.import_id, c.filter, c.recipient_count, c.planned_count, c.left_out,
  c.created_at, c.finished_at, o.title as course, i.file_name, p.name as creator
  from lead_campaigns c join courses o on o.id = c.course_id
  left join lead_imports i on i.id = c.import_id left join people p on p.id = c.created_by
"""
PROGRESS = """
select count(*) as written,
  count(*) filter (where d.state in ('pending', 'retry')) as waiting,
  count(*) filter (where d.state = 'sending') as sending,
  count(*) filter (where d.state = 'sent') as sent,
  count(*) filter (where d.state = 'failed') as failed,
  count(*) filter (where d.state = 'unknown') as unknown,
  count(*) filter (where d.state = 'cancelled') as cancelled,
  count(*) filter (where g.delivered_at is not null) as delivered,
  count(*) filter (where g.opened_at is not null) as opened,
  count(*) filter (where g.clicked_at is not null) as clicked,
  count(*) filter (where g.state in ('bounced', 'dropped', 'blocked')) as bounced,
  count(*) filter (where g.state in ('unsubscribed', 'spam')) as unsubscribed,
  (select count(distinct a.person_id) from cta_submissions a where a.campaign_id = %(id)s) as applied
  from deliveries d left join email_logs g on g.delivery_id = d.id
 where d.campaign_id = %(id)s
"""
LIST = f"""
select c.*, n.sent, n.waiting, t.total from (select count(*) as total from lead_campaigns) t
  left join (select * from ({CAMPAIGN}) c order by created_at desc, id limit %(most)s offset %(offset)s) c on true
  left join lateral (
    select count(*) filter (where d.state = 'sent') as sent,
      count(*) filter (where d.state in ('pending', 'retry', 'sending')) as waiting
      from deliveries d where d.campaign_id = c.id
  ) n on true
 order by c.created_at desc, c.id
"""


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One page of the list of campaigns."""

    rows: Sequence[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def list_campaigns(work: Work, page: int = 1, per_page: int = PER_PAGE) -> CampaignPage:
    """Return one page of the campaigns, newest first, each with what has been sent."""
    rows = await work.rows(LIST, most=per_page, offset=(page - 1) * per_page)
    return CampaignPage([row for row in rows if row.id is not None], rows[0].total, page)


async def find_campaign(work: Work, campaign_id: UUID) -> Row:
    """Return a campaign, or raise NotFound."""
    row = await work.row(f"{CAMPAIGN} where c.id = %(id)s", id=campaign_id)
    if row is None:
        raise NotFound(_("This campaign does not exist."))
    return row


async def count_progress(work: Work, campaign_id: UUID) -> Row:
    """Return the counts of a campaign's deliveries by what became of them."""
    row = await work.row(PROGRESS, id=campaign_id)
    assert row is not None
    return row
