"""One application as the reviewer reads it: what was typed, who decided, and what we know of the person already."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.enrolments import enrolments_of
from domain.errors import NotFound
from domain.language import _
from domain.payments.listing import payments_of
from domain.work import Row, Work

APPLICATION = """
select a.id, a.person_id, a.course_id, a.batch_id, a.name, a.email, a.phone, a.city, a.motivation, a.consent_email,
  a.consent_whatsapp, a.status, a.version, a.decided_at, a.decided_by, a.decision_reason, a.submitted_at, a.updated_at,
  c.title as course, b.name as batch, coalesce(d.name, '') as decider, h.email as known_email, h.phone as known_phone,
  p.role, p.is_active, l.status as lead_status, l.source as lead_source, l.created_at as lead_since,
  i.file_name as import_name, i.id as import_id, l.person_id as lead_person_id, k.name as campaign,
  exists (select from payments m left join enrolments e on e.id = m.enrolment_id left join batches o on o.id = e.batch_id
    left join cta_submissions s on s.id = m.application_id where m.person_id = a.person_id and m.cancelled_at is null
      and coalesce(o.course_id, s.course_id) = a.course_id) as is_asked
from cta_submissions a
join courses c on c.id = a.course_id
join people h on h.id = a.person_id
left join batches b on b.id = a.batch_id
left join people d on d.id = a.decided_by
left join profiles p on p.person_id = a.person_id
left join imported_leads l on l.id = a.lead_id
left join lead_imports i on i.id = l.import_id
left join lead_campaigns k on k.id = a.campaign_id
where a.id = %(id)s
"""
# Batches of the course that are not over; one that is closed to visitors an admin may still choose.
BATCHES = """
select b.id, b.name, b.starts_on, b.is_open, b.capacity, coalesce(b.price_paise, c.price_paise) as price_paise,
  coalesce(b.instalments, c.instalments) as instalments, c.instalment_every, c.instalment_unit,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as taken
from batches b join courses c on c.id = b.course_id
where b.course_id = %(course_id)s and (b.archived_at is null or b.id = %(batch_id)s)
  and (b.ends_on is null or b.ends_on >= (%(now)s at time zone b.timezone)::date or b.id = %(batch_id)s)
order by b.is_open desc, b.starts_on nulls last, b.name
"""
EARLIER = """
select a.id, a.status, a.submitted_at, c.title as course from cta_submissions a join courses c on c.id = a.course_id
where a.person_id = %(person_id)s and a.id <> %(id)s order by a.submitted_at desc limit 20
"""
EMAILS = """
select d.id, d.kind, d.channel, coalesce(l.subject, left(w.body, 120), left(c.summary, 120), '') as subject,
  case when d.state = 'sent' then coalesce(l.state, w.state, c.state, d.state) else coalesce(l.state, d.state) end as state,
  coalesce(nullif(d.reason, ''), w.reason, c.reason, '') as reason, d.to_address, coalesce(d.sent_at, d.due_at) as at
from deliveries d left join email_logs l on l.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
left join call_logs c on c.delivery_id = d.id
where d.person_id = %(person_id)s order by d.created_at desc, d.id limit 20
"""


@dataclass(frozen=True, slots=True)
class Application:
    """An application with the batches it can go into and the person's history."""

    facts: Row
    batches: Sequence[Row]
    earlier: Sequence[Row]
    emails: Sequence[Row]
    enrolments: Sequence[Row]
    payments: Sequence[Row]

    @property
    def is_open(self) -> bool:
        return bool(self.facts.status == "new")


async def show_application(work: Work, application_id: UUID) -> Application:
    """Return an application with the person's history."""
    facts = await work.row(APPLICATION, id=application_id)
    if facts is None:
        raise NotFound(_("This application does not exist any more."))
    person_id = facts.person_id
    return Application(
        facts=facts,
        batches=await work.rows(BATCHES, course_id=facts.course_id, batch_id=facts.batch_id, now=work.now),
        earlier=await work.rows(EARLIER, person_id=person_id, id=application_id),
        emails=await emails_of(work, person_id),
        enrolments=await enrolments_of(work, person_id),
        payments=await payments_of(work, person_id),
    )


async def emails_of(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return the last e-mails, messages and calls to a person, each with where it stands."""
    return await work.rows(EMAILS, person_id=person_id)
