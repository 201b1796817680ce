"""The pages about students, for admins."""

import pytest

from domain.accounts.one_time_links import LinkSpent, create_link, look_at_link
from domain.accounts.passwords import request_password_link
from domain.students import StudentFilters, activate_student, list_students, send_welcome_again
from domain.work import SYSTEM
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN, CHITRA, sign_in_as

STUDENTS = "/admin/students"


@pytest.fixture
async def rohit(applies, as_admin, catalogue, database):
    """Rohit, approved a moment ago, who has not signed in yet."""
    application_id = await applies(ROHIT)
    form = {"version": "1", "batch": str(catalogue.batch_id)}
    await as_admin.post(f"/admin/applications/{application_id}/approval", data=form)
    async with database.work(SYSTEM) as work:
        return await work.value("select person_id from cta_submissions")


async def minutes_pass(database):
    async with database.work(SYSTEM) as work:
        await work.run("update deliveries set created_at = created_at - interval '2 minutes'")


async def test_the_list_finds_by_name_and_by_batch(as_admin, rohit, catalogue):
    everybody = (await as_admin.get(STUDENTS)).text
    for text in ("Rohit Deshmukh", "Asha Rao", "Chitra Sen", "Data Analytics, Batch 7", "3 students"):
        assert text in everybody
    assert f"{STUDENTS}/{BEN.id}" not in everybody
    found = (await as_admin.get(f"{STUDENTS}?batch={catalogue.batch_id}")).text
    assert ("Rohit Deshmukh" in found, "Asha Rao" in found) == (True, False)
    assert "Rohit" not in (await as_admin.get(f"{STUDENTS}?q=asha")).text
    assert "Nothing matches" in (await as_admin.get(f"{STUDENTS}?q=nobody")).text


async def test_the_list_costs_one_round_trip(work_as, cast):
    async with work_as(BEN.identity) as work:
        before = work.connection.round_trips
        await list_students(work, StudentFilters(q="a"))
        assert work.connection.round_trips - before == 1


async def test_a_students_page_has_everything_about_them(as_admin, rohit):
    page = (await as_admin.get(f"{STUDENTS}/{rohit}")).text
    for text in (
        "rohit@example.com",
        "No own password yet",
        "₹30,000",
        "Welcome with sign-in details",
        "Application approved",
        "Send sign-in details again",
    ):
        assert text in page


async def test_an_admin_is_not_shown_as_a_student(as_admin, cast):
    assert (await as_admin.get(f"{STUDENTS}/{BEN.id}")).status_code == 404


async def test_sign_in_details_are_sent_again_but_not_within_a_minute(as_admin, rohit, database):
    assert (await as_admin.post(f"{STUDENTS}/{rohit}/welcome")).status_code == 429
    await minutes_pass(database)
    assert (await as_admin.post(f"{STUDENTS}/{rohit}/welcome")).status_code == 303
    async with database.work(SYSTEM) as work:
        emails = await work.rows("select * from deliveries where kind = 'welcome' order by created_at")
        assert [one.person_id for one in emails] == [rohit, rohit]
        assert emails[0].params == emails[1].params
        assert await work.value("select count(*) from audit_logs where action = 'student.welcomed_again'") == 1


async def test_who_chose_a_password_gets_no_new_one(as_admin, cast):
    answer = await as_admin.post(f"{STUDENTS}/{ASHA.id}/welcome")
    assert answer.status_code == 409
    assert "has chosen a password already" in answer.text
    assert "Send sign-in details again" not in (await as_admin.get(f"{STUDENTS}/{ASHA.id}")).text


async def test_a_deactivated_student_is_out_at_once_and_can_sign_in_again_later(app, as_admin, as_student, cast):
    assert (await as_student.get("/student")).status_code == 200
    await as_admin.post(f"{STUDENTS}/{ASHA.id}/activation", data={"is_active": "no"})
    assert (await as_student.get("/student")).status_code == 303
    assert "Reactivate" in (await as_admin.get(f"{STUDENTS}/{ASHA.id}")).text
    await as_admin.post(f"{STUDENTS}/{ASHA.id}/activation", data={"is_active": "yes"})
    assert (await as_student.get("/student")).status_code == 303, "an old sign-in stays closed"
    await sign_in_as(as_student, app, ASHA)
    assert (await as_student.get("/student")).status_code == 200


async def test_deactivating_twice_is_told(as_admin, cast):
    await as_admin.post(f"{STUDENTS}/{ASHA.id}/activation", data={"is_active": "no"})
    assert (await as_admin.post(f"{STUDENTS}/{ASHA.id}/activation", data={"is_active": "no"})).status_code == 409


async def test_no_admin_is_deactivated_as_a_student(as_owner, cast):
    assert (await as_owner.post(f"{STUDENTS}/{BEN.id}/activation", data={"is_active": "no"})).status_code == 409


async def test_students_see_nothing_of_this(as_student, cast):
    assert (await as_student.get(STUDENTS)).status_code == 403
    assert (await as_student.post(f"{STUDENTS}/{ASHA.id}/activation", data={"is_active": "no"})).status_code == 403


@pytest.mark.parametrize("use_case", [activate_student, send_welcome_again])
async def test_the_rules_hold_without_the_web(work_as, cast, use_case):
    arguments = (ASHA.id, False) if use_case is activate_student else (ASHA.id,)
    with pytest.raises(Exception, match="Only admins"):
        async with work_as(ASHA.identity) as work:
            await use_case(work, *arguments)


NEW = {"name": "Asha R. Rao", "email": "Asha.New@Example.com", "phone": "098450 11111", "city": "Mysuru"}


async def test_a_corrected_student_gets_the_password_link_at_the_new_address_and_stays_signed_in(
    as_admin, as_student, client, database, cast
):
    async with database.work(SYSTEM) as work:
        token = await create_link(work, "set_password", ASHA.id, 24)
    assert (await as_admin.post(f"{STUDENTS}/{ASHA.id}", data=NEW)).status_code == 303
    shown = (await as_admin.get(f"{STUDENTS}/{ASHA.id}")).text
    assert all(text in shown for text in ("Asha R. Rao", "asha.new@example.com", "+919845011111", "Mysuru"))
    assert (await as_student.get("/student")).status_code == 200
    async with database.work(SYSTEM) as work:
        with pytest.raises(LinkSpent):
            await look_at_link(work, "set_password", token)
        await request_password_link(work, "asha.new@example.com")
        await request_password_link(work, ASHA.email)
        assert [row.to_address for row in await work.rows("select to_address from deliveries")] == [
            "asha.new@example.com"
        ]
        details = await work.value("select details from audit_logs where action = 'student.corrected'")
    assert details["changed"]["email"] == [ASHA.email, "asha.new@example.com"]


async def test_an_address_or_number_of_somebody_else_is_told_beside_its_field(as_admin, cast):
    typed = NEW | {"email": BEN.email, "phone": CHITRA.phone}
    answer = await as_admin.post(f"{STUDENTS}/{ASHA.id}", data=typed)
    assert answer.status_code == 422
    assert f"{BEN.name} has this e-mail address already." in answer.text
    assert f"{CHITRA.name} has this phone number already." in answer.text
    assert 'value="Asha R. Rao"' in answer.text
    assert "Asha R. Rao" not in (await as_admin.get(f"{STUDENTS}/{ASHA.id}")).text


async def test_a_student_keeps_some_way_to_sign_in(as_admin, cast):
    answer = await as_admin.post(f"{STUDENTS}/{ASHA.id}", data=NEW | {"email": "", "phone": ""})
    assert (answer.status_code, "it is how they sign in" in answer.text) == (422, True)


async def test_saving_what_is_there_writes_no_audit_entry(as_admin, database, cast):
    same = {"name": ASHA.name, "email": ASHA.email, "phone": ASHA.phone}
    assert (await as_admin.post(f"{STUDENTS}/{ASHA.id}", data=same)).status_code == 303
    async with database.work(SYSTEM) as work:
        assert await work.value("select count(*) from audit_logs") == 0
