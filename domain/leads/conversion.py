"""What came of an import's leads, or of a campaign's e-mails: people at each step from the message on, and their money."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.automation.rules.lead_sequence import KEYS
from domain.leads.filters import LeadFilter
from domain.work import Row, Work

# What the funnel needs of messages (id, person_id, state) and of applications (id, person_id, status).
FUNNEL = """
people_written_to as (
  select m.person_id, bool_or(m.state = 'sent') as sent,
    bool_or(coalesce(g.delivered_at, w.delivered_at) is not null) as delivered,
    bool_or(coalesce(g.opened_at, w.read_at) is not null) as opened,
    bool_or(coalesce(g.clicked_at, w.clicked_at) is not null) as clicked
  from messages m left join email_logs g on g.delivery_id = m.id left join whatsapp_logs w on w.delivery_id = m.id
  group by m.person_id
), enrolled as (
  select e.id, e.person_id from enrolments e join applications a on a.id = e.application_id where e.state <> 'withdrawn'
), funnel as (
  select count(*) filter (where sent) as sent, count(*) filter (where delivered) as delivered,
    count(*) filter (where opened) as opened, count(*) filter (where clicked) as clicked,
    (select count(distinct person_id) from applications) as applied,
    (select count(distinct person_id) from applications where status = 'approved') as approved,
    (select count(distinct person_id) from enrolled) as enrolled,
    (select coalesce(sum(p.paid_paise - p.refunded_paise), 0)::bigint from payments p
      where p.enrolment_id in (select id from enrolled) or p.application_id in (select id from applications)) as revenue_paise
  from people_written_to
)
"""
# Of the import's leads: the messages of campaigns and lead sequences, and the applications, since it was started.
OF_IMPORT = f"""
with since as (select coalesce(started_at, created_at) as at from lead_imports where id = %(import_id)s
), leads as materialized (
  select l.id, l.person_id from imported_leads l {{where}}
), messages as (
  select d.id, d.person_id, d.state from leads join deliveries d on d.person_id = leads.person_id
   where (d.campaign_id is not null or d.rule_key = any(%(rules)s))
     and d.created_at >= (select at from since)
), applications as (
  select a.id, a.person_id, a.status from cta_submissions a where a.submitted_at >= (select at from since)
    and (a.lead_id in (select id from leads) or a.person_id in (select person_id from leads))
), {FUNNEL}, sequences as materialized (
  select s.id, s.stopped_at, s.stop_reason from lead_sequences s where s.lead_id in (select id from leads)
)
select f.*, (select count(*) from leads) as leads, (select count(*) from sequences) as begun,
  (select count(*) filter (where stopped_at is null and id in (
    select subject_id from automation_steps where rule_key = any(%(rules)s) and state = 'planned')) from sequences) as running,
  (select jsonb_object_agg(stop_reason, count) from (
    select stop_reason, count(*) from sequences where stopped_at is not null group by 1) r) as stopped,
  (select jsonb_object_agg(rule_key, count) from (
    select d.rule_key, count(*) from deliveries d join sequences s on s.id = d.subject_id
     where d.rule_key = any(%(rules)s) and d.state = 'sent' group by 1) k) as sent_by_rule,
  (select count(distinct a.person_id) from cta_submissions a where a.sequence_id in (select id from sequences)) as led_to
from funnel f
"""
OF_CAMPAIGN = f"""
with messages as (select d.id, d.person_id, d.state from deliveries d where d.campaign_id = %(campaign_id)s
), applications as (select a.id, a.person_id, a.status from cta_submissions a where a.campaign_id = %(campaign_id)s
), {FUNNEL}
select f.*, (select count(*) from people_written_to) as leads from funnel f
"""


@dataclass(frozen=True, slots=True)
class SequenceFigures:
    """What came of the lead sequences of an import's leads. ``stopped`` are counts by reason, ``sent`` messages by rule."""

    begun: int = 0
    running: int = 0
    led_to: int = 0
    stopped: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A funnel: people at each step out of ``leads``, and the money they have paid, less what was given back."""

    leads: int
    sent: int
    delivered: int
    opened: int
    clicked: int
    applied: int
    approved: int
    enrolled: int
    revenue_paise: int
    sequences: SequenceFigures = field(default_factory=SequenceFigures)


async def find_import_conversion(work: Work, import_id: UUID) -> Conversion:
    """Return what came of an import's leads since it was started: one round trip."""
    work.require_admin()
    where, values = LeadFilter(import_id=import_id).conditions()
    row = await work.row(OF_IMPORT.format(where=where), **values, rules=list(KEYS))
    assert row is not None
    sequences = SequenceFigures(row.begun, row.running, row.led_to, row.stopped or {}, row.sent_by_rule or {})
    return Conversion(**_funnel(row), sequences=sequences)


async def find_campaign_conversion(work: Work, campaign_id: UUID) -> Conversion:
    """Return what came of a campaign's e-mails: one round trip."""
    work.require_admin()
    row = await work.row(OF_CAMPAIGN, campaign_id=campaign_id)
    assert row is not None
    return Conversion(**_funnel(row))


def _funnel(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Conversion.__slots__ if name != "sequences"}
