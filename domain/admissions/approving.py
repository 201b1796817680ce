"""Approving: in one transaction an applicant becomes a student, and everything that follows from it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.admissions.deciding import explain_refusal
from domain.audit import record
from domain.automation.planning import plan_rules
from domain.automation.rules.approval import KEYS
from domain.enrolments import letter_params
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.messaging.outbox import plan_email
from domain.notifications import notify_admins
from domain.sessions.enrolling import welcome_to_classes
from domain.work import Row, Work

# Guarded by status and version: of two admins deciding at once one hits the row, the other none.
DECIDE = """
update cta_submissions a set status = 'approved', version = a.version + 1, batch_id = c.batch_id,
  decided_by = %(me)s, decided_at = %(now)s, decision_reason = '', updated_at = %(now)s
from unnest(%(ids)s::uuid[], %(versions)s::int[], %(batches)s::uuid[]) as c (id, version, batch_id)
where a.id = c.id and a.status = 'new' and a.version = c.version
returning a.id
"""
# Locked before they are counted, in a statement of its own: a count that waits inside the locking one is as old as its start,
# and two admins would give away the same last place.
LOCK_BATCHES = "select id from batches where id = any(%(ids)s) order by id for update"
BATCHES = """
select b.id, b.course_id, b.name, b.starts_on, b.ends_on, b.capacity, c.title as course, c.summary,
  coalesce(b.price_paise, c.price_paise) as price_paise,
  b.archived_at is not null or c.archived_at is not null as is_archived,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as taken
from batches b join courses c on c.id = b.course_id where b.id = any(%(ids)s)
"""
CANDIDATES = """
select a.id, a.course_id, c.batch_id, a.phone as typed_phone, h.id as person_id, h.name, h.email, a.email as typed_email,
  a.name as typed_name, p.person_id is not null as has_account, coalesce(p.is_active, true) as is_active,
  exists (select from enrolments e
    where e.person_id = h.id and e.batch_id = c.batch_id and e.state <> 'withdrawn') as is_enrolled
from unnest(%(ids)s::uuid[], %(batches)s::uuid[]) as c (id, batch_id)
join cta_submissions a on a.id = c.id and a.status = 'new'
join people h on h.id = a.person_id left join profiles p on p.person_id = h.id
order by a.submitted_at, a.id
"""
GIVE_EMAIL = """
update people set email = lower(%(email)s), updated_at = %(now)s
where id = %(id)s and email is null and not exists (select from people where email = lower(%(email)s))
  and not exists (select from profiles where person_id = %(id)s) -- who has an account signs in, and resets, by its address
"""
ADD_PROFILE = """
insert into profiles (person_id, role, created_at, updated_at) values (%(person_id)s, 'student', %(now)s, %(now)s)
on conflict do nothing
"""
ENROL = """
insert into enrolments (person_id, batch_id, application_id, price_paise, enrolled_at)
values (%(person_id)s, %(batch_id)s, %(application_id)s, %(price)s, %(now)s)
on conflict (person_id, batch_id) do update set state = 'active', application_id = excluded.application_id,
  price_paise = excluded.price_paise, enrolled_at = excluded.enrolled_at, agreed_at = null
returning id
"""
MARK_LEADS = """
update imported_leads set status = 'enrolled', touched_at = %(now)s
where person_id = any(%(people)s::uuid[] || array(select id from people where phone = any(%(phones)s)))
"""


class BatchFull(Conflict):
    """The batch has fewer places left than are asked for; an admin may go past that knowingly."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One application to approve, as it was seen, and the batch it goes into."""

    application_id: UUID
    version: int
    batch_id: UUID


async def approve(work: Work, approval: Approval, *, beyond_capacity: bool = False) -> str:
    """Approve one application; return who it was.

    Raises Conflict when it was decided or changed meanwhile, BatchFull, and InvalidInput for a batch of another course.
    """
    approved = await approve_all(work, [approval], beyond_capacity=beyond_capacity)
    if not approved:
        raise await explain_refusal(work, approval.application_id)
    return str(approved[0].typed_name)


async def approve_all(work: Work, approvals: Sequence[Approval], *, beyond_capacity: bool = False) -> Sequence[Row]:
    """Approve those that are still undecided and unchanged; return them. The rest is left alone.

    Raises BatchFull, InvalidInput and Conflict before anything is changed.
    """
    work.require_admin()
    batch_ids = list({one.batch_id for one in approvals})
    await work.rows(LOCK_BATCHES, ids=batch_ids)
    batches = {batch.id: batch for batch in await work.rows(BATCHES, ids=batch_ids)}
    chosen: dict[str, Any] = {
        "ids": [one.application_id for one in approvals],
        "batches": [one.batch_id for one in approvals],
    }
    candidates = await work.rows(CANDIDATES, **chosen)
    _check(candidates, batches, beyond_capacity)
    versions = [one.version for one in approvals]
    decided = await work.rows(DECIDE, versions=versions, me=work.identity.person_id, now=work.now, **chosen)
    approved = [one for one in candidates if one.id in {row.id for row in decided}]
    welcomed: set[UUID] = set()
    enrolled: list[UUID] = []
    for application in approved:
        is_known = application.has_account or application.person_id in welcomed
        enrolled.append(await _make_student(work, application, batches[application.batch_id], is_known))
        welcomed.add(application.person_id)
    if approved:
        await plan_rules(work, KEYS, "subject_id", enrolled)
        await _tell(work, approved, batches)
    return approved


def _check(candidates: Sequence[Row], batches: Mapping[UUID, Row], beyond_capacity: bool) -> None:
    wanted: dict[UUID, int] = {}
    for application in candidates:
        batch = batches.get(application.batch_id)
        if batch is None or batch.course_id != application.course_id:
            raise InvalidInput({"batch": _("Choose a batch of this course.")})
        if batch.is_archived:
            raise InvalidInput({"batch": _("{batch} is archived. Bring it back first.", batch=batch.name)})
        if application.is_enrolled:
            raise Conflict(_("{name} is in {batch} already.", name=application.typed_name, batch=batch.name))
        if not application.is_active:
            text = _("The account of {name} is deactivated. Reactivate it first.", name=application.typed_name)
            raise InvalidInput({"": text})
        wanted[batch.id] = wanted.get(batch.id, 0) + 1
    for batch_id, count in wanted.items():
        batch = batches[batch_id]
        if batch.capacity is not None and batch.taken + count > batch.capacity and not beyond_capacity:
            left = ngettext("{count} place left", "{count} places left", max(batch.capacity - batch.taken, 0))
            raise BatchFull(_("{batch} has {left} of {all}.", batch=batch.name, left=left, all=batch.capacity))


async def _make_student(work: Work, application: Row, batch: Row, is_known: bool) -> UUID:
    person_id = application.person_id
    if application.email is None:
        await work.run(GIVE_EMAIL, id=person_id, email=application.typed_email, now=work.now)
    await work.run(ADD_PROFILE, person_id=person_id, now=work.now)
    enrolment_id: UUID = await work.value(
        ENROL,
        person_id=person_id,
        batch_id=batch.id,
        application_id=application.id,
        price=batch.price_paise,
        now=work.now,
    )
    await _plan_email(work, application, batch, "enrolled" if is_known else "welcome")
    await welcome_to_classes(work, person_id, batch.id, with_welcome=True)
    await record(
        work,
        "application.approved",
        "application",
        application.id,
        application.typed_name,
        person_id=str(person_id),
        course=batch.course,
        batch=batch.name,
    )
    return enrolment_id


async def _plan_email(work: Work, application: Row, batch: Row, kind: str) -> None:
    # The welcome brings sign-in details; who has an account already is told of the course alone.
    email, name = application.email or application.typed_email, application.name or application.typed_name
    await plan_email(
        work,
        kind=kind,
        to=email,
        name=name,
        key=f"{kind}:{application.id}",
        params=letter_params(name, email, batch) | {"classes_of": str(batch.id)},
        person_id=application.person_id,
        subject_id=application.id,
    )


async def _tell(work: Work, approved: Sequence[Row], batches: Mapping[UUID, Row]) -> None:
    phones = [application.typed_phone for application in approved]
    people = [application.person_id for application in approved]
    await work.run(MARK_LEADS, phones=phones, people=people, now=work.now)
    first = approved[0]
    if len(approved) == 1:
        batch = batches[first.batch_id]
        title = _("{name} joins {course}, {batch}", name=first.typed_name, course=batch.course, batch=batch.name)
        url = f"/admin/students/{first.person_id}"
    else:
        title = ngettext("{count} application approved", "{count} applications approved", len(approved))
        url = "/admin/applications?state=approved"
    await notify_admins(work, "approval", title, work.identity.name, url)
    for topic in ("applications", "students", "leads", "activity"):
        work.signal(topic)
