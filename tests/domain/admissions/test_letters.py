"""The e-mails of admissions, made from what was really planned."""

from dataclasses import replace

import pytest

from adapters.email_templates import JinjaMessageRenderer
from domain.admissions.approving import Approval, approve
from domain.admissions.rejecting import Rejection, reject
from domain.messaging.templates.catalogue import default_text
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.values import values_of
from domain.work import SYSTEM
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN

HOUSE = {"business_name": "Learn & Grow", "base_url": "https://learn.example.com"}


@pytest.fixture
def letter(database):
    """Renders the one e-mail that was planned."""

    async def letter(**secrets):
        async with database.work(SYSTEM) as work:
            (row,) = await work.rows("select * from deliveries")
        values = values_of(row.template, {**HOUSE, **row.params, **secrets}, HOUSE["base_url"])
        return render_text(JinjaMessageRenderer(), default_text(row.template), values)

    return letter


async def test_the_welcome_says_course_batch_dates_and_how_to_sign_in(applies, work_as, catalogue, letter, cast):
    application_id = await applies(ROHIT)
    async with work_as(BEN.identity) as work:
        await approve(work, Approval(application_id, 1, catalogue.batch_id))
    email = await letter(temporary_password="abcd-efgh-ijkl")
    for part in (email.text, email.html):
        for fact in ("Rohit", "Data Analytics", "Batch 7", "7 January 2030", ROHIT.email, "abcd-efgh-ijkl", "/sign-in"):
            assert fact in part


async def test_who_has_an_account_reads_of_the_course_and_of_no_password(applies, work_as, catalogue, letter, cast):
    application_id = await applies(replace(ROHIT, name="Asha & Co", email=ASHA.email))
    async with work_as(BEN.identity) as work:
        await approve(work, Approval(application_id, 1, catalogue.batch_id))
    email = await letter()
    assert email.subject == "You are in: Data Analytics"
    for part in (email.text, email.html):
        for fact in ("Asha", "Batch 7", "7 January 2030", ASHA.email, "/forgot-password"):
            assert fact in part
        assert "temporary" not in part


async def test_a_rejection_thanks_and_names_the_course_not_the_reason(applies, work_as, letter, cast):
    application_id = await applies(replace(ROHIT, name="<b>Rohit</b> D"))
    async with work_as(BEN.identity) as work:
        await reject(work, Rejection(application_id, 1), reason="Too young.", with_email=True)
    email = await letter()
    assert email.subject == "Your application for Data Analytics"
    assert "<b>Rohit" not in email.html
    for part in (email.text, email.html):
        assert "Data Analytics" in part
        assert "Too young" not in part
