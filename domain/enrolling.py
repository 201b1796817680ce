"""Enrolling a student by hand, moving them within a course, and taking them out. Their classes follow by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.admissions.approving import BATCHES, LOCK_BATCHES, MARK_LEADS, BatchFull
from domain.audit import record
from domain.automation.planning import bring_back, plan_rules, void_rules
from domain.automation.rules.approval import KEYS
from domain.automation.rules.payments import KEYS as REMINDERS
from domain.enrolments import letter_params
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _, ngettext
from domain.leads.sequences import stop_sequences_of
from domain.messaging.outbox import plan_email
from domain.notifications import notify
from domain.payments.letters import bring_links_back
from domain.sessions.automations import void_for_person
from domain.sessions.enrolling import welcome_to_classes
from domain.sessions.leaving import leave_classes, reach_of_leaving
from domain.work import Row, Work

ENROLMENT = """
select e.id, e.person_id, e.batch_id, e.state, e.price_paise, e.application_id,
  coalesce(e.agreed_at, e.enrolled_at) as agreed_at, h.name, b.name as batch, b.course_id,
  c.title as course
from enrolments e join people h on h.id = e.person_id join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
where e.id = %(id)s
"""
HOLD = f"{ENROLMENT} for update of e"
# Of the same course, and not put away; how many places each has, and what is ahead.
CHOICES = """
select b.id, b.name, b.starts_on, b.timezone, b.capacity,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as taken,
  (select count(*) from sessions s where s.batch_id = b.id and s.cancelled_at is null and s.starts_at > %(now)s) as ahead
from batches b where b.course_id = %(course_id)s and b.archived_at is null and b.id <> %(batch_id)s
order by b.starts_on desc nulls first, b.name
"""
THERE = "select id, state from enrolments where person_id = %(person_id)s and batch_id = %(batch_id)s for update"
# `enrolled_at` is since when they are in this batch: what was over before does not count for them, and what is ahead is told
# anew. When it was agreed on stays as it was: none of this is a sale.
MOVE = """
update enrolments set batch_id = %(batch_id)s, enrolled_at = %(now)s, agreed_at = coalesce(agreed_at, enrolled_at)
where id = %(id)s
"""
REVIVE = """
update enrolments set state = 'active', price_paise = %(price)s, enrolled_at = %(now)s, agreed_at = %(agreed_at)s
where id = %(id)s
"""
# What they were asked to pay under the enrolment that ends was agreed on for this one, and is reminded of as before.
TAKE_PAYMENTS = "update payments set enrolment_id = %(after)s where enrolment_id = %(before)s"
WITHDRAW = "update enrolments set state = 'withdrawn' where id = %(id)s"
STUDENT = """
select h.id as person_id, h.name, h.email, p.is_active from people h join profiles p on p.person_id = h.id
where h.id = %(id)s and p.role = 'student'
"""
# What is not put away and they are not in already; batches that are over come last.
OPEN_TO = """
select b.id, b.name, b.starts_on, b.capacity, c.title as course, coalesce(b.price_paise, c.price_paise) as price_paise,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state <> 'withdrawn') as taken
from batches b join courses c on c.id = b.course_id
where b.archived_at is null and c.archived_at is null and not exists (
  select from enrolments e where e.batch_id = b.id and e.person_id = %(id)s and e.state <> 'withdrawn')
order by b.ends_on < (%(now)s at time zone b.timezone)::date nulls first, c.title, b.starts_on desc nulls first, b.name
"""
# A person is in a batch once: who was withdrawn from it comes back at the price of today.
ENROL = """
insert into enrolments as e (person_id, batch_id, price_paise, enrolled_at)
values (%(person_id)s, %(batch_id)s, %(price)s, %(now)s)
on conflict (person_id, batch_id) do update set state = 'active', price_paise = excluded.price_paise,
  enrolled_at = excluded.enrolled_at, agreed_at = excluded.enrolled_at where e.state = 'withdrawn'
returning id
"""


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """An enrolment, the batches it could move to, and of what and how its student would be told that they leave this one."""

    facts: Row
    choices: Sequence[Row]
    reach: Row


async def show_enrolment(work: Work, enrolment_id: UUID) -> EnrolmentView:
    """Return an enrolment with where it could move. Raises NotFound."""
    work.require_admin()
    facts = _found(await work.row(ENROLMENT, id=enrolment_id))
    choices = await work.rows(CHOICES, course_id=facts.course_id, batch_id=facts.batch_id, now=work.now)
    return EnrolmentView(facts, choices, await reach_of_leaving(work, facts.person_id, facts.batch_id))


async def batches_open_to(work: Work, person_id: UUID) -> tuple[Row, Sequence[Row]]:
    """Return a student, and the batches they can be enrolled in by hand. Raises NotFound."""
    work.require_admin()
    student = await _student(work, person_id)
    return student, await work.rows(OPEN_TO, id=person_id, now=work.now)


async def enrol_student(work: Work, person_id: UUID, batch_id: UUID | None, *, beyond_capacity: bool = False) -> str:
    """Enrol a student in a batch without an application, at the course's price; return the batch's name.

    They are told by e-mail, with the classes ahead. Raises InvalidInput for a batch that takes nobody and for a deactivated
    account, BatchFull, Conflict when they are in it already, NotFound.
    """
    work.require_admin()
    await work.rows(LOCK_BATCHES, ids=[batch_id])
    student, batch = await _student(work, person_id), await work.row(BATCHES, ids=[batch_id])
    if batch is None:
        raise InvalidInput({"batch": _("Choose a batch.")})
    if batch.is_archived:
        raise InvalidInput({"batch": _("{batch} is archived. Bring it back first.", batch=batch.name)})
    if not student.is_active:
        raise InvalidInput({"": _("The account of {name} is deactivated. Reactivate it first.", name=student.name)})
    there = await work.row(THERE, person_id=person_id, batch_id=batch_id)
    if there is not None and there.state != "withdrawn":
        raise Conflict(_("{name} is in {batch} already.", name=student.name, batch=batch.name))
    _check_places(batch, beyond_capacity)
    values = {"person_id": person_id, "batch_id": batch_id, "price": batch.price_paise, "now": work.now}
    enrolment_id = await work.value(ENROL, **values)
    await work.run(MARK_LEADS, phones=[], people=[person_id], now=work.now)
    details = {"course": batch.course, "batch": batch.name, "price_paise": batch.price_paise}
    await record(work, "enrolment.created", "student", person_id, student.name, **details)
    await _welcome(work, student, batch, f"enrolled:{enrolment_id}:{work.now.isoformat()}")
    await plan_rules(work, KEYS, "subject_id", [enrolment_id])
    reason = _("They are in the course already.")
    await stop_sequences_of(work, reason, people=[person_id], course_id=batch.course_id)
    return str(batch.name)


async def move_student(
    work: Work, enrolment_id: UUID, batch_id: UUID | None, *, beyond_capacity: bool = False, tell: bool = True
) -> str:
    """Move an enrolment to another batch of its course; return that batch's name.

    With ``tell`` they are written to: the classes ahead of this batch leave their calendar, those of the other come.
    Raises InvalidInput for a batch that it cannot move to, BatchFull, and Conflict when the student is there already.
    """
    work.require_admin()
    await work.rows(LOCK_BATCHES, ids=[batch_id])
    enrolment = _found(await work.row(HOLD, id=enrolment_id))
    if enrolment.state == "withdrawn":
        raise Conflict(_("This enrolment is withdrawn. Enrol them again first."))
    batch = await work.row(BATCHES, ids=[batch_id])
    if batch is None or batch.course_id != enrolment.course_id or batch.id == enrolment.batch_id:
        raise InvalidInput({"batch": _("Choose another batch of this course.")})
    if batch.is_archived:
        raise InvalidInput({"batch": _("This batch is archived. Bring it back first.")})
    there = await work.row(THERE, person_id=enrolment.person_id, batch_id=batch_id)
    if there is not None and there.state != "withdrawn":
        raise Conflict(_("{name} is in {batch} already.", name=enrolment.name, batch=batch.name))
    _check_places(batch, beyond_capacity)
    if there is None:
        await work.run(MOVE, id=enrolment_id, batch_id=batch_id, now=work.now)
    else:
        # Once there and withdrawn: a person is in a batch once, so that enrolment comes to life and this one ends.
        await _revive(work, there.id, enrolment)
        await work.run(WITHDRAW, id=enrolment_id)
        await work.run(TAKE_PAYMENTS, before=enrolment_id, after=there.id)
        await void_rules(work, [enrolment_id], _("They were moved to another batch."), rules=KEYS)
        await plan_rules(work, KEYS, "subject_id", [there.id], instead_of=enrolment_id)
    await void_for_person(work, enrolment.person_id, enrolment.batch_id)
    details = {"course": batch.course, "before": enrolment.batch, "after": batch.name, "told": tell}
    await record(work, "enrolment.moved", "student", enrolment.person_id, enrolment.name, **details)
    title = _("You are in {batch} of {course} now", batch=batch.name, course=batch.course)
    if tell:
        await notify(work, enrolment.person_id, "enrolment", title, _("Its classes are in your schedule."), "/student")
    await leave_classes(work, enrolment.person_id, enrolment.batch_id, tell=tell)
    await welcome_to_classes(work, enrolment.person_id, batch.id, tell=tell)
    _tell(work, enrolment.person_id)
    return str(batch.name)


async def withdraw_enrolment(work: Work, enrolment_id: UUID, *, tell: bool = True) -> None:
    """Take a student out of a batch: its classes and its place are no longer theirs.

    With ``tell`` they are written to, and its classes ahead leave their calendar. Raises Conflict when it is so already.
    """
    work.require_admin()
    enrolment = _found(await work.row(HOLD, id=enrolment_id))
    if enrolment.state == "withdrawn":
        raise Conflict(_("It is withdrawn already."))
    await work.run(WITHDRAW, id=enrolment_id)
    await void_rules(work, [enrolment_id], _("They were withdrawn from the batch."), rules=KEYS)
    await void_for_person(work, enrolment.person_id, enrolment.batch_id)
    await leave_classes(work, enrolment.person_id, enrolment.batch_id, tell=tell)
    if tell:
        title = _("You are not in {batch} of {course} any more", batch=enrolment.batch, course=enrolment.course)
        await notify(
            work, enrolment.person_id, "enrolment", title, _("Its classes have left your schedule."), "/student"
        )
    await _record(work, "enrolment.withdrawn", enrolment, told=tell)


async def restore_enrolment(work: Work, enrolment_id: UUID, *, beyond_capacity: bool = False) -> None:
    """Enrol a student again where they were. Raises Conflict when they are, and BatchFull."""
    work.require_admin()
    batch_id = await work.value("select batch_id from enrolments where id = %(id)s", id=enrolment_id)
    await work.rows(LOCK_BATCHES, ids=[batch_id])
    enrolment = _found(await work.row(HOLD, id=enrolment_id))
    if enrolment.state != "withdrawn":
        raise Conflict(_("They are enrolled already."))
    batch = _found(await work.row(BATCHES, ids=[enrolment.batch_id]))
    _check_places(batch, beyond_capacity)
    await _revive(work, enrolment_id, enrolment)
    await plan_rules(work, KEYS, "subject_id", [enrolment_id], instead_of=enrolment_id)
    await bring_back(work, REMINDERS, "person_id", [enrolment.person_id])
    await bring_links_back(work, enrolment.person_id)
    await welcome_to_classes(work, enrolment.person_id, batch.id)
    await _record(work, "enrolment.restored", enrolment)


async def _welcome(work: Work, student: Row, batch: Row, key: str) -> None:
    if student.email:
        params = letter_params(student.name, student.email, batch) | {"by_hand": "yes"}
        to, name, person_id = student.email, student.name, student.person_id
        await plan_email(work, kind="enrolled", to=to, name=name, key=key, params=params, person_id=person_id)
    title = _("You are in {batch} of {course} now", batch=batch.name, course=batch.course)
    await notify(work, student.person_id, "enrolment", title, _("Its classes are in your schedule."), "/student")
    await welcome_to_classes(work, student.person_id, batch.id)
    _tell(work, student.person_id)
    for topic in ("leads", "activity"):
        work.signal(topic)


async def _student(work: Work, person_id: UUID) -> Row:
    student = await work.row(STUDENT, id=person_id)
    if student is None:
        raise NotFound(_("This student does not exist any more."))
    return student


async def _revive(work: Work, enrolment_id: UUID, agreed: Row) -> None:
    """Let an enrolment begin again now, at what was agreed on in ``agreed``."""
    await work.run(REVIVE, id=enrolment_id, price=agreed.price_paise, agreed_at=agreed.agreed_at, now=work.now)


def _check_places(batch: Row, beyond_capacity: bool) -> None:
    if batch.capacity is not None and batch.taken >= batch.capacity and not beyond_capacity:
        left = ngettext("{count} place left", "{count} places left", max(batch.capacity - batch.taken, 0))
        raise BatchFull(_("{batch} has {left} of {all}.", batch=batch.name, left=left, all=batch.capacity))


async def _record(work: Work, action: str, enrolment: Row, **more: bool) -> None:
    details = {"course": enrolment.course, "batch": enrolment.batch, **more}
    await record(work, action, "student", enrolment.person_id, enrolment.name, **details)
    _tell(work, enrolment.person_id)


def _tell(work: Work, person_id: UUID) -> None:
    for topic in ("students", "courses"):
        work.signal(topic)
    work.signal("sessions", person_id)


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(_("This enrolment does not exist any more."))
    return row
