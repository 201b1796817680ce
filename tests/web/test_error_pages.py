"""What somebody sees at an address that does not exist."""

import asyncio

from domain.work import SYSTEM
from tests.fixtures.cast import ASHA
from tests.fixtures.house import until


async def test_a_missing_page_leaves_who_is_signed_in_where_they_are(as_admin):
    answer = await as_admin.get("/nothing")
    assert answer.status_code == 404
    assert 'href="/admin/leads"' in answer.text
    assert 'href="/sign-in"' not in answer.text


async def test_a_student_at_a_missing_page_is_led_to_their_own_dashboard(as_student):
    assert 'href="/student">Go to the dashboard' in (await as_student.get("/student/nothing")).text


async def test_a_stranger_at_a_missing_page_may_sign_in(client):
    answer = await client.get("/nothing")
    assert 'href="/sign-in"' in answer.text
    assert "dashboard" not in answer.text


async def test_who_saves_what_another_is_saving_in_that_moment_hears_of_it(as_admin, work_as):
    form = {"name": ASHA.name, "email": "wanted@example.com", "phone": ASHA.phone, "city": "Pune"}
    async with work_as(SYSTEM) as work:
        await work.run(
            "insert into people (email, created_at, updated_at) values ('wanted@example.com', %(now)s, %(now)s)",
            now=work.now,
        )
        answering = asyncio.create_task(as_admin.post(f"/admin/students/{ASHA.id}", data=form))

        async def waits() -> bool:
            return bool(await work.value("select exists (select from pg_locks where not granted)"))

        await until(waits)
    answer = await answering
    assert answer.status_code == 409
    assert "Somebody else was saving the same" in answer.text
