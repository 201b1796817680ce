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
