"""Makes the rows that the dashboard's tests look at, at moments before now."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.work import Work
from tests.fixtures.cast import ASHA


async def add_person(work: Work) -> UUID:
    return await work.value(
        "insert into people (name, created_at, updated_at) values ('Somebody', %(now)s, %(now)s) returning id",
        now=work.now,
    )


async def add_lead(work: Work, days_ago: float) -> None:
    await work.run(
        "insert into imported_leads (person_id, created_at) values (%(person)s, %(at)s)",
        person=await add_person(work),
        at=work.now - timedelta(days=days_ago),
    )


async def add_batch(work: Work) -> UUID:
    course = await work.value(
        "insert into courses (slug, title, created_at, updated_at) values (%(slug)s, 'Course', %(now)s, %(now)s) returning id",
        slug=f"course-{uuid4().hex}",
        now=work.now,
    )
    return await work.value(
        "insert into batches (course_id, name, created_at) values (%(course)s, 'Batch', %(now)s) returning id",
        course=course,
        now=work.now,
    )


async def enrol(
    work: Work, batch: UUID, person: UUID, days_ago: float, price: int = 100_00, state: str = "active"
) -> None:
    await work.run(
        "insert into enrolments (person_id, batch_id, state, price_paise, enrolled_at)"
        " values (%(person)s, %(batch)s, %(state)s, %(price)s, %(at)s)",
        person=person,
        batch=batch,
        state=state,
        price=price,
        at=work.now - timedelta(days=days_ago),
    )


async def add_application(work: Work, batch: UUID, days_ago: float, status: str = "new") -> UUID:
    at = work.now - timedelta(days=days_ago)
    person = await add_person(work)
    application = await work.value(
        "insert into cta_submissions (person_id, course_id, batch_id, name, email, phone, status, decided_at, submitted_at,"
        " updated_at) select %(person)s, b.course_id, b.id, 'S', 's@example.test', '+919876543299', %(status)s,"
        " %(decided)s::timestamptz, %(at)s, %(at)s from batches b where b.id = %(batch)s returning id",
        person=person,
        batch=batch,
        status=status,
        decided=None if status == "new" else at,
        at=at,
    )
    if status == "approved":
        await enrol(work, batch, person, days_ago)
        await work.run(
            "update enrolments set application_id = %(id)s where person_id = %(person)s", id=application, person=person
        )
    return application


async def add_delivery(work: Work, state: str, days_ago: float = 0.1, due_in: timedelta = timedelta()) -> UUID:
    return await work.value(
        "insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, due_at, state, created_at)"
        " values ('email', 'welcome', %(person)s, %(to)s, 'welcome', %(key)s, %(due)s, %(state)s, %(at)s) returning id",
        person=ASHA.id,
        to=ASHA.email,
        key=str(uuid4()),
        due=work.now + due_in,
        state=state,
        at=work.now - timedelta(days=days_ago),
    )


async def add_step(work: Work, kind: str, state: str, minutes_ago: float = 5, **values: Any) -> None:
    at = work.now - timedelta(minutes=minutes_ago)
    facts = {"subject_id": uuid4(), "attempt": 0, "leased_until": None, "retry_at": None, "finished_at": None} | values
    columns = ", ".join(facts)
    places = ", ".join(f"%({name})s" for name in facts)
    await work.run(
        f"insert into automation_steps (kind, state, dedupe_key, due_at, created_at, {columns})"
        f" values (%(kind)s, %(state)s, %(key)s, %(at)s, %(at)s, {places})",
        kind=kind,
        state=state,
        key=str(uuid4()),
        at=at,
        **facts,
    )


async def add_payment(work: Work, days_ago: float, paise: int, refunded: int = 0, overdue: bool = False) -> UUID:
    """A payment of Asha's that came in so long ago, or that is overdue."""
    at = work.now - timedelta(days=days_ago)
    paid = 0 if overdue else paise
    payment = await work.value(
        "insert into payments (person_id, purpose, amount_paise, paid_paise, refunded_paise, created_at, updated_at)"
        " values (%(asha)s, 'Course', %(paise)s, %(paid)s, %(refunded)s, %(at)s, %(at)s) returning id",
        asha=ASHA.id,
        paise=paise,
        paid=paid,
        refunded=refunded,
        at=at,
    )
    await work.run(
        "insert into payment_requests (payment_id, part, reference, amount_paise, due_on, created_at, updated_at)"
        " values (%(payment)s, 1, %(key)s, %(paise)s, %(at)s::date - 2, %(at)s, %(at)s)",
        payment=payment,
        key=uuid4().hex,
        paise=paise,
        at=at,
    )
    if not overdue:
        await _come_in(work, payment, paise, refunded, at)
    return payment


async def _come_in(work: Work, payment: UUID, paise: int, refunded: int, at: Any) -> None:
    values = {"payment": payment, "key": uuid4().hex, "form_key": uuid4(), "at": at}
    received = await work.value(
        "insert into gateway_payments (gateway_payment_id, payment_id, status, amount_paise, credited_at, created_at, updated_at)"
        " values (%(key)s, %(payment)s, 'credit', %(paise)s, %(at)s, %(at)s, %(at)s) returning id",
        paise=paise,
        **values,
    )
    if refunded:
        await work.run(
            "insert into refunds (payment_id, gateway_payment_id, amount_paise, kind, body, reference, form_key, state,"
            " created_at, taken_at)"
            " values (%(payment)s, %(received)s, %(paise)s, 'PTH', 'x', %(key)s, %(form_key)s, 'asked', %(at)s, %(at)s)",
            received=received,
            paise=refunded,
            **values,
        )
