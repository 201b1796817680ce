"""Students: who is enrolled, one student with all that concerns them, and their account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.admissions.application import emails_of
from domain.audit import record
from domain.automation.planning import bring_back
from domain.automation.rules import approval, payments
from domain.enrolments import enrolments_of, letter_params
from domain.errors import Conflict, NotFound, TooMany
from domain.language import _
from domain.learning.progress import Progress, progress_of, progress_sql
from domain.messaging.inbox import messages_of
from domain.messaging.outbox import plan_email
from domain.payments.letters import bring_links_back
from domain.payments.listing import payments_of
from domain.sessions.automations import plan_for_returned
from domain.sessions.roster import attendance_of
from domain.sessions.telling import CHANNELS
from domain.work import Row, Work

PER_PAGE = 20
BETWEEN_WELCOMES = timedelta(minutes=1)
SORTS = {
    "name": "lower(h.name), h.id",
    "-name": "lower(h.name) desc, h.id",
    "joined": "p.created_at, h.id",
    "-joined": "p.created_at desc, h.id",
}
FILTER = """
p.role = 'student'
  and (%(q)s::text = '' or h.id in (select search_people(%(q)s, 2000)))
  and (%(batch)s::uuid is null or exists (
    select from enrolments e where e.person_id = h.id and e.batch_id = %(batch)s and e.state <> 'withdrawn'))
"""
LIST = f"""
with page as (
  select h.id, h.name, h.email, h.phone, h.city, p.is_active, p.created_at as joined_at,
    p.password_hash is null or p.must_change_password as is_new,
    (select string_agg(c.title || ', ' || b.name, ' · ' order by e.enrolled_at desc) from enrolments e
      join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
      where e.person_id = h.id and e.state <> 'withdrawn') as batches,
    row_number() over (order by {{order}}) as place
  from profiles p join people h on h.id = p.person_id where {FILTER} order by {{order}} limit %(most)s offset %(offset)s
), chosen as (
  select e.id, e.person_id, e.batch_id, e.enrolled_at from page join enrolments e on e.person_id = page.id
  where e.batch_id = %(batch)s and e.state <> 'withdrawn'
), progress as ({progress_sql()}
), totals as (
  select (select count(*) from profiles p join people h on h.id = p.person_id where {FILTER}) as total,
    (select count(*) from profiles where role = 'student') as all_students,
    (select json_agg(json_build_array(b.id, c.title || ', ' || b.name) order by c.title, b.starts_on desc nulls first, b.name)
      from batches b join courses c on c.id = b.course_id) as choices
)
select totals.*, page.*, coalesce(g.due, 0) as due, coalesce(g.done, 0) as done
from totals left join page on true left join chosen on chosen.person_id = page.id
  left join progress g on g.enrolment_id = chosen.id
order by place
"""
STUDENT = f"""
select w.by_email, w.by_phone and (w.consent_whatsapp or not w.by_email) as on_whatsapp,
  h.id, h.name, h.email, h.phone, h.city, h.created_at, h.consent_email, h.consent_whatsapp, p.role, p.is_active,
  p.password_hash is null or p.must_change_password as is_new, p.created_at as joined_at, p.temporary_until,
  exists (select from deliveries d where d.person_id = h.id and d.kind = 'welcome') as was_welcomed,
  (select updated_at from profile_pictures where person_id = h.id) as picture_at
from people h join profiles p on p.person_id = h.id
  cross join lateral (select {CHANNELS} from people p where p.id = h.id) w
where h.id = %(id)s and p.role = 'student'
"""
APPLICATIONS = """
select a.id, a.status, a.submitted_at, c.title as course from cta_submissions a join courses c on c.id = a.course_id
where a.person_id = %(id)s order by a.submitted_at desc limit 50
"""
AUDIT = """
select g.at, g.action, g.actor_name, g.details from audit_logs g
where g.subject_id = %(id)s or g.subject_id = any(%(applications)s) order by g.at desc, g.sequence desc limit 50
"""
ACTIVATE = """
update profiles p set is_active = %(is_active)s, updated_at = %(now)s,
  active_since = case when %(is_active)s then now() else p.active_since end -- in real time, as sign-ins are
 from people h
where p.person_id = %(id)s and h.id = p.person_id and p.role = 'student' and p.is_active <> %(is_active)s returning h.name
"""
WELCOMES = """
select count(*) as count, max(created_at) as last_at from deliveries where person_id = %(id)s and kind = 'welcome'
"""
LAST_BATCH = """
select b.id, c.title as course, c.summary, b.name, b.starts_on, b.ends_on from enrolments e join batches b on b.id = e.batch_id
join courses c on c.id = b.course_id where e.person_id = %(id)s order by e.enrolled_at desc limit 1
"""


@dataclass(frozen=True, slots=True)
class StudentFilters:
    q: str = ""
    batch: UUID | None = None
    sort: str = "name"

    def values(self) -> dict[str, Any]:
        return {"q": self.q.strip(), "batch": self.batch}

    @property
    def order(self) -> str:
        return SORTS.get(self.sort, SORTS["name"])


@dataclass(frozen=True, slots=True)
class Students:
    """One page of students, how many match, how many there are, and the batches as (id, name)."""

    students: Sequence[Row]
    total: int
    all_students: int
    batches: Sequence[tuple[str, str]]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Student:
    """A student with all that concerns them."""

    facts: Row
    enrolments: Sequence[Row]
    emails: Sequence[Row]
    applications: Sequence[Row]
    audit: Sequence[Row]
    messages: Sequence[Row]
    payments: Sequence[Row]
    attendance: Sequence[Row]
    attendance_counts: Mapping[str, int]
    progress: Mapping[UUID, Progress]  # by enrolment


async def list_students(work: Work, filters: StudentFilters, page: int = 1, per_page: int = PER_PAGE) -> Students:
    """Return one page of students in one round trip."""
    work.require_admin()
    page = max(page, 1)
    statement = LIST.format(order=filters.order)
    rows = await work.rows(statement, most=per_page, offset=(page - 1) * per_page, now=work.now, **filters.values())
    first = rows[0]
    found = [row for row in rows if row.id is not None]
    pages = max(1, -(-first.total // per_page))
    return Students(found, first.total, first.all_students, first.choices or [], page, pages)


async def show_student(work: Work, person_id: UUID) -> Student:
    """Return a student with enrolments, e-mails, messages, applications and audit entries."""
    work.require_admin()
    facts = await find_student(work, person_id)
    applications = await work.rows(APPLICATIONS, id=person_id)
    attendance, attendance_counts = await attendance_of(work, person_id)
    enrolments = await enrolments_of(work, person_id)
    return Student(
        facts=facts,
        enrolments=enrolments,
        emails=await emails_of(work, person_id),
        applications=applications,
        audit=await work.rows(AUDIT, id=person_id, applications=[one.id for one in applications]),
        messages=await messages_of(work, person_id),
        payments=await payments_of(work, person_id),
        attendance=attendance,
        attendance_counts=attendance_counts,
        progress=await progress_of(work, [one.id for one in enrolments]),
    )


async def activate_student(work: Work, person_id: UUID, is_active: bool) -> None:
    """Let a student in again, or keep them out: their sign-ins end. Raises Conflict when it is so already."""
    work.require_admin()
    name = await work.value(ACTIVATE, id=person_id, is_active=is_active, now=work.now)
    if name is None:
        raise Conflict(_("Somebody has done this a moment ago, or this is no student."))
    if is_active:
        await plan_for_returned(work, person_id)
        await bring_back(work, [*approval.KEYS, *payments.KEYS], "person_id", [person_id])
        await bring_links_back(work, person_id)
    await record(work, "student.reactivated" if is_active else "student.deactivated", "student", person_id, name)
    work.signal("students")


async def send_welcome_again(work: Work, person_id: UUID) -> None:
    """Plan a welcome with a new temporary password.

    Raises Conflict once the student has chosen a password of their own, TooMany within a minute of the last.
    """
    work.require_admin()
    student = await find_student(work, person_id)
    if not student.is_new:
        raise Conflict(
            _("{name} has chosen a password already. Who forgot it can set a new one at sign-in.", name=student.name)
        )
    if not student.is_active:
        raise Conflict(_("This account is deactivated. Reactivate it first."))
    if not student.email:
        raise Conflict(_("There is no e-mail address to send it to."))
    welcomes = await work.row(WELCOMES, id=person_id)
    assert welcomes is not None
    if welcomes.last_at and (wait := welcomes.last_at + BETWEEN_WELCOMES - work.now) > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise TooMany(_("It was sent a moment ago. Try again in {count} seconds.", count=seconds), seconds)
    batch = await work.row(LAST_BATCH, id=person_id)
    if batch is None:
        raise Conflict(_("{name} is in no batch, so there is nothing to welcome them to.", name=student.name))
    # Numbered, so that a double press plans one.
    await plan_email(
        work,
        kind="welcome",
        to=student.email,
        name=student.name,
        key=f"welcome:{person_id}:{welcomes.count}",
        params=letter_params(student.name, student.email, batch) | {"classes_of": str(batch.id)},
        person_id=person_id,
        subject_id=person_id,
    )
    await record(work, "student.welcomed_again", "student", person_id, student.name)


async def find_student(work: Work, person_id: UUID) -> Row:
    """Return who a student is. Raises NotFound."""
    work.require_admin()
    student = await work.row(STUDENT, id=person_id, now=work.now)
    if student is None:
        raise NotFound(_("There is no such student."))
    return student
