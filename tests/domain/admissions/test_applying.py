"""What a form becomes: one application, of the right person, from the right lead and campaign."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from domain.errors import Conflict, InvalidInput
from domain.work import SYSTEM
from tests.fixtures.applicants import MEERA, ROHIT

LEAD = """
with person as (
  insert into people (name, email, phone, created_at, updated_at)
  values (%(name)s, %(email)s, %(phone)s, now(), now()) returning id
) insert into imported_leads (person_id, status, created_at) select id, 'emailed', now() from person returning id, person_id
"""
CAMPAIGN_EMAIL = """
with campaign as (
  insert into lead_campaigns (name, course_id, created_at) values ('Diwali', %(course_id)s, now()) returning id
) insert into deliveries (channel, kind, person_id, campaign_id, to_address, template, idempotency_key, due_at, created_at)
select 'email', 'cta', %(person_id)s, id, 'x@example.com', 'cta', %(key)s, now(), now() from campaign returning id, campaign_id
"""


@pytest.fixture
async def work(database, cast):
    async with database.work(SYSTEM) as work:
        yield work


async def all_applications(work):
    return await work.rows("select * from cta_submissions order by submitted_at")


async def lead(work, email=None, phone=None, name="Somebody"):
    return await work.row(LEAD, email=email, phone=phone, name=name)


async def test_the_same_form_sent_twice_is_one_application(applies, database):
    token = uuid4()
    first, second = await applies(ROHIT, form_token=token), await applies(ROHIT, form_token=token)
    assert first == second
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert application.version == 1


async def test_two_presses_at_the_same_moment_are_one_application_and_one_person(applies, database):
    token = uuid4()
    ids = await asyncio.gather(*(applies(ROHIT, form_token=token) for _press in range(4)))
    assert len(set(ids)) == 1
    async with database.work(SYSTEM) as work:
        assert await work.value("select count(*) from people where email = %(email)s", email=ROHIT.email) == 1


async def test_going_back_and_correcting_the_form_corrects_the_application(applies, database):
    token = uuid4()
    await applies(replace(ROHIT, email="rohti@example.com"), form_token=token)
    await applies(ROHIT, form_token=token, motivation="To run my shop.")
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert (application.email, application.motivation) == (ROHIT.email, "To run my shop.")
        assert await work.value("select email from people where id = %(id)s", id=application.person_id) == ROHIT.email
        assert application.version == 2


async def test_coming_back_another_day_updates_the_open_application(applies, database):
    assert await applies(ROHIT) == await applies(ROHIT, motivation="Even more now.")


async def test_another_person_on_the_same_browser_gets_an_application_of_their_own(applies):
    token = uuid4()
    assert await applies(ROHIT, form_token=token) != await applies(MEERA, form_token=token)


async def test_a_decided_application_stays_as_it_is_when_its_form_comes_again(applies, database):
    token = uuid4()
    application_id = await applies(ROHIT, form_token=token)
    async with database.work(SYSTEM) as work:
        await work.run("update cta_submissions set status = 'rejected'")
    assert await applies(ROHIT, form_token=token, motivation="Please!") == application_id
    assert await applies(ROHIT) != application_id


@pytest.mark.parametrize("known_by", ["email", "phone"])
async def test_a_lead_is_found_by_e_mail_or_phone_and_becomes_applied(applies, database, known_by):
    async with database.work(SYSTEM) as work:
        known = await lead(work, **{known_by: getattr(ROHIT, known_by)})
    await applies(ROHIT)
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert (application.lead_id, application.person_id) == (known.id, known.person_id)
        person = await work.row("select * from people where id = %(id)s", id=known.person_id)
        assert (person.email, person.phone, person.name) == (ROHIT.email, ROHIT.phone, "Somebody")
        found = await work.row("select status, touched_at from imported_leads")
        assert found.status == "applied"
        assert found.touched_at


async def test_who_matches_one_person_by_e_mail_and_another_by_phone_is_the_one_of_the_e_mail(applies, database):
    async with database.work(SYSTEM) as work:
        by_phone = await lead(work, phone=ROHIT.phone)
        by_email = await lead(work, email=ROHIT.email)
    await applies(ROHIT)
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert application.person_id == by_email.person_id != by_phone.person_id
        assert await work.value("select phone from people where id = %(id)s", id=by_email.person_id) is None


async def test_a_phone_alone_never_leads_to_somebody_with_another_e_mail(applies, database):
    """Or a stranger could apply with a victim's phone first, and be mailed the victim's sign-in details later."""
    async with database.work(SYSTEM) as work:
        known = await lead(work, email="stranger@example.com", phone=ROHIT.phone)
    await applies(ROHIT)
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert application.person_id != known.person_id
        assert application.lead_id == known.id
        person = await work.row("select email, phone from people where id = %(id)s", id=application.person_id)
        assert (person.email, person.phone) == (ROHIT.email, None)


async def test_the_link_of_the_e_mail_names_lead_and_campaign(applies, database, catalogue):
    async with database.work(SYSTEM) as work:
        known = await lead(work, email="old@example.com")
        delivery = await work.row(CAMPAIGN_EMAIL, course_id=catalogue.course_id, person_id=known.person_id, key="cta:1")
    await applies(ROHIT, delivery_id=delivery.id)
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert (application.lead_id, application.campaign_id) == (known.id, delivery.campaign_id)
        assert application.person_id != known.person_id
        assert await work.value("select status from imported_leads") == "emailed"  # it was passed on


async def test_without_the_link_the_last_campaign_for_this_course_is_named(applies, database, catalogue):
    async with database.work(SYSTEM) as work:
        known = await lead(work, email=ROHIT.email)
        delivery = await work.row(CAMPAIGN_EMAIL, course_id=catalogue.course_id, person_id=known.person_id, key="cta:1")
    await applies(ROHIT)
    async with database.work(SYSTEM) as work:
        (application,) = await all_applications(work)
        assert application.campaign_id == delivery.campaign_id


async def test_an_enrolled_lead_does_not_fall_back_to_applied(applies, database):
    async with database.work(SYSTEM) as work:
        await lead(work, email=ROHIT.email)
        await work.run("update imported_leads set status = 'enrolled'")
    await applies(ROHIT)
    async with database.work(SYSTEM) as work:
        assert await work.value("select status from imported_leads") == "enrolled"


async def test_a_form_changes_nothing_about_somebody_who_has_an_account(applies, database, cast):
    asha = cast[0]
    await applies(replace(ROHIT, email=asha.email, phone="+919999900000"))
    async with database.work(SYSTEM) as work:
        person = await work.row("select * from people where id = %(id)s", id=asha.id)
        assert (person.name, person.phone, person.city, person.consent_email) == (asha.name, asha.phone, "", False)


async def test_admins_are_told_once_about_one_application(applies, database, cast):
    await applies(ROHIT)
    await applies(ROHIT, motivation="Changed.")
    async with database.work(SYSTEM) as work:
        told = await work.rows("select * from notifications where kind = 'application'")
        assert {row.person_id for row in told} == {cast[1].id, cast[3].id}
        assert len(told) == 2
        assert "Rohit Deshmukh applied to Data Analytics" in told[0].title


async def test_a_batch_that_was_closed_meanwhile_is_refused(applies):
    with pytest.raises(InvalidInput, match="no longer open"):
        await applies(ROHIT, batch_id=uuid4())


async def test_a_course_without_an_open_batch_takes_no_application(applies, database):
    async with database.work(SYSTEM) as work:
        await work.run("update batches set ends_on = '2020-01-01', starts_on = null")
    with pytest.raises(Conflict, match="closed"):
        await applies(ROHIT)
