"""Planning a campaign: one delivery for each confirmed recipient, written in chunks that survive a killed worker."""

from collections import Counter
from uuid import UUID

from domain.automation.running import StepRun, hold
from domain.campaigns.audience import REASON, audience_values
from domain.language import _
from domain.work import Row, Work

CHUNK = 5_000

# Locked, so that cancelling waits for the chunk and then finds all its deliveries.
CAMPAIGN = """
select c.id, c.course_id, c.state, c.planned_count, cardinality(c.recipients) as confirmed, o.title, o.summary, o.slug
  from lead_campaigns c join courses o on o.id = c.course_id where c.id = %(id)s for update of c
"""
# Judged once more: somebody may have unsubscribed or applied since. The key makes one delivery a person, whatever happens.
# Who has no name gets a subject of their own, and so goes in a group of their own: one e-mail has one subject.
PLAN = f"""
with chunk as (
  select u.person_id, u.place from lead_campaigns c,
    unnest(c.recipients[%(first)s:%(last)s]) with ordinality as u (person_id, place)
   where c.id = %(campaign_id)s
), judged as (
  select chunk.place, p.id as person_id, l.id as lead_id, p.email, p.name,
      nullif(split_part(btrim(p.name), ' ', 1), '') as first_name, {REASON} as reason
    from chunk join people p on p.id = chunk.person_id join imported_leads l on l.person_id = p.id
    left join email_suppressions s on s.email = p.email
), planned as (
  insert into deliveries (channel, kind, person_id, campaign_id, subject_id, to_address, to_name, template, params,
    group_key, idempotency_key, marketing, due_at, created_at)
  select 'email', 'cta', person_id, %(campaign_id)s, lead_id, email, name, 'cta',
    %(params)s::jsonb || jsonb_build_object('first_name', coalesce(first_name, %(nobody)s))
      || case when first_name is null then '{{"is_nameless": true}}' else '{{}}' end::jsonb,
    'campaign:' || %(campaign_id)s::uuid || case when first_name is null then ':nameless' else '' end,
    'cta:' || %(campaign_id)s::uuid || ':' || person_id, true, %(now)s, %(now)s
    from judged where reason is null order by place
  on conflict (idempotency_key) do nothing
)
select reason, count(*) as count from judged where reason is not null group by reason
"""
ADVANCE = """
update lead_campaigns set planned_count = %(planned)s, left_out = %(left_out)s where id = %(id)s
"""
PLANNED = """
update lead_campaigns c set recipients = '{}', state = case when exists (
    select from deliveries d where d.campaign_id = c.id and d.state in ('pending', 'retry', 'sending')
  ) then 'sending' else 'done' end,
  finished_at = case when exists (
    select from deliveries d where d.campaign_id = c.id and d.state in ('pending', 'retry', 'sending')
  ) then null else %(now)s::timestamptz end
 where c.id = %(id)s and c.state = 'planned'
"""


async def plan_campaign(run: StepRun) -> None:
    """Write the deliveries of the step's campaign, 5,000 a transaction. Running it again goes on where it stopped."""
    assert run.step.subject_id is not None
    is_left = True
    while is_left:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            is_left = await plan_chunk(work, run.step.subject_id)


async def plan_chunk(work: Work, campaign_id: UUID, size: int = CHUNK) -> bool:
    """Write the next deliveries of a campaign; return whether some are left to write."""
    campaign = await work.row(CAMPAIGN, id=campaign_id)
    if campaign is None or campaign.state != "planned":
        return False
    planned = min(campaign.planned_count + size, campaign.confirmed)
    if planned > campaign.planned_count:
        dropped = await _write(work, campaign, planned)
        left_out = await _left_out(work, campaign_id, dropped)
        await work.run(ADVANCE, id=campaign_id, planned=planned, left_out=left_out)
    is_left = bool(planned < campaign.confirmed)
    if not is_left:
        await work.run(PLANNED, id=campaign_id, now=work.now)
    work.nudge()
    for topic in (f"campaign:{campaign_id}", "deliveries"):
        work.signal(topic)
    return is_left


async def _write(work: Work, campaign: Row, last: int) -> Counter[str]:
    params = {
        "course_title": campaign.title,
        "course_summary": campaign.summary,
        "apply_path": f"/apply/{campaign.slug}",
    }
    rows = await work.rows(
        PLAN,
        **audience_values(work, campaign.id, campaign.course_id),
        first=campaign.planned_count + 1,
        last=last,
        params=params,
        nobody=_("there"),
        now=work.now,
    )
    return Counter({row.reason: row.count for row in rows})


async def _left_out(work: Work, campaign_id: UUID, dropped: Counter[str]) -> dict[str, int]:
    known = await work.value("select left_out from lead_campaigns where id = %(id)s", id=campaign_id)
    return dict(Counter(known or {}) + dropped)
