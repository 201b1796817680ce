"""Starting a campaign, after a person has seen exactly how many it goes to; and stopping what has not left."""

from dataclasses import dataclass
from uuid import UUID

from domain import audit
from domain.automation.steps import cancel_steps, plan_step
from domain.campaigns.audience import JUDGED, audience_values, find_audience
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _, ngettext
from domain.leads.filters import LeadFilter
from domain.work import Row, Work

# Who was confirmed is written down in the statement that counts them: whoever comes later is not written to.
INSERT = f"""
with judged as (select * from ({JUDGED} {{where}}) j),
audience as (
  select coalesce(array_agg(person_id order by created_at desc, lead_id) filter (where reason is null), '{{{{}}}}') as people
    from judged
), left_out as (
  select coalesce(jsonb_object_agg(reason, count), '{{{{}}}}') as by_reason
    from (select reason, count(*) from judged where reason is not null group by reason) r
)
insert into lead_campaigns (id, name, course_id, import_id, filter, recipients, recipient_count, left_out, created_by, created_at)
select %(campaign_id)s, %(name)s, %(course_id)s, %(of_import)s, %(filter)s, people, cardinality(people), by_reason,
  %(created_by)s, %(now)s
  from audience, left_out where cardinality(people) = %(expected)s
on conflict (id) do nothing returning id
"""
EXISTS = "select true from lead_campaigns where id = %(id)s"
COURSES = "select id, title, slug, summary from courses where is_published and archived_at is null order by created_at"
STOP = """
update lead_campaigns set state = 'cancelled', finished_at = %(now)s, recipients = '{}'
 where id = %(id)s and state in ('planned', 'sending') returning name
"""
CANCEL_WAITING = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where campaign_id = %(id)s and state in ('pending', 'retry')
"""


class CountChanged(Conflict):
    """There are by now more or fewer recipients than a person confirmed."""


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What was confirmed. ``id`` was made with the question, so that one question makes one campaign."""

    id: UUID
    name: str
    course_id: UUID
    wanted: LeadFilter
    expected: int


async def list_courses(work: Work) -> list[Row]:
    """Return the courses people can apply for."""
    return list(await work.rows(COURSES))


async def start_campaign(work: Work, campaign: NewCampaign) -> bool:
    """Write the campaign down and plan its e-mails; return False when this question was answered before.

    Raises CountChanged when there are other recipients by now, InvalidInput when there is none or no such course.
    """
    if await work.value(EXISTS, id=campaign.id):
        return False
    if campaign.course_id not in [course.id for course in await list_courses(work)]:
        raise InvalidInput({"course": _("Please choose a course that is open for applications.")})
    if campaign.expected < 1:
        raise InvalidInput({"": _("Nobody is left to write to.")})
    if not await _insert(work, campaign):
        return await _not_inserted(work, campaign)
    await plan_step(work, "plan_campaign", campaign.id, key=f"plan_campaign:{campaign.id}")
    await audit.record(
        work,
        "campaign.started",
        "campaign",
        campaign.id,
        campaign.name,
        recipients=campaign.expected,
        filter=campaign.wanted.as_values(),
    )
    work.signal("campaigns")
    return True


async def _insert(work: Work, campaign: NewCampaign) -> bool:
    where, values = campaign.wanted.conditions()
    values |= audience_values(work, campaign.id, campaign.course_id)
    values |= {"name": campaign.name, "of_import": campaign.wanted.import_id, "expected": campaign.expected}
    values |= {"filter": campaign.wanted.as_values(), "created_by": work.identity.person_id, "now": work.now}
    return bool(await work.value(INSERT.format(where=where), **values))


async def _not_inserted(work: Work, campaign: NewCampaign) -> bool:
    if await work.value(EXISTS, id=campaign.id):  # pressed twice at the same moment
        return False
    audience = await find_audience(work, campaign.wanted, campaign.id, campaign.course_id)
    raise CountChanged(
        ngettext("It would go to {count} person now", "It would go to {count} people now", audience.count)
        + " "
        + _("and not to {expected} any more. Nothing was sent; please look again.", expected=campaign.expected)
    )


async def cancel_campaign(work: Work, campaign_id: UUID) -> int:
    """Cancel every e-mail of the campaign that has not left, and return how many; what is leaving right now leaves.

    Raises Conflict when the campaign has ended.
    """
    name = await work.value(STOP, id=campaign_id, now=work.now)
    if name is None:
        if await work.value(EXISTS, id=campaign_id):
            raise Conflict(_("This campaign has ended already."))
        raise NotFound(_("This campaign does not exist."))
    reason = _("The campaign was cancelled.")
    await cancel_steps(work, campaign_id, reason)
    cancelled = await work.run(CANCEL_WAITING, id=campaign_id, reason=reason)
    await audit.record(work, "campaign.cancelled", "campaign", campaign_id, name, deliveries=cancelled)
    for topic in (f"campaign:{campaign_id}", "campaigns", "deliveries"):
        work.signal(topic)
    return cancelled
