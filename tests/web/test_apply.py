"""Applying as a visitor does it: with a browser that is not signed in."""

import re

import pytest

from domain.leads.tracking import tracking_token
from domain.messaging.outbox import plan_email
from domain.work import SYSTEM
from tests.fixtures.cast import send_csrf
from web.public.apply import PER_ADDRESS, SECONDS

FORM = {
    "name": "Rohit Deshmukh",
    "email": "Rohit.Deshmukh@example.com",
    "phone": "98765 43210",
    "city": "Pune",
    "motivation": "I run a small shop.",
    "consent_email": "on",
}


@pytest.fixture
async def visitor(client, settings, catalogue):
    send_csrf(client, settings)
    return client


@pytest.fixture
def form(catalogue):
    return {**FORM, "batch": str(catalogue.batch_id), "form_token": "5f0e5cd1-7a4e-4bb0-8a4b-0d7cf4a1f001"}


async def applications(database):
    async with database.work(SYSTEM) as work:
        return await work.rows("select * from cta_submissions order by submitted_at")


async def test_the_front_page_leads_to_the_form_which_shows_modules_and_batches(visitor):
    assert "/apply/data-analytics" in (await visitor.get("/")).text
    page = (await visitor.get("/apply/data-analytics")).text
    for text in ("Data Analytics", "SQL", "Dashboards", "Batch 7", "7 Jan 2030", "₹30,000", "I am not sure yet"):
        assert text in page
    assert re.search(r'name="form_token" value="[0-9a-f-]{36}"', page)


async def test_who_is_signed_in_is_sent_to_their_own_dashboard(as_student, as_admin):
    assert (await as_student.get("/")).headers["location"] == "/student"
    assert (await as_admin.get("/")).headers["location"] == "/admin"


async def test_a_sent_form_is_one_application_and_leads_to_thanks(visitor, form, database, catalogue):
    answer = await visitor.post("/apply/data-analytics", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply/data-analytics/thanks")
    assert "Thank you" in (await visitor.get(answer.headers["location"])).text
    (application,) = await applications(database)
    assert (application.email, application.phone) == ("rohit.deshmukh@example.com", "+919876543210")
    assert (application.batch_id, application.status, application.city) == (catalogue.batch_id, "new", "Pune")
    assert (application.consent_email, application.consent_whatsapp) == (True, False)


async def test_a_wrong_field_says_so_beside_it_and_keeps_what_was_typed(visitor, form, database):
    answer = await visitor.post(
        "/apply/data-analytics", data={**form, "email": "rohit@", "phone": "12345", "batch": ""}
    )
    assert answer.status_code == 422
    for field in ("field-email-error", "field-phone-error", "field-batch-error"):
        assert f'id="{field}"' in answer.text
    assert 'value="Rohit Deshmukh"' in answer.text
    assert "I run a small shop." in answer.text
    assert form["form_token"] in answer.text
    assert await applications(database) == []


async def test_a_program_that_fills_the_hidden_field_is_told_success_and_nothing_is_kept(visitor, form, database):
    answer = await visitor.post("/apply/data-analytics", data={**form, "website": "https://spam.example"})
    assert answer.headers["location"] == "/apply/data-analytics/thanks"
    assert await applications(database) == []


async def test_a_known_person_gets_the_same_answer_as_a_stranger(visitor, form, cast):
    known = await visitor.post("/apply/data-analytics", data={**form, "email": cast[0].email})
    stranger = await visitor.post("/apply/data-analytics", data=form)
    assert (known.status_code, known.headers["location"]) == (stranger.status_code, stranger.headers["location"])


async def test_too_many_forms_for_one_contact_are_refused_on_the_form(visitor, form):
    for _attempt in range(10):
        assert (await visitor.post("/apply/data-analytics", data=form)).status_code == 303
    answer = await visitor.post("/apply/data-analytics", data=form)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "try again in" in answer.text
    assert 'value="Rohit Deshmukh"' in answer.text


async def test_too_many_forms_from_one_address_are_refused_whoever_they_are_of(visitor, form, services, database):
    for _attempt in range(PER_ADDRESS):
        await services.limiter.hit("apply:address:127.0.0.1", limit=PER_ADDRESS, seconds=SECONDS)
    answer = await visitor.post("/apply/data-analytics", data=form)
    assert answer.status_code == 429
    assert "try again in 60 minutes" in answer.text
    assert 'value="Rohit Deshmukh"' in answer.text
    assert await applications(database) == []


async def test_a_course_without_an_open_batch_says_that_applications_are_closed(visitor, form, database, catalogue):
    async with database.work(SYSTEM) as work:
        await work.run("update batches set is_open = false")
    page = await visitor.get("/apply/data-analytics")
    assert (page.status_code, "Applications are closed" in page.text) == (200, True)
    assert (await visitor.post("/apply/data-analytics", data=form)).status_code == 409
    assert await applications(database) == []


async def test_an_unpublished_course_looks_like_one_that_never_existed(visitor, database, form):
    async with database.work(SYSTEM) as work:
        await work.run("update courses set is_published = false")
    draft, unknown = await visitor.get("/apply/data-analytics"), await visitor.get("/apply/astrology")
    assert draft.status_code == unknown.status_code == 404
    assert "Applications are closed" in draft.text
    assert (await visitor.post("/apply/data-analytics", data=form)).status_code == 404


async def test_without_the_token_of_our_page_nothing_is_taken(client, form, database):
    assert (await client.post("/apply/data-analytics", data=form)).status_code == 403
    assert await applications(database) == []


@pytest.mark.parametrize("text", ["Rohit\0", "a\r\nBcc: all@example.com"])
async def test_control_characters_are_refused_or_dropped(visitor, form, text, database):
    answer = await visitor.post("/apply/data-analytics", data={**form, "name": text, "motivation": text})
    assert answer.status_code in (303, 422)
    assert all("\0" not in one.name for one in await applications(database))


async def test_who_comes_by_the_link_of_an_e_mail_has_clicked_the_first_time_they_come(visitor, database, settings):
    async with database.work(SYSTEM) as work:
        delivery_id = await plan_email(work, kind="cta", to="lead@example.com", key="k")
        await work.run(
            "insert into email_logs (delivery_id, to_email, from_email, subject, created_at, updated_at)"
            " values (%(id)s, 'lead@example.com', 'us@example.com', '', now(), now())",
            id=delivery_id,
        )
    clicked = []
    for token in (
        "made-up",
        tracking_token(settings.secret, delivery_id),
        tracking_token(settings.secret, delivery_id),
    ):
        assert (await visitor.get(f"/apply/data-analytics?t={token}")).status_code == 200
        async with database.work(SYSTEM) as work:
            clicked.append(await work.value("select clicked_at from email_logs"))
    assert clicked[0] is None
    assert clicked[1] == clicked[2] is not None
