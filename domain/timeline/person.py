"""Who somebody is and where they stand: the head of their page, in one round trip."""

from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

PERSON = """
select h.id, h.name, h.email, h.phone, h.city, h.timezone, h.created_at, h.consent_email, h.consent_whatsapp,
  h.automations_stopped_at, p.role, p.is_active, p.created_at as account_since,
  p.password_hash is null or p.must_change_password as is_new, l.id as lead_id, l.status as lead_status, l.tags, l.notes,
  s.reason as email_suppressed, (select n.reason from phone_suppressions n where n.phone = h.phone
    and (n.expires_at is null or n.expires_at > %(now)s) order by n.channel limit 1) as phone_suppressed,
  (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'course', a.title, 'status', a.status) order by a.submitted_at desc),
    '[]') from (select a.id, a.status, a.submitted_at, c.title from cta_submissions a join courses c on c.id = a.course_id
      where a.person_id = h.id order by a.submitted_at desc limit 5) a) as applications,
  (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'course', c.title, 'batch', b.name, 'state', e.state)
      order by e.enrolled_at desc), '[]') from enrolments e join batches b on b.id = e.batch_id
      join courses c on c.id = b.course_id where e.person_id = h.id) as enrolments,
  (select jsonb_build_object('count', count(*), 'asked', coalesce(sum(y.amount_paise) filter (where y.cancelled_at is null), 0),
      'paid', coalesce(sum(y.paid_paise - y.refunded_paise), 0)) from payments y where y.person_id = h.id) as payments
from people h left join profiles p on p.person_id = h.id left join imported_leads l on l.person_id = h.id
  left join email_suppressions s on s.email = h.email
where h.id = %(id)s
"""
IS_THEIRS = """
select exists (select from automation_steps where id = %(id)s and person_id = %(person)s)
  or exists (select from deliveries where id = %(id)s and person_id = %(person)s)
"""


async def check_theirs(work: Work, person_id: UUID, subject_id: UUID) -> None:
    """Raise NotFound unless a step or a message of this id is for this person."""
    work.require_admin()
    if not await work.value(IS_THEIRS, id=subject_id, person=person_id):
        raise NotFound(_("This is nothing of theirs."))


async def find_person(work: Work, person_id: UUID) -> Row:
    """Return a person with where they stand, or raise NotFound."""
    work.require_admin()
    person = await work.row(PERSON, id=person_id, now=work.now)
    if person is None:
        raise NotFound(_("There is no such person."))
    return person
