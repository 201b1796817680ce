"""Applying: a form sent by a visitor becomes one application, however often it is sent."""

from dataclasses import dataclass
from uuid import UUID

from domain.admissions.applicants import Applicant, find_or_add_person
from domain.courses.catalogue import Offer
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.leads.sequences import stop_sequences_of
from domain.leads.tracking import note_arrival
from domain.notifications import notify_admins
from domain.work import Row, Work

# The same form again (double press, back button) names its application by the token, a later visit by being open.
FIND = """
select id, status, form_token from cta_submissions
where person_id = %(person_id)s and course_id = %(course_id)s and (form_token = %(form_token)s or status = 'new')
order by form_token is not distinct from %(form_token)s desc, status = 'new' desc limit 1 for update
"""
ADD = """
insert into cta_submissions (person_id, course_id, batch_id, lead_id, campaign_id, sequence_id, form_token, name, email, phone,
  city, motivation, consent_email, consent_whatsapp, submitted_at, updated_at)
values (%(person_id)s, %(course_id)s, %(batch_id)s, %(lead_id)s, %(campaign_id)s, %(sequence_id)s,
  case when not exists (select from cta_submissions where form_token = %(form_token)s) then %(form_token)s::uuid end,
  %(name)s, %(email)s, %(phone)s, %(city)s, %(motivation)s, %(consent_email)s, %(consent_whatsapp)s, %(now)s, %(now)s)
returning id
"""
# Nothing but a changed form makes a new version: a form sent twice must not stop the admin who is deciding on it.
UPDATE = """
update cta_submissions set batch_id = %(batch_id)s, name = %(name)s, email = %(email)s, phone = %(phone)s, city = %(city)s,
  motivation = %(motivation)s, consent_email = %(consent_email)s, consent_whatsapp = %(consent_whatsapp)s,
  lead_id = coalesce(lead_id, %(lead_id)s), campaign_id = coalesce(campaign_id, %(campaign_id)s),
  sequence_id = coalesce(sequence_id, %(sequence_id)s),
  version = version + 1, updated_at = %(now)s
where id = %(id)s and status = 'new'
  and (batch_id, name, email, phone, city, motivation, consent_email, consent_whatsapp)
    is distinct from (%(batch_id)s::uuid, %(name)s, %(email)s, %(phone)s, %(city)s, %(motivation)s, %(consent_email)s,
      %(consent_whatsapp)s)
"""
# What brought the application: the link that was clicked says which lead, though it may have been passed on; without one it is
# the person's own. A campaign counts for its own course, and so does a lead sequence, once something of it has left.
ORIGIN = """
select
  coalesce((select l.id from deliveries d join imported_leads l on l.person_id = d.person_id where d.id = %(delivery_id)s),
    (select id from imported_leads where person_id = %(person_id)s),
    (select l.id from imported_leads l join people p on p.id = l.person_id where p.phone = %(phone)s)) as lead_id,
  coalesce((select c.id from deliveries d join lead_campaigns c on c.id = d.campaign_id
      where d.id = %(delivery_id)s and c.course_id = %(course_id)s),
    (select c.id from deliveries d join lead_campaigns c on c.id = d.campaign_id
      where d.person_id = %(person_id)s and c.course_id = %(course_id)s order by d.created_at desc limit 1)) as campaign_id,
  coalesce((select s.id from deliveries d join lead_sequences s on s.id = d.subject_id
      where d.id = %(delivery_id)s and d.rule_key is not null and s.course_id = %(course_id)s),
    (select s.id from lead_sequences s join people p on p.id = s.person_id
      where (p.id = %(person_id)s or p.phone = %(phone)s) and s.course_id = %(course_id)s and exists (
        select from deliveries d where d.subject_id = s.id and d.rule_key is not null and d.state in ('sent', 'unknown'))
      order by s.started_at desc limit 1)) as sequence_id
"""
# Who has applied: the person, and who is known by the same telephone. Whoever passed a link on has not.
MARK_LEADS = """
update imported_leads set touched_at = %(now)s,
  status = case when status in ('new', 'emailed') then 'applied' else status end
where person_id = %(person_id)s or person_id = (select id from people where phone = %(phone)s)
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the form says beside who applies."""

    batch_id: UUID | None
    motivation: str
    form_token: UUID
    delivery_id: UUID | None = None


async def apply(work: Work, offer: Offer, applicant: Applicant, answers: Answers) -> UUID:
    """Keep one application for this person and course, and tell the admins; return its id.

    A person's open application is brought up to date; one that was decided already stays as it is when its own form comes
    again. Raises Conflict when the course takes none, InvalidInput for a batch that is not open.
    """
    _check(offer, answers)
    person_id = await find_or_add_person(work, applicant, answers.form_token)
    values = {"delivery_id": answers.delivery_id, "person_id": person_id, "course_id": offer.course.id}
    await note_arrival(work, answers.delivery_id)
    origin = await work.row(ORIGIN, phone=applicant.phone, **values)
    assert origin is not None
    application_id, happened = await _keep(work, offer, applicant, answers, person_id, origin)
    applied, course_id = _("They have applied."), offer.course.id
    await stop_sequences_of(work, applied, people=[person_id], phones=[applicant.phone], course_id=course_id)
    if happened:
        await work.run(MARK_LEADS, person_id=person_id, phone=applicant.phone, now=work.now)
        work.signal("applications")
        work.signal("activity")
    if happened == "added":
        title = _("{name} applied to {course}", name=applicant.name, course=offer.course.title)
        await notify_admins(work, "application", title, applicant.city, f"/admin/applications/{application_id}")
    return application_id


async def _keep(
    work: Work,
    offer: Offer,
    applicant: Applicant,
    answers: Answers,
    person_id: UUID,
    origin: Row,
) -> tuple[UUID, str]:
    """Add or update the application; return its id and what happened: added, updated, or nothing."""
    values = {name: getattr(applicant, name) for name in Applicant.__slots__}
    values |= {"batch_id": answers.batch_id, "motivation": answers.motivation, "now": work.now}
    values |= {name: getattr(origin, name) for name in ("lead_id", "campaign_id", "sequence_id")}
    course_id = offer.course.id
    found = await work.row(FIND, person_id=person_id, course_id=course_id, form_token=answers.form_token)
    if found is None:
        added: UUID = await work.value(
            ADD, person_id=person_id, course_id=course_id, form_token=answers.form_token, **values
        )
        return added, "added"
    changed = await work.run(UPDATE, id=found.id, **values)
    return found.id, "updated" if changed else ""


def _check(offer: Offer, answers: Answers) -> None:
    if not offer.is_open:
        raise Conflict(_("Applications for {course} are closed at the moment.", course=offer.course.title))
    if answers.batch_id is not None and offer.batch(answers.batch_id) is None:
        raise InvalidInput({"batch": _("This batch is no longer open. Please choose another one.")})
