"""Approving: everything that follows happens together, once, and never twice."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.admissions.approving import Approval, BatchFull, approve
from domain.courses.batches import BatchFacts, create_batch
from domain.courses.editing import CourseFacts, create_course
from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.work import SYSTEM
from tests.fixtures.applicants import ARJUN, MEERA, ROHIT
from tests.fixtures.cast import ASHA, BEN, DEVIKA

LEAD = """
with person as (
  insert into people (name, email, created_at, updated_at) values ('Rohit', %(email)s, now(), now()) returning id
) insert into imported_leads (person_id, created_at) select id, now() from person
"""


@pytest.fixture
def approves(work_as, catalogue):
    async def approves(application_id: UUID, admin=BEN, version=1, **options) -> str:
        async with work_as(admin.identity) as work:
            batch_id = options.pop("batch_id", catalogue.batch_id)
            return await approve(work, Approval(application_id, version, batch_id), **options)

    return approves


async def rows(database, sql):
    async with database.work(SYSTEM) as work:
        return await work.rows(sql)


async def test_an_approved_applicant_is_a_student_with_a_place_and_a_welcome(applies, approves, database, catalogue):
    async with database.work(SYSTEM) as work:
        await work.run(LEAD, email=ROHIT.email)
    application_id = await applies(ROHIT)
    assert await approves(application_id) == "Rohit Deshmukh"

    (application,) = await rows(database, "select * from cta_submissions")
    assert (application.status, application.decided_by, application.batch_id) == (
        "approved",
        BEN.id,
        catalogue.batch_id,
    )
    (profile,) = await rows(database, f"select * from profiles where person_id = '{application.person_id}'")
    assert (profile.role, profile.password_hash) == ("student", None)
    (enrolment,) = await rows(database, "select * from enrolments")
    assert (enrolment.batch_id, enrolment.application_id, enrolment.price_paise) == (
        catalogue.batch_id,
        application_id,
        3_000_000,
    )
    (email,) = await rows(database, "select * from deliveries")
    assert (email.kind, email.to_address, email.idempotency_key) == (
        "welcome",
        ROHIT.email,
        f"welcome:{application_id}",
    )
    assert email.params["course_title"] == "Data Analytics"
    assert email.params["batch_name"] == "Batch 7"
    assert "password" not in str(email.params)
    assert [row.status for row in await rows(database, "select status from imported_leads")] == ["enrolled"]
    (entry,) = await rows(database, "select * from audit_logs where action = 'application.approved'")
    assert (entry.actor_id, entry.subject_id) == (BEN.id, application_id)
    told = await rows(database, "select person_id from notifications where kind = 'approval'")
    assert {row.person_id for row in told} == {BEN.id, DEVIKA.id}


async def test_a_student_is_enrolled_and_told_of_the_course_alone(applies, approves, database):
    application_id = await applies(replace(ROHIT, email=ASHA.email, phone=ASHA.phone))
    before = (await rows(database, f"select password_hash from profiles where person_id = '{ASHA.id}'"))[0]
    await approves(application_id)
    (email,) = await rows(database, "select kind, to_address from deliveries")
    assert (email.kind, email.to_address) == ("enrolled", ASHA.email)
    after = (await rows(database, f"select password_hash from profiles where person_id = '{ASHA.id}'"))[0]
    assert after == before


async def test_of_two_admins_at_once_one_wins_and_the_other_reads_who_and_when(applies, approves, database):
    application_id = await applies(ROHIT)
    results = await asyncio.gather(
        approves(application_id, BEN), approves(application_id, DEVIKA), return_exceptions=True
    )
    (lost,) = [result for result in results if isinstance(result, Exception)]
    (application,) = await rows(database, "select * from cta_submissions")
    winner = {BEN.id: BEN.name, DEVIKA.id: DEVIKA.name}[application.decided_by]
    assert isinstance(lost, Conflict)
    assert str(lost).startswith(f"{winner} approved this application on ")
    assert len(await rows(database, "select * from enrolments")) == 1
    assert len(await rows(database, "select * from deliveries")) == 1


async def test_an_application_changed_meanwhile_is_read_again_before_it_is_approved(applies, approves, database):
    application_id = await applies(ROHIT)
    await applies(ROHIT, motivation="I changed my mind about why.")
    with pytest.raises(Conflict, match="has just changed this application"):
        await approves(application_id, version=1)
    assert await approves(application_id, version=2)


async def test_a_full_batch_is_refused_unless_the_admin_says_so(applies, approves, database):
    first, second, third = await applies(ROHIT), await applies(MEERA), await applies(ARJUN)
    await approves(first)
    await approves(second)
    with pytest.raises(BatchFull, match="Batch 7 has 0 places left of 2"):
        await approves(third)
    assert len(await rows(database, "select * from enrolments")) == 2
    await approves(third, beyond_capacity=True)
    assert len(await rows(database, "select * from enrolments")) == 3


async def test_two_admins_cannot_both_give_away_the_last_place(applies, approves, database):
    first, second, third = await applies(ROHIT), await applies(MEERA), await applies(ARJUN)
    await approves(first)
    results = await asyncio.gather(approves(second, BEN), approves(third, DEVIKA), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["BatchFull", "str"]
    assert len(await rows(database, "select * from enrolments")) == 2


async def test_the_same_batch_is_not_given_twice_to_one_person(applies, approves):
    await approves(await applies(ROHIT))
    with pytest.raises(Conflict, match="is in Batch 7 already"):
        await approves(await applies(ROHIT))


async def test_a_batch_of_another_course_is_refused(applies, approves, work_as):
    async with work_as(BEN.identity) as work:
        other = await create_batch(work, await create_course(work, CourseFacts("UX")), BatchFacts("Batch 1"))
    with pytest.raises(InvalidInput, match="batch of this course"):
        await approves(await applies(ROHIT), batch_id=other)


async def test_a_deactivated_student_is_not_enrolled_behind_anybodys_back(applies, approves, database):
    async with database.work(SYSTEM) as work:
        await work.run("update profiles set is_active = false where person_id = %(id)s", id=ASHA.id)
    with pytest.raises(InvalidInput, match="deactivated"):
        await approves(await applies(replace(ROHIT, email=ASHA.email)))


async def test_an_approval_that_fails_at_the_end_leaves_nothing(applies, database, catalogue, work_as):
    application_id = await applies(ROHIT)

    async def fail_after_approving() -> None:
        async with work_as(BEN.identity) as work:
            await approve(work, Approval(application_id, 1, catalogue.batch_id))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_approving()
    (application,) = await rows(database, "select * from cta_submissions")
    assert application.status == "new"
    for table in ("enrolments", "deliveries", "audit_logs where action = 'application.approved'"):
        assert await rows(database, f"select * from {table}") == []


async def test_a_phone_only_lead_gets_the_e_mail_they_applied_with(applies, approves, database):
    async with database.work(SYSTEM) as work:
        await work.run(
            "insert into people (phone, created_at, updated_at) values (%(phone)s, now(), now())", phone=ROHIT.phone
        )
    await approves(await applies(ROHIT))
    (email,) = await rows(database, "select to_address from deliveries")
    assert email.to_address == ROHIT.email


async def test_a_student_approves_nothing(applies, approves):
    with pytest.raises(NotAllowed):
        await approves(await applies(ROHIT), ASHA)


async def test_what_does_not_exist_cannot_be_approved(approves, cast):
    with pytest.raises(Exception, match="does not exist"):
        await approves(uuid4())


async def test_who_signs_in_by_phone_keeps_the_account_when_somebody_applies_with_that_phone(
    applies, approves, database
):
    await approves(await applies(ROHIT))
    async with database.work(SYSTEM) as work:
        await work.run("update people set email = null where phone = %(phone)s", phone=ROHIT.phone)
    again = replace(ROHIT, email="somebody.else@example.test")
    batch_id = None
    async with database.work(SYSTEM) as work:
        course = await work.value("select course_id from batches limit 1")
        batch_id = await create_batch(work, course, BatchFacts("Batch 8"))
    await approves(await applies(again), batch_id=batch_id)
    assert [row.email for row in await rows(database, f"select email from people where phone = '{ROHIT.phone}'")] == [
        None
    ]
